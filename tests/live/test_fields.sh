#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The fields of tracepoints, by name and by hand, against what the target says it did.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel

data() {
	events | jq -c .data
}

per_event() {
	events | jq -r .event | sort | uniq -c |
		awk '{ sub("syscalls:", ""); printf "%s=%s ", $2, $1 }'
}

connects=(connect 7 inet connect 9 inet connect 11 inet6)

# ---- by name, by hand, with and without a condition --------------------------------------------

target_start connect 7 inet
run_once 'syscalls:sys_enter_connect(fd, addrlen)'
grep -qF '"data":{"fd":7,"addrlen":16}' "$TMP/out" || fail "connect on descriptor 7"
expect "connects" 1 "$(count)"
expect "event" '"syscalls:sys_enter_connect"' "$(events | jq .event)"

# The place of fd is the kernel's word, not a constant of this test.
format=$TRACING/events/syscalls/sys_enter_connect/format
offset=$(awk -F'[;:\t]+' '$3 == "int fd" { print $5 }' "$format")
expect_between "offset of fd in $format" 8 64 "$offset"
target_start connect 7 inet
run_once "syscalls:sys_enter_connect(fd@$offset: u32, addrlen)"
expect "fd@$offset:u32" '{"fd":7,"addrlen":16}' "$(data)"

target_start "${connects[@]}"
run_once 'syscalls:sys_enter_connect(fd, addrlen) if fd == 7'
expect "if fd == 7" '{"fd":7,"addrlen":16}' "$(data)"
expect "produced: the condition is decided in the kernel" 1 "$(stat_of produced)"

target_start "${connects[@]}"
run_once 'syscalls:sys_enter_connect(fd, addrlen)'
expect "all connects" '{"fd":7,"addrlen":16} {"fd":9,"addrlen":16} {"fd":11,"addrlen":28}' \
	"$(data | words)"

# ---- all fields, when none are named ----------------------------------------------------------

target_start connect 7 inet connect 8 inet6 connect 9 unix
run_once 'syscalls:sys_enter_connect'
fields=$(awk -F'[;:\t]+' '/^\tfield:/ && $3 !~ /common_|__syscall_nr/ { print $3 }' "$format" |
	sed 's/.*[ *]//' | tr '\n' ' ')
expect "fields as in $format" "$fields" "$(events | head -n 1 | jq -r '.data | keys_unsorted[]' |
	grep -v __syscall_nr | tr '\n' ' ')"
expect "AF_INET" '{"family":"AF_INET","addr":"127.1.2.3","port":4660}' \
	"$(events | jq -c 'select(.data.fd == 7) | .data.uservaddr')"
expect "AF_INET6" '{"family":"AF_INET6","addr":"::1","port":22136}' \
	"$(events | jq -c 'select(.data.fd == 8) | .data.uservaddr')"
expect "AF_UNIX" '{"family":"AF_UNIX","path":"/nonexistent/act.socket"}' \
	"$(events | jq -c 'select(.data.fd == 9) | .data.uservaddr')"

# ---- signs, and return values ------------------------------------------------------------------

target_start open /dev/null lseek 1000 -5
run_once 'syscalls:sys_enter_openat(dfd, filename)'
expect "AT_FDCWD" '{"dfd":-100,"filename":"/dev/null"}' "$(data)"

target_start connect 9 unix
run_once 'syscalls:sys_exit_connect(ret)'
expect "what the target saw" "-2" "$(sed -n 's/.*ret=//p' "$TMP/target.out")"
expect "ret" '{"ret":-2}' "$(data)"

target_start lseek 1000 -5
run_once 'syscalls:sys_enter_lseek(fd, offset) if offset == -5'
expect "fd" 1000 "$(events | jq .data.fd)"

target_start openw "$TMP/made"
run_once 'syscalls:sys_enter_openat(flags, mode)'
expect "flags and mode" "$(sed -n 's/^openw flags=\([0-9]*\) mode=\([0-9]*\) .*/\1 \2/p' \
	"$TMP/target.out")" "$(events | jq -r '.data | "\(.flags) \(.mode)"')"

