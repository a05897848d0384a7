#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A host that is killed in the middle of attaching leaves no breakpoint in the traced programs either: its
# worker finishes the step that it is in, lets go, and ends. Sixty processes keep the kernel busy for long
# enough to be met there.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/breakpoints.sh
. "$(dirname "$0")/breakpoints.sh"
need_kernel
need_program python3
PLUGIN=uprobe
TARGET_PROGRAM=$TMP/calls
cp "$TARGETS_DIR/calls" "$TARGET_PROGRAM"
CROWD=()

# shellcheck disable=SC2317
cleanup() {
	[ ${#CROWD[@]} = 0 ] || kill -KILL "${CROWD[@]}"
}

mkfifo "$TMP/crowd.in"
exec 8<>"$TMP/crowd.in"
for _ in {1..60}; do
	"$TARGET_PROGRAM" many 1 <&8 >/dev/null &
	CROWD+=($!)
done

# killed_in ATTACH GLOB: whether it had not attached all by then
killed_in() {
	kill_at_first_breakpoint "${CROWD[0]}"
	host_spawn --plugin uprobe --set "probes=$TARGET_PROGRAM:$2 -> void" --set attach="$1"
	echo "$HOST_PID" >"$TMP/host"
	wait "$WATCHER"
	wait "$HOST_PID" 2>/dev/null
	HOST_SESSION=$HOST_PID
	HOST_PID=
	check_clean
	expect "$1: bytes that differ" 0 "$(breakpoints "${CROWD[@]}")"
	! grep -q ' attached ' "$TMP/log"
}

met=0
for _ in {1..6}; do
	killed_in multi 'many_*' && met=$((met + 1))
	[ $met -lt 2 ] || break
done
[ $met -gt 0 ] || fail "the kill always came too late"
killed_in classic 'many_19?0'
exit 0
