#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What users got wrong or in their way once: each of these was a bug.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel

# A run that ends by itself; prints its log.
attempt() {
	timeout -k 1 $((20 * SLOW)) "$BPFHOST" --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" "$@" \
		2>"$TMP/attempt" >/dev/null
	cat "$TMP/attempt"
}

# ---- yesterday's file survives a run that never begins -----------------------------------------

for words in '--dry-run' '--set probes=nosuch:x' '--set string_size=1'; do
	echo precious >"$TMP/keep"
	# shellcheck disable=SC2086
	attempt --plugin tracepoint --output "$TMP/keep" $words >/dev/null
	expect "the file after $words" precious "$(cat "$TMP/keep")"
done
attempt --plugin tracepoint --set probes=syscalls:sys_enter_getppid --pid $$ --duration 10ms \
	--output "$TMP/keep" >/dev/null
expect "the file after a run without events" "" "$(cat "$TMP/keep")"

# ---- a reader that has gone is noticed though nothing happens ------------------------------------

mkfifo "$TMP/reader"
cat <"$TMP/reader" >"$TMP/out" 9>&- &
reader=$!
HOST_STDOUT=$TMP/reader
host_start --plugin tracepoint --set probes=syscalls:sys_enter_getppid --pid $$
kill "$reader"
host_wait 5
expect "exit status without a reader" 0 "$STATUS"
expect "why it ended" 'bpfhost: info: nobody reads stdout any more: the run ends' "$(grep 'nobody reads' "$TMP/log")"
check_ledger
check_clean
# One that was to go on until it is told otherwise ends alike, and says more of it.
cat <"$TMP/reader" >"$TMP/out" 9>&- &
reader=$!
host_start --control "$TMP/control" --plugin tracepoint --set probes=syscalls:sys_enter_getppid --pid $$
kill "$reader"
host_wait 5
expect "exit status without a reader" 0 "$STATUS"
expect "why it ended" 'bpfhost: warning: nobody reads stdout any more: the run ends' "$(grep 'nobody reads' "$TMP/log")"
check_clean
HOST_STDOUT=''

# ---- one field twice ---------------------------------------------------------------------------

for name in sched_process_exec 'sched_proces*'; do
	log=$(attempt --plugin tracepoint --set "probes=sched:$name(filename, filename)")
	grep -q 'field filename is named twice' <<<"$log" || fail "$name: $log"
done

# ---- a long window and a full merge ------------------------------------------------------------

target_start getppid 300000
host_start --plugin tracepoint@one --set probes=syscalls:sys_enter_getppid \
	--plugin tracepoint@two --set probes=sched:sched_process_exec \
	--window 1h --pid "$TARGET_PID"
target_go
host_stop
expect "exit status" 0 "$STATUS"
check_ledger one
# Where all is emulated, a stop may end before all that waited is written.
[ "$SLOW" -ge 10 ] || expect "lost to the stop" 0 "$(stat_of lost_stop one)"
expect_between "ms to stop" 0 $((1500 * SLOW)) "$TOOK"
check_clean
target_end

# ---- a worker that somebody has stopped: it is not ended, for longer than a call may take, and nothing is lost

target_start getppid 1000
host_start --plugin tracepoint --set probes=syscalls:sys_enter_getppid --pid "$TARGET_PID" --call-limit "${SLOW}s"
read -r worker <<<"$(workers)"
wait_until 5 grep -q '^State:.S' "/proc/$worker/status" || fail "it does not sleep"
kill -STOP "$worker"
target_go
sleep $((3 * SLOW))
kill -CONT "$worker"
host_stop
expect "exit status" 0 "$STATUS"
check_ledger
expect "events while the worker was stopped" 1000 "$(stat_of delivered)"
expect "restarts" 0 "$(stat_of restarts)"
check_clean
target_end

# ---- a worker that does not stop ---------------------------------------------------------------

target_start getppid 1000
host_start --plugin tracepoint --set probes=syscalls:sys_enter_getppid --pid "$TARGET_PID"
read -r worker <<<"$(workers)"
kill -STOP "$worker"
target_go
host_stop
expect "exit status" 1 "$STATUS"
check_ledger
expect "lost to the stop" 1000 "$(stat_of lost_stop)"
expect "told in the stream" 1000 "$(gaps)"
grep -q "error: tracepoint: .* (pid $worker) did not stop within .* it is stopped, by SIGSTOP" "$TMP/log" ||
	fail "the log does not say why"
target_end

# ---- a file size limit -------------------------------------------------------------------------

target_start getppid 100000
(
	ulimit -f 8000
	timeout -s INT $((5 * SLOW)) "$BPFHOST" --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" --plugin tracepoint \
		--set probes=syscalls:sys_enter_getppid --pid "$TARGET_PID" --format json --output "$TMP/limited" \
		2>"$TMP/limited.log"
	echo $? >"$TMP/limited.status"
) &
wait_until 5 grep -q attached "$TMP/limited.log" || fail "not attached"
target_poke
wait $!
expect "exit status at the limit" 1 "$(cat "$TMP/limited.status")"
grep -q 'File too large' "$TMP/limited.log" || fail "no word of the limit: $(cat "$TMP/limited.log")"
kill "$TARGET_PID" 2>/dev/null
