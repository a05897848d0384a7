#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The names of cgroups and containers in events, also of those that are gone when the event is printed.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel

for mount in /sys/fs/cgroup /sys/fs/cgroup/unified; do
	[ "$(stat -f -c %T $mount 2>/dev/null)" != cgroup2fs ] || CGROUP=$mount
done
[ -n "${CGROUP-}" ] || skip "cgroup v2 is not mounted"
OWN=bpfhost-test-$$
id=$(printf '%064x' $$)
mkdir "$CGROUP/$OWN" 2>/dev/null || skip "no cgroup can be made in $CGROUP"
cleanup() {
	[ -z "$TARGET_PID" ] || { kill -KILL "$TARGET_PID"; wait "$TARGET_PID"; }
	wait_until 2 removed
}
removed() {
	find "$CGROUP/$OWN" -depth -type d -exec rmdir {} +
}

# into CGROUP: the target, which is made
into() {
	mkdir -p "$CGROUP/$OWN/$1"
	echo "$TARGET_PID" >"$CGROUP/$OWN/$1/cgroup.procs" || skip "no process can be moved to another cgroup"
}

probe=syscalls:sys_enter_getppid

# ---- a container, another cgroup, the root ----------------------------------------------------------

target_start getppid 5 wait getppid 4 wait getppid 3
trace $probe
into "docker-$id.scope"
target_poke
wait_for_number 5 5 count || fail "there are not five events"
into "plain \"cgroup\""
target_poke
wait_for_number 5 9 count || fail "there are not nine events"
echo "$TARGET_PID" >"$CGROUP/cgroup.procs"
target_go
host_stop
expect "events in the container" 5 \
	"$(count ".cgroup == \"/$OWN/docker-$id.scope\" and .container == \"$id\"")"
expect "events in another cgroup" 4 "$(count ".cgroup == \"/$OWN/plain \\\"cgroup\\\"\" and .container == null")"
expect "events in the root" 3 "$(count '.cgroup == null and .container == null')"
check_json
check_ledger
check_clean
target_end

HOST_FORMAT=text
target_start getppid 5
into "docker-$id.scope"
trace $probe
target_go
host_stop
HOST_FORMAT=json
expect "lines that name the container" 5 "$(grep -c " act\[$TARGET_PID\]@${id:0:12}\$" "$TMP/out")"
check_clean
target_end

# ---- what is gone when its event is printed ---------------------------------------------------------

# The host and its workers, but for one that stands still, have nothing to do for a while: what the target did has
# come to the host.
is_quiet() {
	local pid

	for _ in 1 2 3 4 5; do
		for pid in "$HOST_PID" $(workers); do
			grep -q '^State:.[ST]' "/proc/$pid/status" || return 1
		done
		sleep 0.05
	done
}

# An instance whose worker stands still keeps the other's events waiting for their turn in the host.
target_start getppid 2
into lxc.payload.short
host_start -n 2 --plugin tracepoint --set probes=$probe --plugin tracepoint@two --set probes=$probe \
	--pid "$TARGET_PID" --window 5s
for pid in $(workers); do
	[ "$(cat "/proc/$pid/comm")" != bpfhost:two ] || kill -STOP "$pid"
done
target_go
wait_until 10 is_quiet || fail "the host does not come to rest"
target_end
removed || fail "the cgroup cannot be removed"
expect "events that were printed by then" 0 "$(count)"
for pid in $(workers); do
	kill -CONT "$pid"
done
wait_for_number 10 4 count || fail "there are not four events"
host_stop
expect "events of the cgroup that was gone" 4 \
	"$(count ".cgroup == \"/$OWN/lxc.payload.short\" and .container == \"short\"")"
check_json
check_ledger
check_ledger two
check_clean
