#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# More probes than a process may usually have descriptors for: each takes three.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel

ulimit -S -n 128
there=$(find $TRACING/events/syscalls -name 'sys_enter_s*' | wc -l)
[ "$there" -gt 45 ] || skip "this kernel has only $there tracepoints syscalls:sys_enter_s*"
target_start getppid 1
trace 'syscalls:sys_enter_s*'
grep -q ": attached $there of $there probes" "$TMP/log" || fail "not all are attached"
target_go
host_stop
check_ledger
check_clean
target_end

# Where there are none left, the cause is named.
ulimit -H -n 128
target_start getppid 1
trace 'syscalls:sys_enter_s*'
grep -q 'failed to attach syscalls:sys_enter_.*: Too many open files' "$TMP/log" ||
	fail "the limit of descriptors is not named"
target_go
host_stop
expect "exit status" 0 "$STATUS"
check_clean
target_end
note "ok"
