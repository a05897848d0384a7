#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What whoever starts bpfhost may have left it: no stdout, no stdin, an ignored SIGCHLD.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel

host=("$BPFHOST" --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" --plugin tracepoint
	--set probes=syscalls:sys_enter_getppid --format json)

# ---- no stdout: nothing that we open takes its place

target_start getppid 10
timeout 20 "${host[@]}" --pid "$TARGET_PID" --duration 1s >&- 2>"$TMP/log" <&- 9>&- &
HOST_PID=$!
wait_until 10 host_attached 1 || fail "the host does not attach"
target_go
wait "$HOST_PID"
status=$?
HOST_PID=
expect "exit status without stdout" 1 $status
grep -q '"kind"' "$TMP/log" && fail "events went to stderr"
grep -q 'failed to write stdout: Bad file descriptor' "$TMP/log" || fail "no word of stdout"
check_ledger
expect "lost to the sink" 10 "$(stat_of lost_sink)"
target_end

# ---- a worker's end is seen where SIGCHLD is ignored

target_start wait getppid 10
env --ignore-signal=CHLD timeout 20 "${host[@]}" --pid "$TARGET_PID" --duration 15s \
	>"$TMP/out" 2>"$TMP/log" 9>&- &
HOST_PID=$!
wait_until 10 host_attached 1 || fail "the host does not attach"
supervisor=$(pgrep -P "$HOST_PID")
kill -KILL "$(pgrep -P "$supervisor")"
wait_until 5 host_attached 2 || fail "the worker is not started again"
kill -TERM "$HOST_PID"
wait "$HOST_PID"
HOST_PID=
grep -q 'was ended by SIGKILL' "$TMP/log" || fail "the end of the worker is not named"
expect "restarts" 1 "$(stat_of restarts)"
kill "$TARGET_PID"
target_end
