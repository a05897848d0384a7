#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Which of the processes that run one file are meant: by several --pid, by pid:N, by both.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
PLUGIN=uprobe
TARGET_PROGRAM=$TMP/calls
cp "$TARGETS_DIR/calls" "$TARGET_PROGRAM"

# other_start: one more copy, which does as the target when a line comes on $1
others=()
other_start() {
	mkfifo "$TMP/in.$1"
	"$TARGET_PROGRAM" numbers 10 <"$TMP/in.$1" >"$TMP/out.$1" 2>&1 9>&- &
	others+=($!)
	eval "exec $1>'$TMP/in.$1'"
}
cleanup() {
	kill -KILL "${others[@]}" 2>/dev/null
}
others_go() {
	: >"$TMP/out.6"
	: >"$TMP/out.7"
	echo >&6
	echo >&7
	wait_until 5 grep -q '^done' "$TMP/out.6" || fail "the sixth does not end"
	wait_until 5 grep -q '^done' "$TMP/out.7" || fail "the seventh does not end"
}
by_pid() {
	events | jq -r .pid | sort -n | uniq -c | awk '{ print $2 "*" $1 }' | words
}
other_start 6
other_start 7
wait_until 5 grep -q '^pid' "$TMP/out.6" && wait_until 5 grep -q '^pid' "$TMP/out.7"

# many_processes PIDS EVENTS PROBE...: of the processes with these --pid, so many events of each
many_processes() {
	local pid pids=() probes=() wanted

	for pid in $1; do
		pids+=(--pid "$pid")
	done
	wanted=$2
	for probe in "${@:3}"; do
		probes+=(--set "probes=$probe")
	done
	host_start --plugin uprobe "${pids[@]}" "${probes[@]}"
	others_go
	target_poke
	wait_until 5 target_reached "done" || fail "the target does not end"
	host_stop
	check_ledger
	check_clean
	expect "events by process" "$wanted" "$(by_pid)"
	: >"$TMP/target.out"
}

target_start numbers 10
a=${others[0]} b=${others[1]} c=$TARGET_PID path=$TARGET_PROGRAM
all=$(printf '%s*10\n' "$a" "$b" "$c" | sort -n | words)
many_processes "$a $b $c" "$all" "$path:numbers"
many_processes "$a $b $c $b $c" "$all" "$path:numbers -> i32"
many_processes '' "$(printf '%s*10\n' "$a" "$b" | sort -n | words)" "pid:$a:numbers" \
	"pid:$b:numbers"
many_processes '' "$b*10" "$path:texts" "pid:$b:numbers"
many_processes '' "$all" "pid:$b:texts" "$path:numbers"
many_processes "$a $b $c" "$b*10" "pid:$b:numbers"
host_run --plugin uprobe --pid "$a" --set "probes=pid:$b:numbers"
expect "a process that --pid leaves out" 2 "$STATUS"
grep -q "is process $b, which --pid leaves out" "$TMP/log" || fail "no word of --pid"
# A kernel before 6.10 attaches such links for all processes; to the host, this one is old.
if setarch --uname-2.6 true 2>/dev/null; then
	BPFHOST_BEFORE=$BPFHOST BPFHOST=$TMP/old
	printf '#!/bin/sh\nexec setarch --uname-2.6 "%s" "$@"\n' "$BPFHOST_BEFORE" >"$BPFHOST"
	chmod +x "$BPFHOST"
	many_processes '' "$b*10" "pid:$b:numbers"
	many_processes '' "$b*10" "pid:$b:numbers -> i32"
	BPFHOST=$BPFHOST_BEFORE
fi
target_end
exec 6>&- 7>&-
