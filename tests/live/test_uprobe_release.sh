#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Whatever ends the host, and at whatever moment: no breakpoint stays in the traced program.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
PLUGIN=uprobe
TARGET_PROGRAM=$TMP/calls
cp "$TARGETS_DIR/calls" "$TARGET_PROGRAM"

# The program's code as its process has it, and as the file does.
code_in_memory() {
	local range offset

	read -r range _ offset _ < <(grep ' r-xp .*/calls$' "/proc/$TARGET_PID/maps")
	python3 -c 'import sys
start, end = (int(x, 16) for x in sys.argv[2].split("-"))
memory = open("/proc/%s/mem" % sys.argv[1], "rb")
memory.seek(start)
file = open(sys.argv[4], "rb")
file.seek(int(sys.argv[3], 16))
size = end - start
mine, theirs = memory.read(size), file.read(size)
print(sum(a != b for a, b in zip(mine, theirs)))' "$TARGET_PID" "$range" "$offset" "$TARGET_PROGRAM"
}

no_breakpoints() {
	[ "$(code_in_memory)" = 0 ]
}

need_program python3
target_start many 1
for attach in $(uprobe_ways); do
	glob='many_*'
	[ "$attach" = multi ] || glob='many_19?0'
	for pause in 0 0.002 0.005 0.01 0.02 0.04; do
		host_start --plugin uprobe --set "probes=$TARGET_PROGRAM:$glob -> void" \
			--set "attach=$attach"
		no_breakpoints && fail "$attach: there are no breakpoints while it runs"
		kill -TERM "$HOST_PID"
		sleep $pause
		kill -KILL "$HOST_PID" 2>/dev/null
		wait "$HOST_PID" 2>/dev/null
		HOST_SESSION=$HOST_PID
		HOST_PID=
		check_clean
		wait_until 5 no_breakpoints ||
			fail "$attach, killed $pause s into the stop: $(code_in_memory) bytes differ"
	done
done
target_go
target_end
