#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# `bpfhost validate` sees what is wrong: each misbehaviour fails it, and with the words for it.
# Needs no privileges but for showing what is left without them.
set -uo pipefail
# shellcheck source=tests/live/bad.sh
. "$(dirname "$0")/bad.sh"

cases=0
suite=("$BPFHOST" validate --dry-run --trust "$BAD_DIR")

# expect WORDS WHERE HOW [ARGUMENT]...: exits 1 and says the words.
expect() {
	local words=$1 status
	output=$("${suite[@]}" "$BAD_DIR/misbehave.so" --set where="$2" --set how="$3" "${@:4}" 2>/dev/null)
	status=$?
	((status == 1)) || fail "conformance of $3 in $2 exits $status"
	[[ $output == *"$words"* ]] || fail "conformance of $3 in $2 says nothing of \"$words\": $output"
	((++cases))
}

"${suite[@]}" "$BAD_DIR/misbehave.so" >/dev/null 2>&1 || fail "the plugin that misbehaves nowhere fails"
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
output=$("${suite[@]}" "$BAD_DIR/other_name.so" 2>&1) && fail "a plugin of another name passes"
[[ $output == *'so its file must be another.so'* ]] || fail "of another name, it says: $output"
output=$("${suite[@]}" "$BAD_DIR/no_symbol.so" 2>&1) && fail "a plugin without symbol passes"
[[ $output == *'exports no bpfhost_plugin'* ]] || fail "of no symbol, it says: $output"
expect 'polls, detaches: was not done after 1 s' poll loop --call-limit 200ms
[[ $output == *'lives often: was not done after 5 s'* ]] || fail "as long for one life as for many: $output"
expect 'was ended by SIGKILL' poll kill

# reports STATUS WORDS ARGUMENT...: of a whole run, on stdout and stderr.
reports() {
	local wanted=$1 words=$2 status
	shift 2
	output=$("$BPFHOST" validate "$@" 2>&1)
	status=$?
	((status == wanted)) || fail "validate $* exits $status: $output"
	[[ $output == *"$words"* ]] || fail "validate $* says nothing of \"$words\": $output"
	((++cases))
}

file=$BAD_DIR/signal_hidden.so
reports 1 "$file: error: says what it changes: its programs send signals to what they trace, and it does \
not declare signal" --dry-run --trust "$BAD_DIR" "$file"
reports 1 "$file: 12 checks, 1 errors, 0 warnings" --dry-run --trust "$BAD_DIR" "$file"
# What changes what it traces is not loaded unless that is granted.
file=$BAD_DIR/signal_declared.so
reports 0 "$file: warning: live: not tried: its programs send signals to what they trace; --allow signal" \
	--trust "$BAD_DIR" "$file"
[[ $output != *': live: loads'* ]] || fail "loaded without being granted: $output"
reports 0 ": live: loads, attaches, polls, detaches" --trust "$BAD_DIR" "$file" --allow signal
file=$BAD_DIR/constructor.so
reports 1 "$file: error: dry: lives often: was ended by SIGABRT" --dry-run --trust "$BAD_DIR" "$file"
reports 1 "{\"file\":\"$file\",\"level\":\"error\",\"check\":\"dry: lives often\",\"why\":\"was \
ended by SIGABRT\"}" --dry-run --trust "$BAD_DIR" --format json "$file"
[[ $(jq -r .level <<<"$output" | sort | uniq -c | xargs) == '6 error 4 ok' ]] ||
	fail "validate says in JSON: $output"

# Nothing of a file runs that is not let in: the constructor would say so.
reports 1 'error: can be let in: it is no bpfhost plugin' --trust "$BAD_DIR" "$BAD_DIR/no_note.so"
reports 1 'error: can be let in: ' "$0"
reports 1 'error: can be let in: ' /
reports 2 '/nowhere/x.so: failed to open' /nowhere/x.so
reports 2 'plugin misbehave has no option "whre"; did you mean "where"?' --trust "$BAD_DIR" \
	"$BAD_DIR/misbehave.so" --set whre=load
mkdir "$work/open"
chmod 755 "$work"
chmod 777 "$work/open"
cp "$BAD_DIR/constructor.so" "$work/open"
reports 1 'error: can be let in: ' "$work/open/constructor.so"
[[ $output == *': 1 checks, 1 errors, 0 warnings' ]] || fail "more than a look at: $output"

# One whose program the verifier refuses is no plugin that cannot be tried here.
if ((EUID == 0)) && bpftool feature probe kernel 2>/dev/null | grep -q 'eBPF program_type tracepoint is available'; then
	file=$BAD_DIR/refused.so
	reports 1 "$file: error: live: loads, attaches, polls, detaches: failed to load the BPF object: Permission denied \
(the verifier refuses program" --trust "$BAD_DIR" "$file"
fi

# Without privileges the checks that need them are warnings, each with the reason.
if ((EUID == 0)); then
	cp "$PLUGIN_DIR/tracepoint.so" "$BPFHOST" "$work"
	chmod 755 "$work/bpfhost"
	chmod 644 "$work/tracepoint.so"
	output=$(setpriv --reuid 65534 --regid 65534 --clear-groups "$work/bpfhost" validate \
		"$work/tracepoint.so" --trust "$work" 2>&1) || fail "without privileges: $output"
	[[ $output == *'warning: live: loads, attaches, polls, detaches: not possible here: '* ]] ||
		fail "without privileges: $output"
	[[ $output == *' checks, 0 errors, '[1-8]' warnings' ]] || fail "without privileges: $output"
	((++cases))
fi
echo "$cases misbehaviours found"
