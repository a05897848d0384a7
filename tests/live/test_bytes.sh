#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Names and paths that hold anything: each line stays one line of JSON and of text.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel

odd=$'a"b\\c\nd\te\x1b[31mf\xffg\xc3\xa9h\xe2\x82'

# ---- paths ------------------------------------------------------------------------------------

target_start name $'n"\\\n\x1b\xff\xc3' open "/$odd" open $'/\xff\xfe' open $'/\x01\x7f'
run_once 'syscalls:sys_enter_openat(filename)'
check_json
expect "lines" 3 "$(wc -l <"$TMP/out")"
# jq's own escapes say what the characters are, whatever the terminal would make of them.
expect "a path" '"/a\"b\\c\nd\te\u001b[31mf\ufffdg\u00e9h\ufffd\ufffd"' \
	"$(head -n 1 "$TMP/out" | jq -a .data.filename)"
expect "a path of two bad bytes" '"/\ufffd\ufffd"' "$(sed -n 2p "$TMP/out" | jq -a .data.filename)"
expect "a path of control characters" '"/\u0001\u007f"' \
	"$(sed -n 3p "$TMP/out" | jq -a .data.filename)"
expect "comm" '"n\"\\\n\u001b\ufffd\ufffd"' "$(head -n 1 "$TMP/out" | jq -a .comm)"
expect "what was replaced" '["comm","filename"] ["comm","filename"] ["comm"]' \
	"$(jq -c .bytes_replaced "$TMP/out" | words)"

# ---- a program of that name -------------------------------------------------------------------

cp "$(type -P true)" "$TMP/$odd"
target_start exec "$TMP/$odd"
trace 'sched:sched_process_exec(filename)'
target_poke
wait "$TARGET_PID"
host_stop
check_json
expect "execs" 1 "$(count)"
expect "the program's name" '"a\"b\\c\nd\te\u001b[31mf\ufffdg\u00e9h\ufffd\ufffd"' \
	"$(jq -a '.data.filename | split("/") | last' "$TMP/out")"
expect "comm, as the kernel cuts it" '"a\"b\\c\nd\te\u001b[31mf"' "$(jq -a .comm "$TMP/out")"
check_ledger
check_clean
target_end

# ---- text: nothing reaches the terminal as it is -----------------------------------------------

HOST_FORMAT=text
target_start name $'n\x1b[2J' open "/$odd" open $'/\xc2\x9b31m'
run_once 'syscalls:sys_enter_openat(filename)'
expect "lines" 2 "$(wc -l <"$TMP/out")"
# Neither C0 nor C1 control characters, nor bytes that are not UTF-8.
LC_ALL=C grep -q $'[\x01-\x09\x0b-\x1f\x7f]' "$TMP/out" && fail "a control character in the text"
LC_ALL=C grep -q $'\xc2[\x80-\x9f]' "$TMP/out" && fail "a C1 control character in the text"
iconv -f UTF-8 -t UTF-8 "$TMP/out" >/dev/null || fail "not all of the text is UTF-8"
expect "what stands there instead" \
	"n\\x1b[2J[$(target_said pid)] filename=\"/a\\\"b\\\\c\\nd\\te\\x1b[31mf\\xffgé""h\\xe2\\x82\"" \
	"$(head -n 1 "$TMP/out" | tr -s ' ' | cut -d ' ' -f 3-)"
