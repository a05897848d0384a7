#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A million events, and all that can go wrong with those who read them: the ledger is exact.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel

million=1000000
probe=syscalls:sys_enter_getppid
reader='' full=''
# Where all is slow, a stop may end before what the ring still holds is written.
late=(stop=any)
[ "$SLOW" != 1 ] || late=()
cleanup() {
	[ -z "$reader" ] || kill -KILL "$reader" 2>/dev/null
	[ -z "$full" ] || umount "$full" 2>/dev/null
}

# A reader behind a pipe, that can be stopped: reader_start; HOST_STDOUT is the pipe.
reader_start() {
	HOST_STDOUT=$TMP/pipe
	rm -f "$HOST_STDOUT"
	mkfifo "$HOST_STDOUT"
	cat "$HOST_STDOUT" >"$TMP/out" &
	reader=$!
}

reader_end() {
	wait $reader 2>/dev/null
	reader=
	HOST_STDOUT=
}

reader_stopped() {
	read -r _ _ state _ <"/proc/$reader/stat" && [ "$state" = T ]
}

# What the stream says is what the ledger says.
check_stream() {
	expect "events in the stream" "$(stat_of delivered)" "$(grep -c '"kind":"event"' "$TMP/out")"
	expect "gaps in the stream" "$1" "$(grep '"kind":"lost"' "$TMP/out" | gaps_sum)"
}

gaps_sum() {
	sed 's/.*"count":\([0-9]*\).*/\1/' | awk '{ sum += $1 } END { printf "%d\n", sum }'
}

# ---- a healthy reader loses none --------------------------------------------------------------

target_start getppid $million
trace $probe
target_go 40
host_stop
expect "exit status" 0 "$STATUS"
check_ledger
expect "produced" $million "$(stat_of produced)"
if [ "$SLOW" = 1 ]; then
	check_lost
	expect "delivered" $million "$(stat_of delivered)"
	expect "late" 0 "$(stat_of late)"
else
	note "not asserted where all is slow: lost $(stat_of lost)"
fi
check_stream "$(stat_of lost)"
check_clean
target_end

# ---- a reader that is stopped for two seconds -------------------------------------------------

reader_start
target_start getppid $million
trace $probe --ring-size 1MiB
kill -STOP $reader
wait_until 5 reader_stopped || fail "the reader does not stop"
target_poke
sleep 2
kill -CONT $reader
wait_until 40 target_reached "done" || fail "the target does not end"
host_stop
reader_end
expect "exit status" 0 "$STATUS"
check_ledger
expect "produced" $million "$(stat_of produced)"
[ "$(stat_of lost_ring)" -gt 0 ] || fail "nothing was lost although nobody read"
check_lost ring=any "${late[@]}"
check_stream "$(stat_of lost)"
check_clean
target_end

# ---- a filter counts what it takes out, of the same flood --------------------------------------

target_start getppid 200000
trace $probe --ring-size 64KiB --filter 'cpu == 4095'
target_go 40
host_stop
check_ledger
expect "produced" 200000 "$(stat_of produced)"
expect "delivered" 0 "$(stat_of delivered)"
check_lost ring=any "${late[@]}"
check_clean
target_end

# ---- full disks -------------------------------------------------------------------------------

HOST_STDOUT=/dev/full
target_start getppid $million
trace $probe
target_go 40
wait_until 5 host_gone || fail "the host goes on although nothing can be written"
host_wait
HOST_STDOUT=
expect "exit status" 1 "$STATUS"
expect "errors" 1 "$(grep -c '^bpfhost: error: .*stdout: No space left on device' "$TMP/log")"
check_ledger
expect "delivered" 0 "$(stat_of delivered)"
[ "$(stat_of lost_sink)" -gt 0 ] || fail "no event is lost to the sink"
check_lost sink=any ring=any stop=any
check_clean
target_end

full=$TMP/full
mkdir "$full"
if mount -t tmpfs -o size=1m tmpfs "$full" 2>/dev/null; then
	target_start getppid $million
	trace $probe --output "$full/events"
	target_go 40
	host_wait
	expect "exit status" 1 "$STATUS"
	grep -q "error: .*$full/events: No space left on device" "$TMP/log" ||
		fail "the full disk is not named"
	check_ledger
	expect "whole lines in the file" "$(stat_of delivered)" \
		"$(grep -c '"kind":"event".*}$' "$full/events")"
	[ "$(stat_of delivered)" -gt 1000 ] || fail "the disk was not written"
	[ "$(stat_of lost_sink)" -gt 0 ] || fail "no event is lost to the sink"
	cp "$full/events" "$TMP/out"
	check_json
	check_clean
	target_end
	umount "$full"
else
	note "not tried: mounting a tmpfs is not permitted"
fi
full=

# ---- a reader that closes the pipe ------------------------------------------------------------

HOST_STDOUT=$TMP/pipe
rm -f "$HOST_STDOUT"
mkfifo "$HOST_STDOUT"
head -n 5 "$HOST_STDOUT" >"$TMP/five" &
reader=$!
target_start getppid $million
trace $probe
target_go 40
host_wait
reader_end
expect "exit status" 0 "$STATUS"
expect "lines of head -n 5" 5 "$(wc -l <"$TMP/five")"
grep -q error "$TMP/log" && fail "a closed pipe is no error"
check_ledger
[ "$(stat_of lost_sink)" -gt 0 ] || fail "no event is lost to the sink"
check_clean
target_end

# ---- --count ----------------------------------------------------------------------------------

target_start getppid $million
trace $probe --count 1234
target_go 40
host_wait
expect "exit status" 0 "$STATUS"
check_ledger
expect "delivered" 1234 "$(stat_of delivered)"
expect "events" 1234 "$(count)"
[ "$(stat_of lost_stop)" -gt 0 ] || fail "no event is lost to the stop"
check_lost stop=any ring=any
expect "gaps in the stream" "$(stat_of lost)" "$(gaps)"
check_clean
target_end

# ---- SIGINT while stdout is blocked -----------------------------------------------------------

for signal in INT TERM; do
	reader_start
	target_start getppid $million
	trace $probe
	kill -STOP $reader
	wait_until 5 reader_stopped || fail "the reader does not stop"
	target_poke
	sleep 1
	host_stop $signal
	kill -CONT $reader
	reader_end
	expect "exit status" 0 "$STATUS"
	check_ledger
	[ "$(stat_of lost_stop)" -gt 0 ] || fail "no event is lost to the stop"
	check_lost stop=any ring=any
	expect "whole events in the pipe" "$(stat_of delivered)" \
		"$(grep -c '"kind":"event".*}$' "$TMP/out")"
	check_clean
	kill "$TARGET_PID"
	target_end
done

# ---- SIGINT in the middle of it ---------------------------------------------------------------

target_start getppid 3000000
trace $probe
target_poke
sleep 0.3
host_stop INT
# Where all is emulated, a worker may take too long even to count what the ring still holds.
if [ "$SLOW" -lt 10 ] || ! grep -q 'did not stop within' "$TMP/log"; then
	expect "exit status" 0 "$STATUS"
fi
check_ledger
[ "$(stat_of delivered)" -gt $((SLOW < 10 ? 1000 : 0)) ] || fail "there were no events"
expect "events" "$(stat_of delivered)" "$(grep -c '"kind":"event"' "$TMP/out")"
check_clean
