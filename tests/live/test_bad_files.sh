#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# One instance with probes in several files, of which some are no good: each of those is named and left out, and
# the probes in the others are attached and see all. Only where nothing is left is that the instance's error.
# What usdt finds by itself, it leaves out in silence. (What ends the process that reads a file:
# test_uprobe_reader.sh.)
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
need_program unshare
need_program python3
other=''
cleanup() {
	[ -z "$other" ] || kill -KILL "$other"
}

host_below_refuse
TARGET_PROGRAM=$TMP/act
cp "$TARGETS_DIR/act" "$TARGETS_DIR/probed" "$TMP"

# ---- ways to be no good ---------------------------------------------------------------------------

# in_header OFFSET VALUE FILE: eight bytes of its ELF header
in_header() {
	python3 -c 'import struct, sys
with open(sys.argv[3], "r+b") as file:
    file.seek(int(sys.argv[1]))
    file.write(struct.pack("<Q", int(sys.argv[2], 0)))' "$@"
}

# Offsets by <elf.h>: e_phoff 32, e_shoff 40.
mkdir "$TMP/bad"
for name in segments sections unreadable failing; do
	cp "$TMP/probed" "$TMP/bad/$name"
done
in_header 32 0x7fffffffffff0000 "$TMP/bad/segments"
in_header 40 0x7fffffffffff0000 "$TMP/bad/sections"
head -c 200 "$TMP/probed" >"$TMP/bad/cut"
: >"$TMP/bad/empty"
echo 'int main' >"$TMP/bad/text"
printf '\177ELF\002\001\001' >"$TMP/bad/short"
declare -A reason=(
	[segments]='are damaged or cut off'
	[sections]='are damaged or cut off'
	[cut]='are damaged or cut off'
	[short]='it is not an ELF file\|damaged or cut off'
	[empty]='it is not an ELF file\|damaged or cut off'
	[text]='it is not an ELF file'
	[unreadable]='may not read'
	[failing]='Input/output error'
)
refuse_with "openat:$TMP/bad/unreadable=EACCES" "openat:$TMP/bad/failing=EIO"

# ---- among others ---------------------------------------------------------------------------------

# options PROBE...: one --set for each
options() {
	OPTIONS=()
	for probe in "$@"; do
		OPTIONS+=(--set "probes=$probe")
	done
}

# check_left_out SITES NAME...: SITES are attached; each of these is named once, and none else
check_left_out() {
	local sites=$1 name

	shift
	grep -q "warning: $PLUGIN: degraded: $sites of $((sites + $#)) probes are attached" "$TMP/log" ||
		fail "$sites of $((sites + $#)) should be attached"
	expect "probes that are named" $# "$(grep -c "warning: $PLUGIN: argument [0-9]*: failed to attach " "$TMP/log")"
	for name in "$@"; do
		expect "words about $name" 1 "$(grep "failed to attach probe \"$TMP/bad/$name:" "$TMP/log" |
			grep -c "${reason[$name]}")"
	done
	expect "errors" 0 "$(grep -c ': error: ' "$TMP/log")"
}

go_and_stop() {
	target_go
	host_stop
	expect "exit status" 0 "$STATUS"
	expect "events" "$1" "$(count)"
	check_ledger "$PLUGIN"
	check_clean
	target_end
}

PLUGIN=uprobe
bad=()
for name in "${!reason[@]}"; do
	bad+=("$TMP/bad/$name:main")
done
for way in $(uprobe_ways); do
	target_start getppid 3 gets 2
	options "$TMP/act:act_getppid" "${bad[@]}" "$TMP/act:act_gets(n: u32)"
	host_start --plugin uprobe "${OPTIONS[@]}" --set "attach=$way"
	check_left_out 2 "${!reason[@]}"
	go_and_stop 2
done

PLUGIN=usdt
TARGET_PROGRAM=$TMP/probed
bad=()
for name in "${!reason[@]}"; do
	bad+=("$TMP/bad/$name:bt:many")
done
target_start guarded 50 floats
options "${bad[@]}" "$TMP/probed:bt:guarded" "$TMP/probed:bt:floats"
host_start --plugin usdt "${OPTIONS[@]}"
check_left_out 2 "${!reason[@]}"
go_and_stop 51

