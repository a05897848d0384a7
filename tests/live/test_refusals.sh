#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The kernel says no: each system call that a worker or the supervisor makes, answered with what it may be
# answered with, at the first, the second, ... n-th of its kind. Whatever comes of it, the run ends with 0 or
# 1, there is one error for it or none, the books balance, a second instance misses nothing, and nothing
# stays behind.
#
# How many calls of which kind there are is asked of a run in which none is refused. Of all that could be
# refused the usual run takes one for each kind of call and each plugin; with BPFHOST_TEST_ALL=1 it takes all,
# which are some 2,000 and last a quarter of an hour, and goes on behind what fails.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
[ -n "${BPFHOST_TEST_ALL:-}" ] || limit_to 180
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"
need_kernel
need_program ping
net_up

ALL=${BPFHOST_TEST_ALL:-}
TARGET_PROGRAM=$TMP/act
cp "$TARGETS_DIR/act" "$TARGETS_DIR/probed" "$TMP"
# Each verb is one function called and one line written.
VERBS=(getppid 3 gets 2 name refused sleep 1 stamp)
LINES_WRITTEN=5 # sleep says nothing, but "done" does
PINGS=3
KINDS=(bpf perf_event_open memfd_create mmap openat epoll_create1 epoll_ctl eventfd2 signalfd4 socket
	socketpair clone clone3 pidfd_open membarrier)
WORKER=bpfhost:refused SUPERVISOR=bpfhost TALLY=$TMP/tally
bad=0 runs=0 reached=0

host_below_refuse

# use PLUGIN: its options, how many probes it then has, and how many events each of them should see
use() {
	probes=5 each=1
	case $1 in
	supervisor | tracepoint)
		probes=3 each=2
		options=(--set 'probes=syscalls:sys_enter_getpid' --set 'probes=syscalls:sys_enter_getuid'
			--set 'probes=syscalls:sys_enter_getgid')
		;;
	uprobe-multi | uprobe-classic)
		options=(--set "attach=${1#*-}")
		for name in getppid gets name sleep stamp; do
			options+=(--set "probes=$TMP/act:act_$name")
		done
		;;
	usdt)
		probes=2 each=0
		options=(--set "probes=$TMP/probed:bt:guarded" --set "probes=$TMP/probed:bt:floats")
		;;
	xdp)
		probes=1 each=$PINGS
		options=(--set iface=eth --set show=packets --set 'match=icmp_type == 8')
		;;
	esac
	PLUGIN=${1%-*}
	[ "$PLUGIN" != supervisor ] || PLUGIN=tracepoint
}

plausible() {
	case $1 in
	bpf:PROG_LOAD) echo EPERM EACCES EINVAL E2BIG ENOSPC ENOMEM EAGAIN 524 ;;
	bpf:LINK_CREATE) echo EPERM EINVAL EBUSY ENOMEM EOPNOTSUPP ENOENT EINTR 524 ;;
	bpf:LINK_UPDATE) echo EPERM EINVAL EBUSY ;;
	bpf:MAP_CREATE) echo EPERM EINVAL ENOMEM E2BIG EMFILE ;;
	bpf:MAP_UPDATE_ELEM) echo EINVAL ENOMEM E2BIG EBUSY ;;
	bpf:MAP_FREEZE) echo EPERM EBUSY EOPNOTSUPP ;;
	bpf:BTF_LOAD) echo EPERM EINVAL ENOMEM ;;
	bpf:*) echo EPERM EINVAL ;;
	perf_event_open) echo EPERM EACCES EMFILE EINVAL ENOMEM ENOSPC ENODEV ;;
	mmap) echo ENOMEM ;;
	openat) echo EMFILE EACCES ;;
	clone | clone3) echo EAGAIN ENOMEM ;;
	membarrier) echo ENOSYS EPERM ;;
	*) echo EMFILE ENOMEM ;;
	esac
}

# ---- one run ------------------------------------------------------------------------------------

has_begun() {
	grep -Eq "^bpfhost: (error: $1: |[a-z]*: $1: (attached [0-9]* of|degraded:))" "$TMP/log"
}

