#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Functions of a program that counts its own calls: arguments, results, recursion, threads, and calls
# that never return.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
PLUGIN=uprobe
TARGET_PROGRAM=$TMP/calls
cp "$TARGETS_DIR/calls" "$TARGET_PROGRAM" # a file of our own: nobody else runs it

data() {
	events | jq -c .data
}

# distinct FIELD: its values and how often each came
distinct() {
	events | jq -c ".data.$1" | sort | uniq -c | awk '{ printf "%s%s*%s", sep, $2, $1; sep = " " }'
}

# calls_once PROBE VERB ROUNDS [ARGUMENT...]
calls_once() {
	local probe=$1 verb=$2 rounds=$3

	shift 3
	target_start "$verb" "$rounds"
	host_start --plugin uprobe --set "probes=$TARGET_PROGRAM:$probe" "$@"
	target_go
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger
	check_clean
	target_end
}

address_of() {
	nm "$TARGET_PROGRAM" | awk -v name="$1" '$3 == name { print "0x" $1 }'
}

# ---- arguments by position and type, the last two from the stack -------------------------------

types='a: i8, b: u8, c: i16, d: u16, e: i32, f: u32, g: i64, h: u64'
calls_once "numbers($types)" numbers 1000
expect "events" 1000 "$(count)"
expect "produced" 1000 "$(stat_of produced)"
expect "arguments" '{"a":-1,"b":2,"c":-3,"d":4,"e":-5,"f":6,"g":-7,"h":8}' "$(data | sort -u)"
expect "name of the event" "\"$TARGET_PROGRAM:numbers\"" "$(events | jq -c .event | sort -u)"

calls_once 'texts(text: str[8])' texts 100
expect "texts" 100 "$(events | jq -r .data.text | sort -u | wc -l)"
expect "first and last" 'text 0 text 99' "$(events | jq -r .data.text | sed -n '1p;$p' | words)"

calls_once 'texts(text: str[16]) if text ~ "*7"' texts 100
expect "texts that end in 7" 10 "$(count '.data.text | endswith("7")')"
expect "decided in the kernel" 10 "$(stat_of produced)"

# ---- places by hand -----------------------------------------------------------------------------

for place in "@$(address_of texts)" "&$(address_of texts)" "texts+0x0"; do
	calls_once "$place(text: str)" texts 10
	expect "$place" '"text 9"' "$(events | tail -n 1 | jq -c .data.text)"
done

# ---- calls: results, recursion, threads ---------------------------------------------------------

calls_once "numbers(a: i8) -> i32" numbers 1000
expect "calls" 1000 "$(count '.data.ret == 4 and .data.a == -1 and .data.latency_ns > 0')"

calls_once "numbers(a: i8) -> i32 if a == 5" numbers 50 --log-level debug
expect "calls that the condition turns away" 0 "$(stat_of produced)"
grep -q 'that had begun before' "$TMP/log" && fail "they are told to have begun before"

calls_once 'texts(text: str) -> str' texts 20
expect "text behind what was returned" 20 \
	"$(count '(.data.text | ltrimstr("t")) == .data.ret')"

# fib(15): fib(1) is called 610 times, fib(15) returns 610; 1973 calls in all.
calls_once 'fib(n: u32) -> u64' fib 15
expect "calls of fib" 1973 "$(count)"
expect "fib(15)" '{"n":15,"ret":610}' "$(data | tail -n 1 | jq -c 'del(.latency_ns)')"
expect "fib(1)" 610 "$(count '.data.n == 1')"
wrong=$(events | jq -s 'def fib: if . < 2 then . else (. - 1 | fib) + (. - 2 | fib) end;
	[.[] | select(.data.ret != (.data.n | fib))] | length')
expect "results that do not fit their arguments" 0 "$wrong"
expect "an outer call takes longer than all it calls" true "$(events |
	jq -s '(max_by(.data.latency_ns).data.n) == 15')"

calls_once 'fib(n: u32) -> u64 if ret > 100 && n != 15' fib 15
expect "results above 100" '144*3 233*2 377*1' "$(distinct ret)"

calls_once "numbers($types) -> i32" threads 500
expect "calls of four threads" 2000 "$(count '.data.ret == 4 and .data.h == 8')"
expect "threads" 4 "$(events | jq .tid | sort -u | wc -l)"

# ---- calls that never return --------------------------------------------------------------------

calls_once 'leaps(how: i32) -> i32' jump 100
expect "returned" 100 "$(count '.data.how == 1 and .data.ret == 1')"
expect "left by longjmp" 0 "$(count '.data.how == 0')"
grep -q ': 100 calls had not returned' "$TMP/log" || fail "left calls are not told"

