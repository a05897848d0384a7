#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The conformance suite sees what is wrong: each misbehaviour fails it, and with the words for it.
# Needs no privileges.
set -uo pipefail
# shellcheck source=tests/live/bad.sh
. "$(dirname "$0")/bad.sh"

cases=0
suite=$BUILD_DIR/conformance/conformance

# expect WORDS WHERE HOW: exits 1 and says the words.
expect() {
	local words=$1 output status
	output=$("$suite" --dry "$BAD_DIR/misbehave.so" where="$2" how="$3" 2>/dev/null)
	status=$?
	((status == 1)) || fail "conformance of $3 in $2 exits $status"
	[[ $output == *"$words"* ]] || fail "conformance of $3 in $2 says nothing of \"$words\": $output"
	((++cases))
}

"$suite" --dry "$BAD_DIR/misbehave.so" >/dev/null 2>&1 || fail "the plugin that misbehaves nowhere fails"
for where in load attach detach; do
	expect 'another handling of signals' $where signals
	expect 'as umask before' $where umask
	expect 'another working folder' $where folder
	expect 'children before, 1 after' $where child
	expect 'descriptors before' $where leak
	expect "$where returned -5 (Input/output error)" $where error
done
for where in load attach poll detach; do
	expect 'was ended by SIGSEGV' $where crash
	expect 'was ended by SIGABRT' $where abort
	expect 'ended the process with status 0' $where exit
	expect 'ended the process with status 0' $where _exit
done
expect 'poll returned -5' poll error
expect 'an event of unknown type' poll unknown
expect 'a record of 64 bytes, its type has 72' poll short
expect 'descriptors before' poll leak
output=$("$suite" --dry "$BAD_DIR/other_name.so" 2>&1) && fail "a plugin of another name passes"
[[ $output == *"is not its file's"* ]] || fail "of another name, it says: $output"
output=$("$suite" --dry "$BAD_DIR/no_symbol.so" 2>&1) && fail "a plugin without symbol passes"
[[ $output == *'exports no bpfhost_plugin'* ]] || fail "of no symbol, it says: $output"
echo "$cases misbehaviours found"
