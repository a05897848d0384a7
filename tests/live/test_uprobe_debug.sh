#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Parameters as the debug information knows them, in the file itself and in a separate one.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
need_program objcopy
PLUGIN=uprobe
TARGET_PROGRAM=$TMP/records
cp "$TARGETS_DIR/records" "$TARGET_PROGRAM"

data() {
	events | jq -c .data
}

# records_once PROBE RUNS
records_once() {
	target_start "$2"
	host_start --plugin uprobe --set "probes=$TARGET_PROGRAM:$1"
	target_go
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger
	check_clean
	target_end
}

listed=$("$BPFHOST" --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" probes uprobe \
	"$TARGET_PROGRAM" handle_request -v | sed -n 's/^    \([a-z]*: \|returns \)/\1/p' | sed 's/ short int$/ short/' | paste -s -d ';' -)
expect "the list of parameters" "request: struct request *;state: enum state;weight: double, which is in a vector register;note: const char *;small: short;returns int" "$listed"

all='{"state":"IDLE","note":"note","small":-2}
{"state":"WAITING","note":"note","small":-2}'

records_once 'handle_request' 2
expect "all parameters" "$all" "$(data | jq -c 'del(.request)')"
expect "a pointer" true "$(data | head -n 1 | jq '.request | startswith("0x7f")')"

records_once 'handle_request(small, note)' 1
expect "by name, not by position" '{"small":-2,"note":"note"}' "$(data)"

host_run --plugin uprobe --set "probes=$TARGET_PROGRAM:handle_request(note: str, staet)"
expect "a misspelt parameter" 2 "$STATUS"
grep -q 'did you mean "state"' "$TMP/log" || fail "no word of the parameter"
host_run --plugin uprobe --set "probes=$TARGET_PROGRAM:handle_request(staet)"
expect "a misspelt parameter alone" 2 "$STATUS"
grep -q 'no parameter "staet"; did you mean "state"' "$TMP/log" || fail "no word of the parameter alone"
records_once 'handle_request(first: ptr, state: i32)' 2
expect "types: by position" '[0,5]' "$(data | jq -s -c 'map(.state)')"

records_once 'handle_request(request->fd, request->path, request->peer->name, request->peer->id, request->self->name, request->self->id)' 1
expect "behind pointers" '[7,"/x","the other one",77,"me",-3]' "$(data | jq -c '[.[]]')"

records_once 'handle_request if state == WAITING && small < 0' 10
expect "names of values in a condition" 5 "$(stat_of produced)"

records_once 'handle_request -> i32' 2
expect "with the result" '["IDLE",116] ["WAITING",121]' "$(data | jq -c '[.state, .ret]' | words)"

# ---- in a separate file, found by its name beside the program ------------------------------------

objcopy --only-keep-debug "$TARGET_PROGRAM" "$TMP/records.debug"
objcopy --strip-all --add-gnu-debuglink="$TMP/records.debug" "$TARGET_PROGRAM" "$TMP/stripped"
mv "$TMP/stripped" "$TARGET_PROGRAM"
expect "symbols left in the program" "" "$(nm "$TARGET_PROGRAM" 2>/dev/null)"
records_once 'handle_request' 2
expect "all parameters, from the debug file" "$all" "$(data | jq -c 'del(.request)')"

# One that belongs to another build is refused.
sed 's/WAITING = 5/WAITING = 6/' "$SOURCE_DIR/tests/targets/records.c" >"$TMP/other.c"
"$CC" -g -O2 -Wl,--build-id -o "$TMP/other" "$TMP/other.c"
objcopy --only-keep-debug "$TMP/other" "$TMP/records.debug"
host_run --plugin uprobe --set "probes=$TARGET_PROGRAM:handle_request"
expect "exit status" 2 "$STATUS"
grep -q 'no function "handle_request" in .*/records' "$TMP/log" || fail "no error about the function"
