# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# From the Markdown of this project to scdoc(5), so that a plugin's README.md is its manual page too.
#
#	awk -v page=bpfhost-xdp -v section=7 -v summary="what it is" -v options=FILE -f from_markdown.awk README.md
#
# The table below "## Options" gives way to the text in the file that options names, which the plugin's own
# table is in. Tables become lists: their first column is what each line is about.

BEGIN {
	printf "%s(%s)\n\n# NAME\n\n%s - %s\n\n# DESCRIPTION\n", page, section, page, plain(summary)
}

# What scdoc would take for its own.
function plain(text) {
	gsub(/\\/, "\\\\", text)
	gsub(/_/, "\\_", text)
	gsub(/\*/, "\\*", text)
	return text
}

function bold(text) { return text == "" ? "" : "*" plain(text) "*" }

# `code` and **strong** are bold; of [text](target) the text stays, and where it is a page elsewhere, its address.
function inline(text,    out, at, part, target) {
	out = ""
	while (match(text, /`[^`]+`|\*\*[^*]+\*\*|\[[^]]+\]\([^)]+\)/)) {
		at = RSTART
		part = substr(text, at, RLENGTH)
		out = out plain(substr(text, 1, at - 1))
		text = substr(text, at + length(part))
		if (part ~ /^`/)
			out = out bold(substr(part, 2, length(part) - 2))
		else if (part ~ /^\*\*/)
			out = out bold(substr(part, 3, length(part) - 4))
		else {
			target = part
			sub(/^.*\]\(/, "", target)
			sub(/\)$/, "", target)
			sub(/\]\(.*$/, "", part)
			gsub(/`/, "", part)
			out = out plain(substr(part, 2))
			if (target ~ /^https?:/)
				out = out " (" plain(target) ")"
		}
	}
	return out plain(text)
}

function flush_paragraph() {
	if (paragraph != "")
		printf "\n%s%s\n", bullet ? "- " : "", guarded(inline(paragraph))
	paragraph = ""
	bullet = 0
}

# The beginning of a line may mean something to scdoc.
function guarded(text) {
	return text ~ /^[-.\[|\]#;:]/ ? "\\" text : text
}

function end_code() {
	if (in_indented)
		print "```"
	in_indented = 0
}

function end_table() { in_table = 0 }

# | a | b | c |
function table_row(line,    n, i, cells, text) {
	gsub(/\\\|/, "\001", line)
	sub(/^\| */, "", line)
	sub(/ *\|$/, "", line)
	n = split(line, cells, / *\| */)
	for (i = 1; i <= n; i++)
		gsub(/\001/, "|", cells[i])
	if (in_table == 1) {
		for (i = 1; i <= n; i++)
			heads[i] = cells[i]
		return
	}
	text = inline(cells[2])
	for (i = 3; i <= n; i++)
		if (cells[i] != "")
			text = text (heads[i] == "" ? "; " : "; " plain(heads[i]) ": ") inline(cells[i])
	printf "\n%s\n\t%s\n", guarded(inline(cells[1])), text == "" ? "\\" : text
}

function read_options(    line) {
	print ""
	while ((getline line < options) > 0)
		print line
}

/^<!--.*-->$/ { next }

in_code {
	if (/^```/) {
		print "```"
		in_code = 0
	} else
		print
	next
}

/^```/ {
	flush_paragraph()
	end_code()
	end_table()
	printf "\n```\n"
	in_code = 1
	next
}

/^# / { next }

/^##+ / {
	flush_paragraph()
	end_code()
	end_table()
	title = $0
	sub(/^#+ /, "", title)
	gsub(/`/, "", title)
	if (/^## /) {
		printf "\n# %s\n", toupper(plain(title))
		replace = title == "Options" && options != ""
		if (replace)
			read_options()
	} else {
		printf "\n## %s\n", plain(title)
		replace = 0
	}
	next
}

/^\|[- |]+\|$/ { in_table = 2; next }

/^\|/ {
	flush_paragraph()
	if (!in_table)
		in_table = 1
	if (!replace)
		table_row($0)
	next
}

/^    / && paragraph == "" {
	end_table()
	if (!in_indented)
		printf "\n```\n"
	in_indented = 1
	print substr($0, 5)
	next
}

/^[-*] / {
	flush_paragraph()
	end_code()
	end_table()
	bullet = 1
	paragraph = substr($0, 3)
	next
}

/^$/ {
	flush_paragraph()
	end_code()
	end_table()
	next
}

{
	end_code()
	sub(/^ +/, "")
	paragraph = paragraph (paragraph == "" ? "" : " ") $0
}

END {
	flush_paragraph()
	end_code()
	print "\n# SEE ALSO\n\n*bpfhost*(8), *bpfhost.conf*(5)"
}