# ---- among processes ------------------------------------------------------------------------------

# Which file it is depends on who looks; the one that has no good one does not keep the other from it.
TARGET_PROGRAM=$TMP/act
cp "$TMP/act" "$TMP/both"
unshare -m sh -c "mount --bind $TMP/bad/cut $TMP/both && exec sleep 60" &
other=$!
hidden() {
	[ "$(stat -c %s "/proc/$other/root$TMP/both" 2>/dev/null)" = 200 ]
}
wait_until 5 hidden || fail "there is no other mount namespace"
TARGET_PROGRAM=$TMP/both

# one_of_both PLUGIN FUNCTION VERB...: in whichever order they are named
one_of_both() {
	local first second

	PLUGIN=$1
	target_start "${@:3}"
	for first in "$other" "$TARGET_PID"; do
		second=$((other + TARGET_PID - first))
		host_run --plugin "$1" --set "probes=$TMP/both:$2" --pid "$first" --pid "$second" --duration 1ms
		expect "exit status" 0 "$STATUS"
		grep -q "failed to attach \"$TMP/both\" of process $other: .*damaged or cut off" "$TMP/log" ||
			fail "the process with the bad file is not named"
		grep -q "degraded: 1 of 2 probes" "$TMP/log" || fail "the other is not attached"
		check_clean
	done
	target_end
}

one_of_both uprobe act_getppid getppid 3
cp "$TMP/probed" "$TMP/both"
one_of_both usdt bt:guarded guarded 1

# ---- among what usdt finds by itself ----------------------------------------------------------------

# It runs as before, but none of its notes makes sense.
need_program readelf
PLUGIN=usdt
cp "$TMP/probed" "$TMP/senseless"
readelf -SW "$TMP/senseless" | sed -n 's/.*\.note\.stapsdt *NOTE *[0-9a-f]* \([0-9a-f]*\) \([0-9a-f]*\) .*/\1 \2/p' |
	while read -r offset size; do
		printf "%0$((16#$size))d" 7 | dd "of=$TMP/senseless" bs=1 "seek=$((16#$offset))" conv=notrunc status=none
	done
cmp -s "$TMP/probed" "$TMP/senseless" && fail "the notes are not damaged"
{ kill -KILL "$other" && wait "$other"; } 2>/dev/null
mkfifo "$TMP/silence"
exec 8<>"$TMP/silence"
"$TMP/senseless" wait <&8 >/dev/null &
other=$!
TARGET_PROGRAM=$TMP/probed
target_start threads 10
host_start --plugin usdt --pid "$other" --pid "$TARGET_PID" --set rescan=0s --log-level debug
grep -q "$TMP/senseless is left out: .*section .note.stapsdt is damaged" "$TMP/log" || fail "nothing was damaged"
go_and_stop 40

# ---- and nothing else -------------------------------------------------------------------------------

# alone PLUGIN STATUS ARGUMENT...: one error, which is that of the first
alone() {
	PLUGIN=$1
	host_run --plugin "$1" "${@:3}"
	expect "exit status of $1" "$2" "$STATUS"
	expect "errors of $1" 1 "$(grep -c ': error: ' "$TMP/log")"
	expect "warnings of $1" 0 "$(grep -c 'failed to attach' "$TMP/log")"
	check_clean
}

options "$TMP/bad/unreadable:main" "$TMP/bad/cut:main"
alone uprobe 1 "${OPTIONS[@]}"
grep -q 'probe ".*/bad/unreadable:main": may not read' "$TMP/log" || fail "the first is not named"
options "$TMP/bad/cut:bt:many" "$TMP/bad/unreadable:bt:many"
alone usdt 2 "${OPTIONS[@]}"
# Who asks for what a good file does not have is mistaken, whatever else there is.
options "$TMP/bad/cut:main" "$TMP/act:act_getppid" "$TMP/act:no_such"
alone uprobe 2 "${OPTIONS[@]}"
grep -q 'there is no function "no_such"' "$TMP/log" || fail "the mistake is not named"
options "$TMP/probed:bt:guarded" "$TMP/probed:bt:no_such"
alone usdt 2 "${OPTIONS[@]}"
