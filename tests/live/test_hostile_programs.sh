#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Traced programs that multiply, are replaced, removed and executed again, lose the memory that a string is read
# from, or may do next to nothing: the counts are exact, and none of them dies of it.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel

# What a stop finds waiting on a busy machine it may have no time for.
wait_for_events() {
	wait_for_number 20 "$1" grep -c '"kind":"event"' "$TMP/out" || fail "there are not $1 events"
}

# ---- children of children, and another plugin that looks for programs meanwhile --------------------

levels=10
children=$(((1 << (levels + 1)) - 2))
TARGET_PROGRAM=$TMP/tree$$ # a name that nobody else has
cp "$TARGETS_DIR/hostile" "$TARGET_PROGRAM"
target_start tree $levels
host_start -n 3 --comm "tree$$" \
	--plugin tracepoint --set probes=sched:sched_process_fork --set probes=sched:sched_process_exit \
	--set probes=syscalls:sys_enter_getppid \
	--plugin uprobe --set "probes=$TARGET_PROGRAM:handed(text: str) -> i32" \
	--plugin usdt --set rescan=100ms
target_go 40
wait_for_events $((4 * children))
host_stop
expect "exit status" 0 "$STATUS"
for name in tracepoint uprobe usdt; do
	check_ledger $name
done
for event in sched:sched_process_fork sched:sched_process_exit syscalls:sys_enter_getppid; do
	expect "$event" $children "$(count ".event == \"$event\"")"
done
expect "calls" $children "$(count '.plugin == "uprobe" and .data.ret == 7')"
# The first page of the program's constants may not be there yet in a child.
expect "texts that are none of the program's" 0 \
	"$(count '.plugin == "uprobe" and .data.text != "child" and .data.text != ""')"
check_clean
target_end

# ---- replaced, removed, executed again ----------------------------------------------------------

PLUGIN=uprobe
TARGET_PROGRAM=$TMP/calls
cp "$TARGETS_DIR/calls" "$TARGET_PROGRAM"

# again COUNT: the target does its calls for the COUNT-th time
again() {
	target_poke
	wait_until 5 target_reached "done" "$1" || fail "the target does not end"
}

target_start numbers 10
host_start --plugin uprobe --set "probes=$TARGET_PROGRAM:numbers(a: i8) -> i32"
again 1
cp "$TARGETS_DIR/calls" "$TMP/new" && mv "$TMP/new" "$TARGET_PROGRAM"
again 2
# What was attached to is the file that was read, not its name.
"$TARGET_PROGRAM" numbers 500 <<<'' >/dev/null
rm "$TARGET_PROGRAM"
again 3
# A process of its own that executes the removed file.
"/proc/$TARGET_PID/exe" numbers 5 <<<'' >"$TMP/removed" 9>&-
expect "the removed file" 1 "$(grep -c "done" "$TMP/removed")"
host_stop
expect "exit status" 0 "$STATUS"
expect "calls" 35 "$(count '.data.a == -1 and .data.ret == 4')"
expect "events" 35 "$(count)"
check_ledger
check_clean
again 4
target_end

# One process, which becomes what is traced only behind the attaching.
cp "$TARGETS_DIR/calls" "$TMP/calls"
TARGET_PROGRAM=$TARGETS_DIR/act
for pid in one all; do
	target_start wait exec "$TMP/calls" numbers 7
	arguments=()
	[ $pid = all ] || arguments=(--pid "$TARGET_PID")
	host_start -n 2 --plugin uprobe "${arguments[@]}" --set "probes=$TMP/calls:numbers(a: i8)" \
		--plugin tracepoint "${arguments[@]}" --set 'probes=sched:sched_process_exec(filename)' \
		--comm act --comm calls
	target_poke
	wait_until 5 target_reached waiting || fail "the target does not wait"
	target_poke
	wait_until 5 target_reached exec || fail "the target does not execute"
	target_poke
	wait_until 5 target_reached "done" || fail "the target does not end"
	host_stop
	check_ledger uprobe
	check_ledger tracepoint
	expect "calls of $pid" 7 "$(count '.plugin == "uprobe"')"
	expect "executions of $pid" 1 "$(count ".data.filename == \"$TMP/calls\"")"
	check_clean
	target_end
done

# ---- memory that goes away under the reading -------------------------------------------------------

text='a text that lies on two pages'
TARGET_PROGRAM=$TMP/hostile
cp "$TARGETS_DIR/hostile" "$TARGET_PROGRAM"
target_start pulled 20000
host_start -n 2 --pid "$TARGET_PID" --plugin uprobe --set "probes=$TARGET_PROGRAM:handed(text: str)" \
	--plugin tracepoint --set 'probes=syscalls:sys_enter_openat(filename)'
target_go
wait_for_events 40000
host_stop
expect "exit status" 0 "$STATUS"
for name in uprobe tracepoint; do
	check_ledger $name
	expect "produced by $name" 20000 "$(stat_of produced $name)"
	expect "lost by $name" 0 "$(stat_of lost $name)"
	jq -r "select(.plugin == \"$name\") | .data.text // .data.filename" "$TMP/out" | sort | uniq -c >"$TMP/texts"
	note "$name: $(words <"$TMP/texts")"
	expect_between "different readings by $name" 2 1000 "$(wc -l <"$TMP/texts")"
done
expect "readings of what was never there" 0 "$(count ".data.text // .data.filename |
	inside(\"$text\") | not")"
check_clean
target_end

# ---- under strict seccomp, before and behind the attaching ------------------------------------------

refused() {
	grep -q 'under a seccomp filter is killed' "$TMP/log"
}

attached_or_refused() {
	host_attached 1 || refused
}

# strict PROBE WANTED: the events of one, or none where the plugin refuses; the target lives in any case
strict() {
	local when

	for when in before behind; do
		target_start strict 100
		[ $when = behind ] || { target_poke; wait_until 5 target_reached strict; }
		host_spawn --plugin uprobe --pid "$TARGET_PID" --set "probes=$TARGET_PROGRAM:$1"
		wait_until 10 attached_or_refused || fail "neither attached nor refused"
		[ $when = before ] || { target_poke; wait_until 5 target_reached strict; }
		target_poke
		wait_until 5 target_reached lives || fail "$1: the target was killed"
		wait "$TARGET_PID"
		expect "status of the target" 42 $?
		if refused; then
			host_wait
			expect "exit status" 2 "$STATUS"
		else
			host_stop
			expect "exit status" 0 "$STATUS"
			expect "events of $1, strict $when" "$2" "$(count)"
			check_ledger
		fi
		TARGET_PID=
		exec 9>&-
	done
}

strict 'handed(text: str)' 100
strict 'handed(text: str) -> i32' 100
# Linux 6.18 puts a system call in the place of this nop.
strict 'padded(n: i32)' 100
