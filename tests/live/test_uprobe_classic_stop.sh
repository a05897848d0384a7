#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Many places that are attached one by one: the stop waits neither for the kernel, which may let go of one
# after the other, nor loses what was seen before it.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
[ "$(getconf _NPROCESSORS_ONLN)" -gt 1 ] || skip "with one CPU the kernel waits for no program (membarrier)"
PLUGIN=uprobe
TARGET_PROGRAM=$TMP/calls
cp "$TARGETS_DIR/calls" "$TARGET_PROGRAM"

for type in '' ' -> void'; do
	target_start many 1000000
	trace "$TARGET_PROGRAM:many_190?$type" --set attach=classic \
		--set "probes=$TARGET_PROGRAM:many_191?$type" --set "probes=$TARGET_PROGRAM:many_192?$type"
	grep -q ': attached 30 of 30 probes' "$TMP/log" || fail "not all are attached"
	target_poke
	wait_until 5 grep -q '"kind":"event"' "$TMP/out" || fail "there is no event"
	host_stop
	# The kernels that take long take 45 ms for each of 30 or 60; emulated, as well.
	[ "$TOOK" -lt $((1000 + 50 * SLOW)) ] || fail "stopping took $TOOK ms"
	grep 'letting go' "$TMP/log" && fail "the last event was held up by what the kernel has to free"
	expect "exit status" 0 "$STATUS"
	check_ledger
	# Later than that workers drop what they find.
	[ "$TOOK" -ge 400 ] || check_lost ring=any
	expect "events" "$(stat_of delivered)" "$(events | wc -l)"
	kill -KILL "$TARGET_PID"
	target_end
	wait_until 30 gone session_left || fail "left running: $(ps -s "$HOST_SESSION")"
	check_clean
	note "stopped within $TOOK ms: $(stat_of produced) events$type"
done
