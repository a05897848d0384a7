#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# More events than the host can write: it still hears signals, and the books balance.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
[ "$SLOW" -lt 10 ] || skip "the limits of a stop are of a machine that is not emulated"

probe='probes=syscalls:sys_enter_getppid'
target_start getppid 20000000
host_start -n 4 --plugin tracepoint@i1 --set $probe --plugin tracepoint@i2 --set $probe \
	--plugin tracepoint@i3 --set $probe --plugin tracepoint@i4 --set $probe \
	--pid "$TARGET_PID" --output /dev/null
target_poke
sleep 1
host_stop
expect "exit status" 0 "$STATUS"
for name in i1 i2 i3 i4; do
	check_ledger $name
	[ "$(stat_of delivered $name)" -gt 1000 ] || fail "$name delivered next to nothing"
done
check_clean
kill "$TARGET_PID"
note "stopped after $TOOK ms, $(stat_of lost_ring i1) of $(stat_of produced i1) lost to the ring"

# ---- far more than a stop has time to write ----------------------------------------------------

instances=()
for i in 1 2 3 4 5 6 7 8; do
	instances+=(--plugin "tracepoint@i$i" --set "$probe")
done
mkfifo "$TMP/lines"
# Among so many that want the CPU, whoever reads the stream gets it: how fast it is, is no matter here.
nice -n -15 grep '"kind":"lost"' <"$TMP/lines" >"$TMP/out" 9>&- &
reader=$!
HOST_STDOUT=$TMP/lines
target_start getppid 20000000
host_start -n 8 "${instances[@]}" --pid "$TARGET_PID" --ring-size 256MiB
target_poke
sleep 2
host_stop
expect "exit status" 0 "$STATUS"
grep 'did not stop' "$TMP/log" && fail "a worker had to be ended"
wait "$reader"
for i in 1 2 3 4 5 6 7 8; do
	check_ledger "i$i"
	expect "gaps of i$i" "$(stat_of lost "i$i")" "$(gaps ".instance == \"i$i\"")"
done
check_clean
kill "$TARGET_PID"
note "stopped after $TOOK ms, $(stat_of lost_stop i1) of $(stat_of produced i1) lost to the stop"

# ---- a supervisor that gets no CPU while it ends ------------------------------------------------

# In the middle of the stop, for longer than all of its limits: that is no fault of the workers.
HOST_STDOUT=$TMP/lines
cat <"$TMP/lines" >"$TMP/out" 9>&- &
reader=$!
target_start getppid 20000000
host_start -n 8 "${instances[@]}" --pid "$TARGET_PID"
target_poke
sleep 1
kill -TERM "$HOST_PID"
sleep 0.45
kill -STOP "$HOST_PID"
sleep 3
kill -CONT "$HOST_PID"
host_wait 30
wait "$reader"
expect "exit status of the starved" 0 "$STATUS"
grep ': error: \|its worker (pid' "$TMP/log" && fail "a healthy worker is blamed"
for i in 1 2 3 4 5 6 7 8; do
	check_ledger "i$i"
	expect "events of i$i" "$(stat_of delivered "i$i")" \
		"$(grep -c "\"kind\":\"event\",\"instance\":\"i$i\".*}\$" "$TMP/out")"
done
check_clean
kill "$TARGET_PID"

# ---- a reader that takes a little now and then does not hold up the end ------------------------

HOST_STDOUT=$TMP/pipe
mkfifo "$HOST_STDOUT"
exec 7<>"$HOST_STDOUT"
while sleep 0.1; do
	dd bs=4096 count=1 status=none
done <&7 >"$TMP/out" 9>&- &
reader=$!
cleanup() {
	kill -KILL "$reader" 2>/dev/null
}
target_start getppid 12000
trace syscalls:sys_enter_getppid
target_poke
sleep 0.1
host_stop
expect "exit status" 0 "$STATUS"
check_ledger
[ "$(stat_of lost_stop)" -gt 0 ] || fail "the reader was not slow"
check_clean
kill "$TARGET_PID"
target_end
note "stopped after $TOOK ms, $(stat_of lost_stop) lost to the stop"