calls_once 'leaves() -> void' leave 50
expect "returned" 0 "$(count)"
grep -q ': 50 calls had not returned' "$TMP/log" || fail "calls of dead threads are not told"

# Of 101 calls in each other the kernel watches the returns of the outer 64.
calls_once 'nests(n: i32) -> i32' nest 100
expect "nested calls" 64 "$(count '.data.ret == .data.n + 1 and .data.n > 36')"
expect "of these" 64 "$(count)"
grep -q ': 37 calls had not returned' "$TMP/log" || fail "calls that are too deep are not told"

calls_once 'leaves() -> void' leave 50 --set calls=16
grep -q ': 34 calls were not followed' "$TMP/log" || fail "a full table is not told"

# To count them takes a system call each, and the host waits for the end.
calls_once 'leaps(how: i32) -> i32' scatter 1000 --set calls=1000000
grep -q ': 1000 calls had not returned' "$TMP/log" || fail "left calls are not counted"
calls_once 'leaps(how: i32) -> i32' scatter 100000 --set calls=1000000
expect "returned" 0 "$(count)"
grep -q ': at least 65536 calls had not returned' "$TMP/log" || fail "they are not counted to an end"
calls_once 'leaps(how: i32) -> i32' scatter 100000 --set calls=1000
grep -q ': 1000 calls had not returned' "$TMP/log" || fail "those in a full table are not told"
grep -q ': 99000 calls were not followed' "$TMP/log" || fail "those beyond a full table are not told"

# ---- instructions under the probe ---------------------------------------------------------------

if [ "$(uname -m)" = x86_64 ]; then
	calls_once 'marked(value: i32) -> i32' marked 10 --log-level debug
	expect "behind endbr64" '{"value":9,"ret":9}' "$(data | tail -n 1 | jq -c 'del(.latency_ns)')"
	expect "events" 10 "$(count)"
	calls_once 'padded(value: i32) -> i32' padded 10
	expect "behind a ten-byte nop" '{"value":9,"ret":9}' \
		"$(data | tail -n 1 | jq -c 'del(.latency_ns)')"
	expect "events" 10 "$(count)"
	# Right behind the endbr64 it would be hit in each of ten rounds.
	calls_once 'loops(rounds: i32)' loops 10
	expect "a loop to the begin" '10*10' "$(distinct rounds)"
	calls_once 'tail_*(value: i32) -> i32' tails 10
	expect "calls that end by a jump" '"tail_one"*10 "tail_two"*10' "$(distinct function)"
	expect "results of these" 20 "$(count '.data.ret == .data.value')"
	grep -q 'had not returned' "$TMP/log" && fail "a call is told to be left"
	calls_once 'falls_*(value: i32)' falls 10
	expect "two names of one place" 10 "$(count)"
fi

# ---- many functions, one by one and all at once -------------------------------------------------

if [ "$(uprobe_ways | head -n 1)" = multi ]; then
	calls_once 'many_*(n: i32)' many 3 --set attach=multi
	expect "events" 3000 "$(count)"
	expect "functions" 1000 "$(events | jq -r .data.function | sort -u | wc -l)"
	expect "function and argument" 0 \
		"$(count '(.data.function | ltrimstr("many_") | tonumber) != .data.n + 1000')"
	grep -q 'attached 1000 of 1000 probes' "$TMP/log" || fail "not all are attached"
else
	host_run --plugin uprobe --set "probes=$TARGET_PROGRAM:numbers" --set attach=multi
	expect "exit status" 1 "$STATUS"
	grep -q 'by one link: this kernel cannot (Linux 6.6 or newer is needed)' "$TMP/log" ||
		fail "it is not said why not"
fi

calls_once 'many_19?0(n: i32) -> i32' many 2 --set attach=classic
expect "classic" 20 "$(count '.data.ret == .data.n')"

# ---- one of two copies --------------------------------------------------------------------------

mkfifo "$TMP/other.in"
"$TARGET_PROGRAM" numbers 100 <"$TMP/other.in" >"$TMP/other.out" 2>&1 9>&- &
other=$!
cleanup() {
	kill -KILL "$other" 2>/dev/null
}
exec 8>"$TMP/other.in"
target_start numbers 100
for attach in $(uprobe_ways); do
	host_start --plugin uprobe --set "probes=$TARGET_PROGRAM:numbers -> i32" \
		--set "attach=$attach" --pid "$TARGET_PID"
	: >"$TMP/target.out"
	echo >&8
	wait_until 5 grep -q "^done" "$TMP/other.out" || fail "the other copy does not end"
	target_go
	host_stop
	expect "events of one copy, $attach" "$TARGET_PID*100" \
		"$(events | jq .pid | sort | uniq -c | awk '{ print $2 "*" $1 }')"
	check_ledger
	check_clean
	: >"$TMP/other.out"
done
target_end
