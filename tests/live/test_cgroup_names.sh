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

# said FIELD: the values that events have of it, each once
said() {
	jq -r "select(.kind == \"event\").$1" "$TMP/out" | sort -u
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

# The reader stands still, so that what comes later waits in the host.
target_start getppid 4000 wait getppid 2
into "docker-$id.scope"
mkfifo "$TMP/pipe"
HOST_STDOUT=$TMP/pipe
exec 8<>"$TMP/pipe"
trace $probe
target_poke
blocked() {
	kill -USR1 "$HOST_PID"
	sleep 0.1
	[ "$(stat_of produced)" = 4000 ] && [ "$(stat_of delivered)" -lt 4000 ]
}
wait_until 5 blocked || fail "the reader does not hold the host up"
into lxc.payload.short
target_go
target_end
sleep 0.2
wait_until 2 removed || fail "the cgroups cannot be removed"
cat "$TMP/pipe" >"$TMP/out" 8>&- &
reader=$!
exec 8>&-
host_stop
wait $reader
HOST_STDOUT=
expect "events" 4002 "$(count)"
expect "events of the cgroup that was gone" 2 "$(count ".cgroup == \"/$OWN/lxc.payload.short\" and .container == \"short\"")"
expect "all the cgroups" "/$OWN/docker-$id.scope /$OWN/lxc.payload.short" "$(said cgroup | words)"
check_json
check_ledger
check_clean
