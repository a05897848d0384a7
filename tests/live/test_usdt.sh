#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Static probes of targets/probed, whose counts and values are known from the program itself: all sites,
# all widths, strings, floats, what cannot be read, conditions, one of two processes, both ways to attach.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

need_kernel
need_program readelf
TARGET_PROGRAM=$TMP/probed
cp "$TARGETS_DIR/probed" "$TARGET_PROGRAM"

# usdt PROBE [ARGUMENT...]
usdt() {
	local probe=$1

	shift
	host_start --plugin usdt --set "probes=$TARGET_PROGRAM:$probe" "$@"
}

finish_run() {
	target_go
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger usdt
	check_clean
	check_json
	target_end
}

# data [FILTER]: the events' data, one a line
data() {
	jq -c "select(.kind == \"event\") | select(${1:-true}) | .data" "$TMP/out"
}

note "four threads"
target_start threads 5000
usdt 'bt:hit(thread, i)' --pid "$TARGET_PID"
finish_run
expect "hits" 20000 "$(count '.event == "bt:hit"')"
expect "different hits" 20000 "$(data | sort -u | wc -l)"
expect "sum of i" $((4 * 5000 * 4999 / 2)) "$(data | jq -s 'map(.i) | add')"
expect "threads" "5000 5000 5000 5000" "$(data | jq .thread | sort | uniq -c | awk '{ print $1 }' | words)"
expect "target" "20000" "$(target_said threads)"

note "numbers of all widths"
wanted='{"arg0":-128,"arg1":255,"arg2":-32768,"arg3":65535,"arg4":-2147483648,"arg5":4294967295,'
wanted+='"arg6":-9223372036854775808,"arg7":18446744073709551615,"arg7_text":""}'
for way in auto classic; do
	target_start numbers 100
	usdt numbers --set "attach=$way"
	finish_run
	expect "numbers" 100 "$(events | wc -l)"
	# jq has no 64-bit integers.
	expect "values ($way)" "$wanted" "$(events | sed 's/.*"data":\({.*}\)}$/\1/' | sort -u)"
done

note "types given by hand"
target_start numbers 3
usdt 'bt:numbers(a: x8, b: bool, c: u16, d: i16, e: x32, f: errno, g: ptr)'
finish_run
expect "values" '{"a":"0x80","b":true,"c":32768,"d":-1,"e":"0x80000000","f":-1,"g":"0x8000000000000000"}' \
	"$(data | sort -u)"

note "sites of an inlined function"
sites=$(readelf -n "$TARGET_PROGRAM" | grep -c 'Name: inlined$')
expect "sites, by readelf" 3 "$sites"
target_start inlined
usdt 'bt:inlined(value)'
finish_run
expect "values" "1 2 3" "$(data | jq .value | words)"
grep -q 'has 3 sites' "$TMP/log" || fail "the log does not say that there are 3 sites"

note "a condition holds at all sites, and is decided in the kernel"
target_start inlined
usdt 'bt:inlined(value) if value != 2'
finish_run
expect "values" "1 3" "$(data | jq .value | words)"
expect "produced" 2 "$(stat_of produced usdt)"
target_start threads 1000
usdt 'bt:hit(thread: i32, i: i64) if thread == 2 && i >= 990'
finish_run
expect "produced" 10 "$(stat_of produced usdt)"
expect "hits" 10 "$(data '.data.thread == 2 and .data.i >= 990' | wc -l)"

note "strings, and text behind pointers that nobody named"
target_start strings
usdt 'bt:strings(first: str, second: bytes[4], third: str, fourth: str[4])'
finish_run
expect "strings" '{"first":"alpha","second":"010203c8","third":"","fourth":"beta"}' "$(data)"
target_start strings
usdt strings
finish_run
expect "texts" "alpha  null beta" "$(data | jq -r '"\(.arg0_text) \(.arg1_text) \(.arg2_text) \(.arg3_text)"')"
expect "NULL" 0 "$(data | jq .arg2)"
expect "truncated: what is no text is not cut either" 0 "$(stat_of truncated usdt)"
target_start strings
usdt 'bt:strings(first: str) if first ~ "al*"'
finish_run
expect "strings" '{"first":"alpha"}' "$(data)"

note "floats"
target_start floats
usdt floats
finish_run
expect "floats" '{"arg0":1.5,"arg1":-2.25}' "$(data)"

note "arguments that nobody can read spoil themselves only"
target_start odd
usdt odd
finish_run
expect "odd" '{"arg0":"8f@%xmm3","arg1":7,"arg2":"4@nonsense(("}' "$(data)"
grep -q 'argument 2 of bt:odd ("4@nonsense((") cannot be read' "$TMP/log" || fail "nobody was told"
expect "warnings" 2 "$(grep -c 'cannot be read' "$TMP/log")"

note "twelve arguments"
target_start many
usdt many
finish_run
expect "sum" 68 "$(data | jq add)"

note "globs"
target_start threads 10 strings many
usdt 'bt:*n*'
finish_run
expect "events" "bt:many bt:strings" "$(events | jq -r .event | sort -u | words)"

note "one of two processes"
"$TARGET_PROGRAM" threads 100 < <(sleep 1 && echo && sleep 2) >"$TMP/other" &
target_start threads 50
usdt 'hit(thread, i)' --pid "$TARGET_PID"
wait_until 10 grep -q '^done' "$TMP/other" || fail "the other process does not end"
finish_run
expect "hits" 200 "$(events | wc -l)"
expect "pids" 1 "$(events | jq .pid | sort -u | wc -l)"
expect "produced" 200 "$(stat_of produced usdt)"

note "a process by its number, with the condition's name spelled wrong"
target_start threads 10
host_run --plugin usdt --set "probes=pid:$TARGET_PID:bt:hit(thread) if thraed == 1"
expect "exit status" 2 "$STATUS"
grep -q 'did you mean "thread"' "$TMP/log" || fail "the nearest name is missing"
host_start --plugin usdt --set "probes=pid:$TARGET_PID:bt:hit(thread) if thread == 1"
finish_run
expect "hits" 10 "$(events | wc -l)"

note "a path that has to be quoted"
mkdir "$TMP/my app"
cp "$TARGETS_DIR/probed" "$TMP/my app/a:b (1), probed"
TARGET_PROGRAM="$TMP/my app/a:b (1), probed"
target_start threads 20
host_start --plugin usdt --set "probes=\"$TARGET_PROGRAM\":bt:hit(thread, i)"
finish_run
expect "hits" 80 "$(count '.event == "bt:hit"')"
host_run --plugin usdt --set "probes=$TARGET_PROGRAM:bt:hit"
expect "exit status" 2 "$STATUS"
grep -qF 'a path with such letters is quoted, as in "/opt/my app":main' "$TMP/log" || fail "no word of quotes"
