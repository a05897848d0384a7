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
refused abi_major 1 'wanted is plugin ABI 0.0 to 0.[0-9]+, found is 99\.'
refused abi_minor 1 'found is 0.999: this bpfhost is older'
refused short_size 1 'its descriptor says it has 8 bytes'
refused null_name 1 'its descriptor has no name'
refused other_name 1 'its name is "another", so its file must be another.so'
refused constructor 1 'plugin constructor: its worker was ended by SIGABRT in open$'
refused misbehav 2 'misbehave'

host_run --plugin misbehave --set how=crash --set were=load
(($? == 2)) || fail "an unknown option does not exit with 2"
logged 'did you mean "where"' || fail "an unknown option is not named"

"$BPFHOST" --list --plugin-dir "$BAD_DIR" --trust "$BAD_DIR" >"$work/out" 2>"$work/log" ||
	fail "--list exits $?"
grep -qE '^constructor +1.0 +0.1 +ok ' "$work/out" || fail "constructor is not listed"
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