# Both instances have said how they began, or the host has ended.
began() {
	host_gone || {
		has_begun other && has_begun refused
	}
}

# What the supervisor has open: when nothing is under way, not more than where nothing is refused.
descriptors() {
	find "/proc/$HOST_PID/fd" -mindepth 1 -lname '*:*' ! -lname 'pipe:*' 2>/dev/null | wc -l
}

few_open() {
	OPEN=$(descriptors)
	[ "$OPEN" -le "$MOST_OPEN" ]
}

# In KiB; nothing where it has ended.
memory() {
	sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$HOST_PID/status" 2>/dev/null
}

exercise() {
	target_go
	[ "$PLUGIN" != xdp ] ||
		there ping -q -n -c $PINGS -i 0.01 -W 2 10.9.0.1 >/dev/null || fail "ping fails"
}

# run RULE...: from begin to end, with what the tool is to do
run() {
	refuse_with -a umask -o "$TALLY" "$@"
	: >"$TMP/out"
	target_start "${VERBS[@]}"
	host_spawn --verifier-log "$TMP" --plugin "$PLUGIN@refused" "${options[@]}" \
		--plugin tracepoint@other --set 'probes=syscalls:sys_enter_write' --pid "$TARGET_PID"
	wait_until 15 began || fail "the host neither begins nor ends"
	wait_until 2 few_open || fail "$OPEN descriptors, $MOST_OPEN where nothing is refused"
	RESIDENT=$(memory)
	[ "${RESIDENT:-0}" -le $((MOST_RESIDENT + 1024)) ] ||
		fail "$RESIDENT KiB of memory, $MOST_RESIDENT where nothing is refused"
	bpf_ids >>"$TMP/ids"
	exercise
	host_gone || kill -TERM "$HOST_PID"
	host_wait 15
	target_end
}

# ---- what must hold -----------------------------------------------------------------------------

errors() {
	grep -c '^bpfhost: error: ' "$TMP/log"
}

check_text() {
	! LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f\x7f]' "$TMP/log" || fail "control characters in the log"
	grep -Ev '^(bpfhost: (error|warning|info|debug): |stats )' "$TMP/log" && fail "a line of another kind"
	[ "$STATUS" = 0 ] || [ "$STATUS" = 1 ] || fail "exit status $STATUS"
	expect "errors" "$STATUS" "$(errors)"
	! grep '^bpfhost: error: ' "$TMP/log" | grep -Eq 'Success|error 0|Unknown error|: $|\(null\)' ||
		fail "the error says nothing"
	! grep -Eq '^bpfhost: error: ([a-z]+: )?[A-Z][A-Za-z ]*$' "$TMP/log" || fail "the error names no object"
}

# Those probes that are attached see all.
check_refused() {
	local attached

	attached=$(sed -nE 's/.* refused: (attached|degraded:) ([0-9]+) of .*/\2/p' "$TMP/log")
	grep -q '^stats instance=refused ' "$TMP/log" || {
		[ -z "$attached" ] || fail "no ledger"
		return 0
	}
	check_ledger refused
	expect "events of what is attached" $((${attached:-0} * each)) "$(stat_of delivered refused)"
	! grep -q 'refused: degraded' "$TMP/log" ||
		expect "probes that are named" $((probes - attached)) \
			"$(grep -cE 'warning: refused: (argument [0-9]+: )?failed to attach' "$TMP/log")"
}

check_other() {
	check_ledger other
	expect "events of the other" $LINES_WRITTEN "$(stat_of delivered other)"
	expect "gaps of the other" 0 "$(grep '"kind":"lost"' "$TMP/out" | grep -c '"instance":"other"')"
}

# check_run COMM: after run, in which this process was refused something
check_run() {
	check_text
	check_clean
	if [ "$1" = $WORKER ] || grep -q ' other: attached' "$TMP/log"; then
		check_other
	fi
	check_refused
}

# Where one fails, the next goes on without its processes.
stop_all() {
	[ -z "$HOST_PID" ] || kill -KILL -- "-$HOST_PID"
	[ -z "$TARGET_PID" ] || kill -KILL "$TARGET_PID"
} 2>/dev/null

