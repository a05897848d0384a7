#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Instances go and come while the output takes nothing at all: that holds no change up, and what is lost by it is
# counted and told.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/control.sh
. "$(dirname "$0")/control.sh"
need_kernel

probe=syscalls:sys_enter
HOST_STDOUT=$TMP/lines
mkfifo "$HOST_STDOUT"
target_start getppid 25000 wait gets 50
exec 8<>"$HOST_STDOUT" # open for reading, and nobody reads
host_start -n 3 --control "$CONTROL" --pid "$TARGET_PID" --plugin tracepoint@stays --set probes=${probe}_getppid \
	--plugin tracepoint@goes --set probes=${probe}_getppid --plugin tracepoint@changes --set probes=${probe}_getppid
target_poke
wait_until 20 target_reached waiting || fail "the target does not get on"
blocked() {
	[ "$(ctl status --format json | jq .output_blocked)" = true ]
}
wait_until 5 blocked || fail "the output is not blocked"

timeout $((10 * SLOW)) "$BPFHOST" ctl --control "$CONTROL" unload goes || fail "it does not go while the output is blocked"
timeout $((10 * SLOW)) "$BPFHOST" ctl --control "$CONTROL" replace tracepoint@changes --set probes=${probe}_getuid ||
	fail "it is not replaced while the output is blocked"
blocked || fail "the output is blocked no more"
state_is changes ok || fail "changes is $(of_instance changes .state)"
BPF_IDS=$(bpf_ids)

cat <"$HOST_STDOUT" >"$TMP/out" 8>&- 9>&- &
reader=$!
wait_until 5 eval '! blocked' || fail "the output is blocked still"
exec 8>&-
target_go
host_stop
wait "$reader"
expect "exit status" 0 "$STATUS"
for name in stays goes changes; do
	check_ledger $name
	expect "gaps of $name" "$(stat_of lost $name)" "$(gaps ".instance == \"$name\"")"
	expect "events of $name" "$(stat_of delivered $name)" "$(count ".instance == \"$name\"")"
done
expect "produced by stays" 25000 "$(stat_of produced stays)"
expect "produced by changes" 25050 "$(stat_of produced changes)"
[ "$(stat_of lost_stop goes)" -gt 0 ] || fail "nothing of goes was lost"
check_clean
target_end
