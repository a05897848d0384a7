# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2034
# What the tests of the control socket share, behind lib.sh: each host has its socket at $CONTROL.
CONTROL=$TMP/control

# ctl REQUEST...: what the host says to it
ctl() {
	"$BPFHOST" ctl --control "$CONTROL" "$@"
}

# refused STATUS TEXT REQUEST...: it says so, and no more
refused() {
	local status=0 found

	found=$(ctl "${@:3}" 2>&1) || status=$?
	expect "answer to ctl ${*:3}" "bpfhost: error: $2" "$found"
	expect "exit status of ctl ${*:3}" "$1" "$status"
}

# of_instance NAME FILTER: what the status says of it, by jq's FILTER
of_instance() {
	ctl status --format json "$1" | jq -r ".instances[] | select(.instance == \"$1\") | $2"
}

# state_is NAME STATE
state_is() {
	[ "$(of_instance "$1" .state)" = "$2" ]
}

# How many descriptors the host has, and how much memory in KiB.
host_descriptors() {
	find "/proc/$HOST_PID/fd" -mindepth 1 | wc -l
}

# check_host_memory MOST: KiB. A sanitizer keeps what was freed for a while, to see who uses it still.
check_host_memory() {
	[[ ${CFLAGS-} == *sanitize* ]] || expect_between "memory of the host" 0 "$1" "$(host_memory)"
}

host_memory() {
	awk '/^RssAnon/ { print $2 }' "/proc/$HOST_PID/status"
}