# ---- strings ----------------------------------------------------------------------------------

long=/$(printf 'long%.0s' {1..100})
target_start open "$long" open "${long:0:31}" open "${long:0:33}" open ""
run_once 'syscalls:sys_enter_openat(filename: str[32])'
expect "cut names" "${long:0:32}:filename ${long:0:31}: ${long:0:32}:filename :" \
	"$(events | jq -r '"\(.data.filename):\(.truncated // [] | join(","))"' | words)"
expect "truncated in the ledger" 2 "$(stat_of truncated)"

target_start open "$long"
run_once 'syscalls:sys_enter_openat(filename)' --set string_size=512
expect "a whole name of 401" "$long" "$(events | jq -r .data.filename)"
expect "truncated in the ledger" 0 "$(stat_of truncated)"

cp "$(type -P true)" "$TMP/the program"
target_start exec "$TMP/the program"
trace 'sched:sched_process_exec(filename)'
target_poke
wait "$TARGET_PID"
expect "exit status of the program" 0 $?
host_stop
expect "__data_loc filename" "$TMP/the program" "$(events | jq -r .data.filename)"
expect "execs" 1 "$(count)"
check_ledger
check_clean
target_end

# ---- names for numbers ------------------------------------------------------------------------

if [ -e "$TRACING"/events/filelock/flock_lock_inode ]; then
	target_start flock "$TMP/out"
	fl= # before Linux 6.9 some fields are called otherwise
	! grep -q ' fl_pid;' "$TRACING/events/filelock/flock_lock_inode/format" || fl=fl_
	run_once "filelock:flock_lock_inode(i_ino, ${fl}pid, ${fl}flags, ${fl}type, ret)"
	ino=$(sed -n 's/^flock ino=//p' "$TMP/target.out")
	pid=$(sed -n 's/^pid //p' "$TMP/target.out")
	expect "__print_flags, __print_symbolic" '"FL_FLOCK" "F_WRLCK" 0' "$(events |
		jq -c "select(.data.i_ino == $ino) | .data | .${fl}flags, .${fl}type, .ret" |
		head -n 3 | words)"
	expect "pid in the event" "$pid" "$(events | jq ".data.${fl}pid" | head -n 1)"
else
	note "not tried: this kernel has no filelock:flock_lock_inode"
fi

if [ -e "$TRACING"/events/sock/inet_sock_set_state ]; then
	target_start tcp 47011
	run_once 'sock:inet_sock_set_state(family, protocol, dport, daddr, oldstate, newstate)
		if dport == 47011 && newstate == TCP_SYN_SENT'
	expect "one connection" \
		'["AF_INET","IPPROTO_TCP",47011,"127.0.0.1","TCP_CLOSE","TCP_SYN_SENT"]' \
		"$(events | jq -c '[.data[]]')"
else
	note "not tried: this kernel has no sock:inet_sock_set_state"
fi

# ---- globs ------------------------------------------------------------------------------------

target_start gets 5 getppid 7
run_once 'syscalls:sys_enter_get?id'
expect "per event" "sys_enter_getgid=5 sys_enter_getpid=5 sys_enter_getuid=5 " "$(per_event)"
expect "total" 15 "$(stat_of delivered)"

target_start gets 3 getppid 4
run_once 'syscalls:sys_e*_getppid'
expect "enter and exit" "sys_enter_getppid=4 sys_exit_getppid=4 " "$(per_event)"

# ---- text for people --------------------------------------------------------------------------

HOST_FORMAT=text
target_start connect 9 unix
run_once 'syscalls:sys_exit_connect'
expect "lines" 1 "$(wc -l <"$TMP/out")"
expect "the line, without its time" \
	"tracepoint/syscalls:sys_exit_connect act[$(target_said pid)] ret=ENOENT" \
	"$(sed -E 's/^[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{6} //; s/  +/ /g' "$TMP/out")"
