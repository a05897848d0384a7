#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What passes and what does not: `if` of a probe, --pid, --uid, --comm, --cgroup, --filter, --count.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel

cgroup=
cleanup() {
	[ -z "$cgroup" ] || rmdir "$cgroup" 2>/dev/null
}

# ---- if, decided in the kernel ----------------------------------------------------------------

offsets=()
for n in -9 -1 0 5 7 4294967296 9223372036854775807; do
	offsets+=(lseek 1000 "$n")
done

# lseeks EXPRESSION WANTED: which of the offsets pass. Digits as they are: jq knows 53 bits only.
lseeks() {
	target_start "${offsets[@]}"
	run_once "syscalls:sys_enter_lseek(offset) if fd == 1000 && ($1)"
	expect "if $1" "$2" "$(events | sed 's/.*"offset":\([-0-9]*\).*/\1/' | words)"
	expect "produced by if $1" "$(wc -w <<<"$2")" "$(stat_of produced)"
}

lseeks 'offset == -9' '-9'
lseeks 'offset < 0' '-9 -1'
lseeks '!(offset >= 0) || offset == 4294967296' '-9 -1 4294967296'
lseeks 'offset > 7 || offset == 0' '0 4294967296 9223372036854775807'
lseeks 'offset & 5 == 5 && offset > 0 && offset != 9223372036854775807' '5 7'

opens=(open /a/one open /a/two open /b/one open "/a/\"q\"")
# opens_pass EXPRESSION WANTED
opens_pass() {
	target_start "${opens[@]}"
	run_once "syscalls:sys_enter_openat(filename) if $1"
	expect "if $1" "$2" "$(events | jq -r .data.filename | words)"
	expect "produced by if $1" "$(wc -w <<<"$2")" "$(stat_of produced)"
}

opens_pass 'filename == "/a/one"' '/a/one'
opens_pass 'filename != "/a/one" && filename != "/b/one"' '/a/two /a/"q"'
opens_pass 'filename ~ "/a/*"' '/a/one /a/two /a/"q"'
opens_pass 'filename ~ "*one"' '/a/one /b/one'
opens_pass 'filename ~ "*tw*"' '/a/two'
opens_pass 'filename == "/a/\"q\""' '/a/"q"'

if [ -e "$TRACING"/events/sock/inet_sock_set_state ]; then
	for net in 127.0.0.0/8=1 127.0.0.1=1 10.0.0.0/8=0; do
		target_start tcp 47012
		run_once "sock:inet_sock_set_state(daddr) if dport == 47012 &&
			newstate == TCP_SYN_SENT && daddr in ${net%=*}"
		expect "daddr in ${net%=*}" "${net#*=}" "$(stat_of produced)"
	done
else
	note "not tried: this kernel has no sock:inet_sock_set_state"
fi

# ---- who --------------------------------------------------------------------------------------

probe='probes=syscalls:sys_enter_getppid'

# A pid is the process alone; several are alternatives.
target_start getppid 3 children 4
run_once syscalls:sys_enter_getppid
expect "--pid, without its children" 3 "$(count)"

sleep 30 &
other=$!
target_start getppid 3
run_once syscalls:sys_enter_getppid --pid $other
kill $other
expect "--pid of two" 3 "$(count)"

target_start getppid 2 name renamed getppid 5
run_once syscalls:sys_enter_getppid --comm renamed
expect "--comm and --pid" 5 "$(count)"
target_start getppid 2 name renamed getppid 5 name third getppid 8
run_once syscalls:sys_enter_getppid --comm renamed --comm act
expect "--comm of two" 7 "$(count)"
target_start name a-name-longer-than-it-may-be getppid 5
run_once syscalls:sys_enter_getppid --comm a-name-longer-t
expect "--comm of 15 bytes" 5 "$(count)"

target_start getppid 2 user 12345 getppid 6 user 12345
run_once syscalls:sys_enter_getppid --uid 12345
expect "--uid" 6 "$(count '.uid == 12345')"
expect "--uid alone" 6 "$(count)"

# Without --pid: a name that only this target has.
name=only-$$
target_start name "$name" getppid 9
host_start --plugin tracepoint --set "$probe" --comm "$name"
target_go
host_stop
expect "--comm alone" 9 "$(count ".pid == $(target_said pid)")"
check_ledger
check_clean
target_end

tree=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
if [ -n "$tree" ] && mkdir "$tree/bpfhost-test-$$" 2>/dev/null; then
	cgroup=$tree/bpfhost-test-$$
	before=$tree$(sed -n 's/^0:://p' /proc/self/cgroup)
	target_start getppid 2 wait getppid 6 wait getppid 4
	host_start --plugin tracepoint --set "$probe" --cgroup "$cgroup"
	target_poke
	wait_until 5 target_reached waiting || fail "the target does not wait"
	echo "$TARGET_PID" >"$cgroup/cgroup.procs"
	target_poke
	wait_until 5 target_reached waiting 2 || fail "the target does not wait"
	echo "$TARGET_PID" >"$before/cgroup.procs"
	target_go
	host_stop
	expect "--cgroup" 6 "$(count)"
	check_ledger
	check_clean
	target_end
else
	note "not tried: no cgroup v2 where a group can be made"
fi

# ---- --filter, in the host --------------------------------------------------------------------

target_start "${offsets[@]}"
run_once 'syscalls:sys_enter_lseek(fd, offset) if fd == 1000' --filter 'offset < 0 && fd == 1000'
expect "--filter on fields" "-9 -1" "$(events | jq .data.offset | words)"
expect "filtered" 5 "$(stat_of filtered)"
expect "produced" 7 "$(stat_of produced)"

target_start name "it's" getppid 3 name other getppid 4
run_once syscalls:sys_enter_getppid --filter "comm == \"it's\" && pid == $TARGET_PID"
expect "--filter on the header" 3 "$(count)"
expect "filtered" 4 "$(stat_of filtered)"

# A name that only one of two events has: the other's comparison is false.
target_start lseek 1000 5 getppid 3
trace 'syscalls:sys_enter_lseek if fd == 1000' --set "$probe" --filter 'offset == 5 || plugin == "none"'
target_go
host_stop
expect "--filter on a field of one event" 1 "$(count)"
check_ledger
target_end

# ---- how many, how long -----------------------------------------------------------------------

target_start getppid 1000
trace syscalls:sys_enter_getppid --count 10
target_go
host_wait
expect "exit status" 0 "$STATUS"
expect "--count 10" 10 "$(count)"
expect "delivered" 10 "$(stat_of delivered)"
check_ledger
check_lost stop="$(stat_of lost)"
expect "what the stream says is missing" "$(stat_of lost)" "$(gaps '.data.reason == "stop"')"
check_clean
target_end

target_start sleep 1
begin=${EPOCHREALTIME/[.,]/}
duration=$((700 * SLOW))
trace syscalls:sys_enter_getppid --duration ${duration}ms
host_wait
took=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
expect_between "--duration ${duration}ms took" $duration $((duration + 1000 * SLOW)) $took
expect "exit status" 0 "$STATUS"
check_ledger
check_clean
