#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Semaphores are up while somebody looks, in processes that run and in those that start later, and back
# at zero afterwards, however the host ended. The program itself tells how far its counter is up, and
# what is read from its memory must agree.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/semaphores.sh
. "$(dirname "$0")/semaphores.sh"

need_kernel
need_program readelf
need_program python3
TARGET_PROGRAM=$TMP/probed
cp "$TARGETS_DIR/probed" "$TARGET_PROGRAM"

said() {
	[ "$(target_said semaphore | wc -l)" -ge "$1" ]
}

# The counter as the running target tells it now, which must be what is in its memory.
semaphore() {
	local before

	before=$(target_said semaphore | wc -l)
	target_poke
	wait_until 5 said $((before + 1)) || fail "the target does not answer"
	target_said semaphore | tail -n 1
}

guard() {
	host_start --plugin usdt --set "probes=$TARGET_PROGRAM:bt:guarded(i)" "$@"
}

for way in auto classic; do
	note "a process that runs already ($way)"
	target_start wait wait guarded 100 wait
	expect "counter before" 0 "$(semaphores "$TARGET_PID")"
	expect "counter before, as told" 0 "$(semaphore)"
	guard --set "attach=$way"
	expect "counter" 1 "$(semaphores "$TARGET_PID")"
	expect "counter, as told" 1 "$(semaphore)"
	target_poke
	wait_until 10 target_reached guarded || fail "the target does not go on"
	expect "guarded, as told" 100 "$(target_said guarded)"

	note "one that starts later ($way)"
	{ sleep 0.2; echo; sleep 1; } | "$TARGET_PROGRAM" guarded 50 >"$TMP/later"
	expect "guarded, later" "guarded 50" "$(grep guarded "$TMP/later")"
	expect "counter, later" "semaphore 1" "$(grep semaphore "$TMP/later")"
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger usdt
	check_clean
	expect "events" 150 "$(events | wc -l)"
	expect "values" $((99 * 100 / 2 + 49 * 50 / 2)) "$(jq -s 'map(.data.i) | add' "$TMP/out")"
	expect "counter after" 0 "$(semaphores "$TARGET_PID")"
	expect "counter after, as told" 0 "$(semaphore)"
	target_end
	{ echo; sleep 0.2; } | "$TARGET_PROGRAM" guarded 50 >"$TMP/later"
	expect "guarded, after" "guarded 0" "$(grep guarded "$TMP/later")"
done

note "two instances"
target_start wait wait guarded 10
host_start -n 2 --plugin usdt@one --set "probes=$TARGET_PROGRAM:guarded" \
	--plugin usdt@two --set "probes=$TARGET_PROGRAM:guarded"
# The kernel counts breakpoints, of which both share one.
expect "counter" 1 "$(semaphores "$TARGET_PID")"
note "SIGKILL"
HOST_SESSION=$HOST_PID
kill -KILL "$HOST_PID"
wait "$HOST_PID" 2>/dev/null
HOST_PID=
check_clean
wait_for_number 5 0 semaphores "$TARGET_PID" || fail "the counter is not back: $(semaphores "$TARGET_PID")"
expect "counter, as told" 0 "$(semaphore)"
target_end

note "only the process of --pid"
mkfifo "$TMP/other.in"
"$TARGET_PROGRAM" wait <"$TMP/other.in" >"$TMP/other" &
exec 8>"$TMP/other.in"
wait_until 5 grep -q '^pid' "$TMP/other"
other=$(sed -n 's/^pid //p' "$TMP/other")
target_start wait guarded 10
guard --pid "$TARGET_PID"
expect "counter" 1 "$(semaphores "$TARGET_PID")"
expect "counter of the other" 0 "$(semaphores "$other")"
host_stop
check_ledger usdt
check_clean
expect "counter after" 0 "$(semaphores "$TARGET_PID")"
exec 8>&-
kill "$other"
target_end
