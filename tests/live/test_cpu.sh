#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A CPU is taken away and given back under a host that is busy on it: nothing is miscounted, nothing ends. All
# programs of the machine notice that, so it is done where BPFHOST_TEST_CPU=1 says that this one may.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
cpu=$(($(nproc) - 1))
switch=/sys/devices/system/cpu/cpu$cpu/online
[ $cpu -gt 0 ] || skip "a second CPU is needed"
[ -w "$switch" ] || skip "this machine cannot switch CPUs off ($switch)"
[ "${BPFHOST_TEST_CPU:-0}" = 1 ] || skip "it takes a CPU from all programs: say BPFHOST_TEST_CPU=1"

TARGET_PROGRAM=$TMP/calls
cp "$TARGETS_DIR/calls" "$TARGET_PROGRAM"
second=''
cleanup() {
	echo 1 >"$switch"
	[ -z "$second" ] || kill -KILL "$second"
}

calls=300000 few=20
target_start threads $((calls / 4))
mkfifo "$TMP/second.in"
"$TARGETS_DIR/act" pin $cpu slowly 100000 gets $few <"$TMP/second.in" >"$TMP/second.out" 9>&- &
second=$!
exec 8>"$TMP/second.in"
host_start -n 2 --pid "$TARGET_PID" --pid $second \
	--plugin uprobe --set "probes=$TARGET_PROGRAM:numbers(a: i8)" \
	--plugin tracepoint --set probes=syscalls:sys_enter_getuid
before=$BPF_IDS
# Whatever becomes of this test, the CPU comes back.
setsid -f sh -c "sleep 20; echo 1 >$switch" </dev/null >/dev/null 2>&1 8>&- 9>&-
echo >&8
target_poke
for switched in 0 1 0 1; do
	sleep 0.2
	echo $switched >"$switch" || skip "the CPU cannot be switched (Device or resource busy)"
	[ "$(cat "$switch")" = $switched ] || fail "cpu$cpu is not switched"
done
wait_until 40 target_reached "done" || fail "the target does not end"
wait_until 20 grep -q '^done' "$TMP/second.out" || fail "the second target does not end"
expect "what is attached" "$before" "$(bpf_ids)"
host_stop
exec 8>&-
wait $second
second=''
expect "exit status" 0 "$STATUS"
check_ledger uprobe
check_ledger
expect "calls" $calls "$(stat_of produced uprobe)"
expect "gaps" "$(stat_of lost uprobe)" "$(gaps '.instance == "uprobe"')"
expect "events on the CPU that went" $few "$(stat_of delivered)"
check_clean
target_end
