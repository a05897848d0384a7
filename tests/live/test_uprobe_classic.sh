#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Uprobes one by one: the kernel lets go of one in 100 ms, and others wait for that. A run behind another
# one that is still letting go attaches, and can be stopped meanwhile; and a worker that the kernel does not
# let end holds up no stop, and is not followed by one more before it has ended.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/breakpoints.sh
. "$(dirname "$0")/breakpoints.sh"
need_kernel
need_program python3
PLUGIN=uprobe
TARGET_PROGRAM=$TMP/calls
cp "$TARGETS_DIR/calls" "$TARGET_PROGRAM"
SESSIONS=()

# classic GLOB [ARGUMENT...]: a host that will have many places, while the last one may let go still
classic() {
	host_spawn --plugin uprobe --set "probes=$TARGET_PROGRAM:$1" --set attach=classic "${@:2}"
}

logged() {
	grep -Eq "$1" "$TMP/log"
}

# over STATUS: it ends within two seconds, though its worker may stay
over() {
	kill -TERM "$HOST_PID"
	host_wait 2
	SESSIONS+=("$HOST_SESSION")
	expect "exit status" "$1" "$STATUS"
}

sessions_left() {
	for HOST_SESSION in "${SESSIONS[@]}"; do
		! session_left || return 0
	done
	return 1
}

# Three workers let go of 20 each, for some six seconds.
target_start many 1
holders=()
for name in a b c; do
	holders+=(--plugin "uprobe@$name" --set attach=classic)
	for digit in 0 1; do
		holders+=(--set "probes=$TARGET_PROGRAM:many_11$digit?")
	done
done
host_spawn "${holders[@]}"
wait_until 10 host_attached 3 || fail "the first do not attach"
over 0
expect "told of who goes on" 3 "$(grep -Ec 'process [0-9]+ stays for about 2 s more' "$TMP/log")"

# Behind them another one attaches. How often it finds the lock taken is not ours to say; that it had to
# wait is told once it was long, and is no hang.
classic 'many_12?0' --set "probes=$TARGET_PROGRAM:many_12?5" --call-limit 3s
wait_until 20 logged 'attached 20 of 20' || fail "the next does not attach"
! logged 'attaching takes long' ||
	logged 'it waits inside the kernel.* while process [0-9]+ \(bpfhost:.*\) lets go' ||
	fail "it is not told what it waits for"
target_go
over 0
expect "events" 20 "$(count)"
check_ledger
target_end

# Stopped while it attaches.
target_start many 1
classic 'many_13??'
wait_until 5 gone no_breakpoints "$TARGET_PID" || fail "the next but one does not begin"
over 0
logged 'did not stop' && fail "it was killed while it attached"

# A worker that is killed closes what it has, some seconds long. Nobody waits for that but the next worker.
classic 'many_14??'
wait_until 20 logged 'attached 100 of 100' || fail "the last does not attach"
kill -KILL "$(workers | tr -d ' ')"
wait_until 3 logged 'worker \(pid [0-9]+\) was to end and does not: .*leaving it behind' ||
	fail "nobody is left behind"
logged 'will be started again when that has ended' || fail "it is not started again"
sleep 0.3
expect "attached" 1 "$(grep -c 'attached 100 of 100' "$TMP/log")"
over 1

wait_until 60 gone sessions_left || fail "left running"
expect "bytes that differ" 0 "$(breakpoints "$TARGET_PID")"
target_end
