#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Plugins that are refused before any of their code runs: each with its own reason in one line, and
# the exit status. A plugin whose constructor aborts can be looked at all the same.
set -uo pipefail
# shellcheck source=tests/live/bad.sh
. "$(dirname "$0")/bad.sh"

host_run() {
	"$BPFHOST" --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" --plugin-dir "$BAD_DIR" \
		--trust "$BAD_DIR" "$@" >"$work/out" 2>"$work/log"
}

# refused NAME STATUS WORDS
refused() {
	local status
	host_run --plugin "$1" --duration 5s
	status=$?
	((status == $2)) || fail "$1: exit status $status, expected is $2"
	logged "$3" || fail "$1: the log says nothing of \"$3\""
	(($(grep -c "error: $1: " "$work/log") == 1)) || fail "$1: not one line"
	echo "ok $1"
}

refused no_symbol 1 'it exports no bpfhost_plugin'
refused no_note 1 'it carries no bpfhost note'
refused runpath 1 'its RUNPATH entry /tmp/anyone'
refused abi_major 1 'wanted is plugin ABI 1.0 to 1.[0-9]+, found is 99\.'
refused abi_minor 1 'found is 1.999: this bpfhost is older'
refused short_size 1 'its descriptor says it has 8 bytes'
refused null_name 1 'its descriptor has no name'
refused other_name 1 'its name is "another", so its file must be another.so'
refused constructor 1 'plugin constructor: its worker was ended by SIGABRT in open$'
refused no_library 1 'no_library.so: libbad_nowhere.so: cannot open shared object file'
refused no_definition 1 'no_definition.so: .*undefined symbol: bad_undefined'
refused misbehav 2 'misbehave'

# ---- constructors: none of them takes more than its worker
# constructed HOW STATUS WORDS
constructed() {
	local status
	BPFHOST_TEST_CONSTRUCTOR=$1 host_run --plugin constructor \
		--call-limit $((300 * slow))ms --duration 100ms
	status=$?
	((status == $2)) || fail "constructor $1: exit status $status, expected is $2"
	logged "$3" || fail "constructor $1: the log says nothing of \"$3\""
	check_no_strays
	echo "ok constructor $1"
}

constructed exit 1 'plugin constructor: its worker exited with status 0 in open$'
constructed abort 1 'plugin constructor: its worker was ended by SIGABRT in open$'
constructed kill 1 'plugin constructor: its worker was ended by SIGKILL in open'
constructed loop 1 "plugin constructor: open takes longer than $((300 * slow)) ms; ending its worker\$"
# Who only starts another process is as good as any: this one has no BPF object and so nothing to load.
constructed fork 2 'error: constructor: .*BPF object'
constructed twin 2 'error: constructor: .*BPF object'
(($(grep -c 'error: constructor: ' "$work/log") == 1)) || fail "both of the twins are the worker"

BPFHOST_TEST_CONSTRUCTOR=loop "$BPFHOST" probes constructor --plugin-dir "$BAD_DIR" --trust "$BAD_DIR" \
	--call-limit 300ms >"$work/out" 2>"$work/log"
(($? == 1)) || fail "probes of a constructor that never returns exits with another status"
logged 'the plugin was ended by SIGALRM while it listed its probes' || fail "probes does not say why it ends"
echo "ok probes"

# ---- names that are none, each refused in one line that steers no terminal
long=$(printf 'n%.0s' {1..4096})
for name in ../misbehave ./misbehave /etc/passwd .hidden .. '' 'a b' $'a\nb' $'\033[31mred' $'\xff' \
	'misbehave.so/' "$long"; do
	host_run --plugin "$name" --duration 100ms
	status=$?
	((status == 2)) || fail "--plugin of ${name@Q}: exit status $status, expected is 2"
	(($(wc -l <"$work/log") == 1)) || fail "--plugin of ${name@Q}: not one line"
	! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f-\xff]' "$work/log" ||
		fail "--plugin of ${name@Q}: control characters"
done
echo "ok names"

host_run --plugin misbehave --set how=crash --set were=load
(($? == 2)) || fail "an unknown option does not exit with 2"
logged 'did you mean "where"' || fail "an unknown option is not named"

"$BPFHOST" --list --plugin-dir "$BAD_DIR" --trust "$BAD_DIR" >"$work/out" 2>"$work/log" ||
	fail "--list exits $?"
grep -qE '^constructor +1.0 +1.0 +ok ' "$work/out" || fail "constructor is not listed"
"$BPFHOST" inspect "$BAD_DIR/constructor.so" --trust "$BAD_DIR" >"$work/out" 2>"$work/log" ||
	fail "inspect of the plugin whose constructor aborts exits $?"

# ---- one refused, the other healthy: continue goes on, abort does not
need_bpf
remember_programs
start_target 100
start_host --plugin no_note@bad
go_target
until_true 10 target_done || fail "the target does not end"
end_host 1
end_target
check_healthy 100
echo "ok --on-error continue"

start_target 1
host_run --pid "$target" --plugin tracepoint@healthy --set probes=syscalls:sys_enter_getppid \
	--plugin misbehave@bad --set where=attach --set how=crash --on-error abort --duration 20s &
host=$!
pids+=("$host")
ended() { [[ ! -d /proc/$host ]] || [[ $(<"/proc/$host/stat") == *') Z '* ]]; }
until_true 5 ended || fail "--on-error abort goes on"
wait "$host"
(($? == 1)) || fail "--on-error abort does not exit with 1"
end_target
check_nothing_left
echo "ok --on-error abort"
