#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# More probes than a process may usually have descriptors for, each takes three; and a ring in which
# not one event fits.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel

target_start open /nonexistent/a
trace 'syscalls:sys_enter_openat(filename: str[4096])' --ring-size 4K
grep -q 'the ring of 4096 bytes (--ring-size) has no room for an event syscalls:sys_enter_openat' \
	"$TMP/log" || fail "the small ring is not named"
target_go
host_stop
expect "lost" "$(stat_of produced)" "$(stat_of lost_ring)"
expect_between "produced" 1 100 "$(stat_of produced)"
check_ledger
check_clean
target_end

target_start open /nonexistent/a
trace 'syscalls:sys_enter_openat(filename: str[4000])' --ring-size 4K
grep -q 'has no room' "$TMP/log" && fail "a ring that is large enough is called too small"
target_go
host_stop
expect "lost" 0 "$(stat_of lost)"
expect "path" '"/nonexistent/a"' "$(events | tail -n 1 | jq .data.filename)"
check_clean
target_end

# A place that is full, by the kernel's limit.
full=alarmtimer:alarmtimer_cancel
if [ -e "$TRACING/events/${full/://}/id" ]; then
	mkfifo "$TMP/occupy.in"
	"$TOOLS_DIR/occupy" "$(cat "$TRACING/events/${full/://}/id")" <"$TMP/occupy.in" >"$TMP/occupied" 9>&- &
	occupier=$!
	exec 8>"$TMP/occupy.in"
	wait_until 20 grep -q 'and no more' "$TMP/occupied" || fail "it is not full: $(cat "$TMP/occupied")"
	host_run --plugin tracepoint --set "probes=$full"
	exec 8>&-
	wait "$occupier"
	expect "exit status" 1 "$STATUS"
	grep -q "failed to attach $full: it has 64 BPF programs already, of whoever traces here, and the kernel runs no more" \
		"$TMP/log" || fail "the limit of programs is not named"
	check_clean
fi

ulimit -S -n 128
there=$(find $TRACING/events/syscalls -name 'sys_enter_s*' | wc -l)
[ "$there" -gt 45 ] || skip "this kernel has only $there tracepoints syscalls:sys_enter_s*"
target_start getppid 1
trace 'syscalls:sys_enter_s*'
grep -q ": attached $there of $there probes" "$TMP/log" || fail "not all are attached"
target_go
host_stop
check_ledger
check_clean
target_end

# Where there are none left, the cause is named.
ulimit -H -n 128
target_start getppid 1
trace 'syscalls:sys_enter_s*'
grep -q 'failed to attach syscalls:sys_enter_.*: Too many open files' "$TMP/log" ||
	fail "the limit of descriptors is not named"
target_go
host_stop
expect "exit status" 0 "$STATUS"
check_clean
target_end
note "ok"
