#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Whatever ends the host, and at whatever moment of a stop: no breakpoint stays in the traced program.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/breakpoints.sh
. "$(dirname "$0")/breakpoints.sh"
need_kernel
need_program python3
PLUGIN=uprobe
TARGET_PROGRAM=$TMP/calls
cp "$TARGETS_DIR/calls" "$TARGET_PROGRAM"

for attach in $(uprobe_ways); do
	glob='many_*'
	[ "$attach" = multi ] || glob='many_19?0'
	target_start many 1
	for pause in 0 0.002 0.005 0.01 0.02 0.04; do
		host_start --plugin uprobe --set "probes=$TARGET_PROGRAM:$glob -> void" \
			--set "attach=$attach"
		no_breakpoints "$TARGET_PID" && fail "$attach: there are no breakpoints while it runs"
		kill -TERM "$HOST_PID"
		sleep $pause
		kill -KILL "$HOST_PID" 2>/dev/null
		wait "$HOST_PID" 2>/dev/null
		HOST_SESSION=$HOST_PID
		HOST_PID=
		check_clean
		wait_until 5 no_breakpoints "$TARGET_PID" ||
			fail "$attach, killed $pause s into the stop: $(breakpoints "$TARGET_PID") bytes differ"
	done
	target_go
	target_end
done
