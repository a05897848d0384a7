#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Each command says on stderr that what it printed went nowhere, and fails: a disk that is full, a stdout that is
# closed. (Of a run, see test_surroundings.sh.)
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/control.sh
. "$(dirname "$0")/control.sh"
need_kernel

plugins=(--plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR")
probe=syscalls:sys_enter_getpid

# says_why CAUSE STATUS COMMAND...: of what stderr was
says_why() {
	expect "stderr of ${*:3}" "bpfhost: error: failed to write stdout: $1" \
		"$(grep -F 'failed to write' "$TMP/stderr")"
	expect "exit status of ${*:3}" 1 "$2"
}

# unwritten COMMAND...
unwritten() {
	local status=0

	"$BPFHOST" "$@" >"$TMP/printed" 2>/dev/null || fail "$*: exit status $? with a stdout that takes it"
	[ -s "$TMP/printed" ] || fail "$*: prints nothing"
	"$BPFHOST" "$@" >/dev/full 2>"$TMP/stderr" || status=$?
	says_why 'No space left on device' "$status" "$@"
	status=0
	"$BPFHOST" "$@" 2>"$TMP/stderr" >&- || status=$?
	says_why 'Bad file descriptor' "$status" "$@"
}

host_start --control "$CONTROL" --plugin tracepoint --set probes=$probe
unwritten --version
unwritten --help
unwritten --list "${plugins[@]}"
unwritten --help tracepoint "${plugins[@]}"
unwritten inspect tracepoint "${plugins[@]}"
unwritten probes tracepoint "$probe" "${plugins[@]}"
unwritten types 'struct task_struct'
unwritten types 'struct task_*'
unwritten validate "$PLUGIN_DIR/tracepoint.so" --trust "$PLUGIN_DIR" --dry-run
unwritten --dry-run --plugin tracepoint "${plugins[@]}" --set probes=$probe
unwritten ctl --control "$CONTROL" status
unwritten ctl --control "$CONTROL" status --format json
unwritten ctl --control "$CONTROL" stats
unwritten ctl --control "$CONTROL" log-level

# What prints nothing has nothing to say of it.
"$BPFHOST" ctl --control "$CONTROL" disable tracepoint >&- 2>"$TMP/stderr" || fail "disable fails: $(cat "$TMP/stderr")"
expect "stderr of that" '' "$(cat "$TMP/stderr")"

# Of doctor, 1 may mean that a plugin will not work here: it is told what happened all the same.
for stdout in /dev/full '&-'; do
	status=0
	eval "\"\$BPFHOST\" doctor \"\${plugins[@]}\" >$stdout 2>\"\$TMP/stderr\"" || status=$?
	expect "exit status of doctor" 1 "$status"
	grep -q '^bpfhost: error: failed to write stdout: ' "$TMP/stderr" || fail "doctor says nothing"
done
host_stop
check_clean
