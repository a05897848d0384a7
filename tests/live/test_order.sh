#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Two processes on two CPUs, two instances: one stream in the order of kernel time.
. "$(dirname "$0")/lib.sh"
need_kernel
[ "$(nproc)" -ge 2 ] || skip "a second CPU is needed"

n=5000
second_in=$TMP/second.in second_out=$TMP/second.out
mkfifo "$second_in"
"$TARGETS_DIR/act" pin 1 gets $n <"$second_in" >"$second_out" &
second=$!
exec 8>"$second_in"
cleanup() {
	kill -KILL $second 2>/dev/null
}

target_start pin 0 getppid $n
host_start -n 2 --plugin tracepoint@first --set 'probes=syscalls:sys_enter_getppid' \
	--plugin tracepoint@second --set 'probes=syscalls:sys_enter_getuid' \
	--pid "$TARGET_PID" --pid $second
echo >&8
target_go
wait_until 20 grep -q '^done' "$second_out" || fail "the second target does not end"
host_stop
exec 8>&-
target_end

for name in first second; do
	check_ledger $name
	expect "delivered by $name" $n "$(stat_of delivered $name)"
	expect "late of $name" 0 "$(stat_of late $name)"
done
expect "first by instance, event, pid and cpu" "$n" \
	"$(count '.instance == "first" and .event == "syscalls:sys_enter_getppid" and .cpu == 0')"
expect "second" "$n" "$(count ".instance == \"second\" and .pid == $second and .cpu == 1")"
jq -r .time "$TMP/out" >"$TMP/times"
LC_ALL=C sort -c "$TMP/times" || fail "not in the order of time"
note "changes between the instances: $(jq -r .instance "$TMP/out" | uniq | wc -l)"
check_clean
