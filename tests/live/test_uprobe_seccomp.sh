#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# No program under a seccomp filter is killed by a return probe: either this kernel lets it live, or the
# plugin finds out that it would not, and refuses. With `force` it does as it is told.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
[ "$(uname -m)" = x86_64 ] || skip "on this architecture a return probe is no system call"
PLUGIN=uprobe
TARGET_PROGRAM=$TMP/calls
cp "$TARGETS_DIR/calls" "$TARGET_PROGRAM"
probe="probes=$TARGET_PROGRAM:numbers -> i32"

# The target is under its filter when the host starts.
filtered_start() {
	target_start filter 1 numbers 10
	target_poke
	wait_until 5 target_reached "done" || fail "the target does not go under a filter"
}

not_refused() {
	! grep -q 'under a seccomp filter is killed' "$TMP/log"
}

# again HOW: the target does its calls once more and lives.
again() {
	target_poke
	wait_until 5 target_reached "done" 2 || fail "$1: the target was killed"
}

attached_or_not() {
	host_attached 1 || ! not_refused
}

for pid in one all; do
	filtered_start
	arguments=()
	[ $pid = all ] || arguments=(--pid "$TARGET_PID")
	host_spawn --plugin uprobe "${arguments[@]}" --set "$probe"
	wait_until 10 attached_or_not || fail "$pid: neither attached nor refused"
	again "$pid"
	if not_refused; then
		host_stop
		expect "exit status" 0 "$STATUS"
		expect "calls" 10 "$(events | wc -l)"
		check_ledger
		note "$pid: this kernel lets it live"
	else
		host_wait
		expect "exit status" 2 "$STATUS"
		note "$pid: refused"
	fi
	target_end
done

if ! not_refused; then
	filtered_start
	host_start --plugin uprobe --pid "$TARGET_PID" --set "$probe" --set force=true
	target_poke
	wait "$TARGET_PID"
	expect "status of the target, with force" 159 $? # SIGSYS
	TARGET_PID=
	exec 9>&-
	host_stop
	target_start numbers 10
	host_start --plugin uprobe --pid "$TARGET_PID" --set "$probe"
	target_go
	host_stop
	expect "calls of a process without a filter" 10 "$(events | wc -l)"
	target_end
	note "force: killed"
fi
check_clean
