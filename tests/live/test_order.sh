#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Two processes on two CPUs, two instances: one stream in the order of kernel time.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
[ "$(nproc)" -ge 2 ] || skip "a second CPU is needed"

n=5000
second=''
cleanup() {
	[ -z "$second" ] || kill -KILL "$second" 2>/dev/null
}

# two_at_once ARGUMENT...: both targets under one host, at the same time
two_at_once() {
	rm -f "$TMP/second.in"
	mkfifo "$TMP/second.in"
	"$TARGETS_DIR/act" pin 1 slowly 50 gets $n <"$TMP/second.in" >"$TMP/second.out" &
	second=$!
	exec 8>"$TMP/second.in"
	target_start pin 0 slowly 50 getppid $n
	host_start -n 2 --plugin tracepoint@first --set 'probes=syscalls:sys_enter_getppid' \
		--plugin tracepoint@second --set 'probes=syscalls:sys_enter_getuid' \
		--pid "$TARGET_PID" --pid "$second" "$@"
	echo >&8
	target_go
	wait_until 20 grep -q '^done' "$TMP/second.out" || fail "the second target does not end"
	host_stop
	exec 8>&-
	target_end
	wait "$second"
	check_streams
	check_clean
}

# Each event has its instance, name, process and CPU, and is there once.
check_streams() {
	local name changes first

	first=$(target_said pid)
	for name in first second; do
		check_ledger $name
		expect "delivered by $name" $n "$(stat_of delivered $name)"
	done
	expect "first" $n "$(count '.instance == "first" and .cpu == 0 and .pid == '"$first"' and
		.event == "syscalls:sys_enter_getppid"')"
	expect "second" $n "$(count '.instance == "second" and .cpu == 1 and .pid == '"$second"' and
		.event == "syscalls:sys_enter_getuid"')"
	expect "events" $((2 * n)) "$(count)"
	# They ran at the same time, or nothing would have been tried.
	changes=$(jq -r .instance "$TMP/out" | uniq | wc -l)
	expect_between "changes between the instances" 100 $((2 * n)) "$changes"
	LATE=$(($(stat_of late first) + $(stat_of late second)))
	expect "late, by the times in the stream" "$(out_of_order)" "$LATE"
}

# Lines that are older than one before them.
out_of_order() {
	jq -r .time "$TMP/out" | awk '$0 "" < last "" { late++; next } { last = $0 }
		END { print late + 0 }'
}

# A worker that waits for a CPU longer than the window makes late events, which is no mistake of the
# order: with more patience than a busy machine needs there are none.
two_at_once --window $((250 * SLOW))ms
expect "late" 0 "$LATE"

two_at_once
note "late with the default window: $LATE of $((2 * n))"
