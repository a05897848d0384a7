# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# From the text of bpfhost --help NAME to a list of the plugin's options in scdoc(5):
#
#	  name (type, limits) [default]
#	        what it does

function plain(text) {
	gsub(/\\/, "\\\\", text)
	gsub(/_/, "\\_", text)
	gsub(/\*/, "\\*", text)
	return text
}

/^options:$/ { inside = 1; next }
/^[^ ]/ { inside = 0 }
!inside { next }
/^  [^ ]/ {
	name = $1
	rest = substr($0, length(name) + 4)
	value = ""
	if (match(rest, / \[.*\]$/)) {
		value = substr(rest, RSTART + 2, length(rest) - RSTART - 2)
		rest = substr(rest, 1, RSTART - 1)
	}
	printf "*%s* %s\n", plain(name), plain(rest)
	next
}
/^        / {
	sub(/^ +/, "")
	printf "\t%s%s\n\n", plain($0), value == "" ? "" : "; default *" plain(value) "*"
}
