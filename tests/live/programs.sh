# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
# BPF programs that no process holds any more. Others that test on the same machine have programs of the same names,
# which are nobody's for a moment when they come or go: told of is one that is so at every look. Sourced.
#
#	programs_remember NAMES          a regular expression; what is there by now is not ours
#	...
#	programs_suspect
#	wait_until 5 no_program_left || fail "left: $programs_left"

programs_names='' programs_before='' programs_left=''

programs_all() {
	bpftool -j prog show 2>/dev/null | jq -r --arg names "$programs_names" '.[] |
		select(.name // "" | test($names)) | .id' | sort
}

# By themselves or by a link.
programs_held() {
	cat /proc/[0-9]*/fdinfo/* 2>/dev/null | sed -nE 's/^prog_id:\s*([0-9]+)$/\1/p' | sort -u
}

programs_remember() {
	programs_names=$1
	programs_before=$(programs_all)
}

# Before the first look.
programs_suspect() {
	programs_left=$(comm -13 <(printf '%s\n' "$programs_before") <(programs_all))
}

no_program_left() {
	programs_left=$(comm -12 <(printf '%s\n' "$programs_left") <(comm -23 <(programs_all) <(programs_held)))
	[[ -z $programs_left ]]
}
