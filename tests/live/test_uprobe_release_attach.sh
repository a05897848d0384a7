#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Attaching at many places in many processes takes the kernel long. Whatever ends the host meanwhile leaves no
# breakpoint in the traced programs.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
need_program python3
PLUGIN=uprobe
TARGET_PROGRAM=$TMP/calls
cp "$TARGETS_DIR/calls" "$TARGET_PROGRAM"

# In how many bytes the program's code differs from its file: change_of PID
change_of() {
	local range offset

	read -r range _ offset _ < <(grep ' r-xp .*/calls$' "/proc/$1/maps")
	python3 -c 'import sys
start, end = (int(x, 16) for x in sys.argv[2].split("-"))
memory = open("/proc/%s/mem" % sys.argv[1], "rb")
memory.seek(start)
file = open(sys.argv[4], "rb")
file.seek(int(sys.argv[3], 16))
size = end - start
print(sum(a != b for a, b in zip(memory.read(size), file.read(size))))' \
		"$1" "$range" "$offset" "$TARGET_PROGRAM"
}

changed() {
	[ "$(change_of "$TARGET_PID")" != 0 ]
}

# Copies that only wait: with them each place takes the longer.
crowd=()
mkfifo "$TMP/crowd"
exec 8<>"$TMP/crowd"
for _ in {1..200}; do
	"$TARGET_PROGRAM" many 1 <"$TMP/crowd" >/dev/null 9>&- &
	crowd+=($!)
done
cleanup() {
	kill -KILL "${crowd[@]}"
}
# Of the first processes and of the last, since the kernel goes through them in some order.
no_breakpoints() {
	local pid

	for pid in "$TARGET_PID" "${crowd[0]}" "${crowd[99]}" "${crowd[199]}"; do
		[ "$(change_of "$pid")" = 0 ] || return 1
	done
}

target_start many 1
probe="probes=$TARGET_PROGRAM:many_* -> void"

# ---- not interrupted ------------------------------------------------------------------------------

host_start --plugin uprobe --set "$probe"
grep -q 'attached 1000 of 1000 probes' "$TMP/log" || fail "not all places are attached"
host_stop
expect "exit status" 0 "$STATUS"
check_clean
wait_until 10 no_breakpoints || fail "breakpoints are left after an ordinary run"

# ---- ended in the middle of it ----------------------------------------------------------------

for signal in TERM KILL; do
	host_spawn --plugin uprobe --set "$probe"
	wait_until 10 changed || fail "there is no breakpoint"
	grep -q ': attached' "$TMP/log" && skip "this machine attaches too fast to be interrupted"
	kill -$signal "$HOST_PID"
	host_wait 30
	wait_until 30 check_clean
	wait_until 30 no_breakpoints || fail "SIG$signal while it attached: breakpoints are left"
done
target_go
target_end