# refuse COMM CALL N ERRNO
refuse() {
	runs=$((runs + 1))
	(
		trap stop_all EXIT
		run -i "$1" "$2@$3=$4"
		check_run "$1"
		[ "$(sed -n 's/^answered //p' "$TALLY")" = 1 ] || note "not reached: $*"
	) >"$TMP/said" 2>&1 || {
		bad=$((bad + 1))
		note "$case, $*:" "$(cat "$TMP/said")"
		[ -n "$ALL" ] || fail "$case, $*"
	}
	[ "$(sed -n 's/^answered //p' "$TALLY")" = 1 ] && reached=$((reached + 1))
	sed -n 's/^bpfhost: \(error\|warning\): //p' "$TMP/log" >>"$TMP/told"
}

# Ids are not used again, so one look at the end is enough: none that a worker had is there.
check_kernel() {
	local kind

	[ "$(wc -l <"$TMP/ids")" -gt "$runs" ] || fail "the workers held next to nothing"
	for kind in prog map link; do
		bpftool -j $kind show | jq -r ".[] | \"$kind \\(.id)\""
	done | sort >"$TMP/there"
	sort "$TMP/ids" | comm -12 - "$TMP/there" | sort -u >"$TMP/left"
	[ ! -s "$TMP/left" ] || fail "left in the kernel: $(words <"$TMP/left")"
}

# ---- all of them, or some -------------------------------------------------------------------------

# The allocator of the address sanitizer aborts where it gets no memory.
NOT_HERE=
case ${CFLAGS:-} in *sanitize*) NOT_HERE='|^mmap' ;; esac

# tally COMM: what this process calls where nothing is refused, and how often
tally() {
	MOST_OPEN=64 MOST_RESIDENT=1000000
	run -i "$1" "${KINDS[@]}"
	wait_until 5 grep -q answered "$TALLY" || fail "no tally"
	MOST_OPEN=$OPEN MOST_RESIDENT=$RESIDENT
	check_run $WORKER
	expect "exit status where nothing is refused" 0 "$STATUS"
	expect "events where nothing is refused" $((probes * each)) "$(stat_of delivered refused)"
	grep -Ev "^answered$NOT_HERE" "$TALLY" >"$TMP/calls"
}

# every COMM: all places and answers
every() {
	local call number answer n

	while read -r call number; do
		for ((n = 1; n <= number; n++)); do
			for answer in $(plausible "$call"); do
				refuse "$1" "$call" "$n" "$answer"
			done
		done
	done <"$TMP/calls"
}

# some COMM [SKIP]: of each kind one, another one in each plugin
turn=0
some() {
	local call number answers

	while read -r call number; do
		read -ra answers <<<"$(plausible "$call")"
		turn=$((turn + 1))
		refuse "$1" "$call" $((turn * 7 % number + 1)) "${answers[turn % ${#answers[@]}]}"
	done < <(grep -E "${2:-.}" "$TMP/calls")
}

# go_through COMM [PATTERN]
go_through() {
	tally "$1"
	note "$case, $1: $(words <"$TMP/calls")"
	if [ -n "$ALL" ]; then
		every "$1"
	else
		some "$@"
	fi
}

for case in ${BPFHOST_TEST_CASES:-supervisor tracepoint uprobe-multi uprobe-classic usdt xdp}; do
	use "$case"
	[ "$case" != uprobe-multi ] || uprobe_ways | grep -q multi || continue
	if [ "$case" = supervisor ]; then
		go_through $SUPERVISOR
	else
		go_through $WORKER '^(bpf|perf|mmap)'
	fi
done
check_kernel
[ -z "$ALL" ] || { note "what was told, and how often"; sort "$TMP/told" | uniq -c; }
note "$runs refusals, $bad of them ended as they should not"
note "$reached of them were reached: what is called late is not called where a stop comes first"
if [ $runs -lt 6 ] || [ $((reached * 10)) -lt $((runs * 8)) ]; then
	fail "too few calls were refused at all"
fi
[ $bad = 0 ] || exit 1
