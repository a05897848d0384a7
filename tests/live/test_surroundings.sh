#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What whoever starts bpfhost may have left it: no stdout, no stdin, an ignored SIGCHLD; and what the kernel may
# lack, hide or forbid: BTF, tracefs, perf events for uprobes, locked memory, all of it when it is locked down.
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

# ---- few descriptors: whatever has none, nobody else is blamed for it

few=0
for ((limit = 12; limit < 40; limit++)); do
	(
		ulimit -n $limit
		exec timeout 20 "${host[@]}" --duration 1ms --verifier-log "$TMP" >"$TMP/out" 2>"$TMP/log"
	)
	status=$?
	[ $status -le 1 ] || fail "exit status with $limit descriptors: $status"
	expect "errors with $limit descriptors" $status "$(grep -c '^bpfhost: error: ' "$TMP/log")"
	[ $status = 0 ] || grep -q '^bpfhost: error: .*Too many open files' "$TMP/log" || fail "no word of descriptors"
	! grep -q 'the verifier refuses' "$TMP/log" || fail "the verifier is blamed"
	! grep -q 'BPF object: Too many open files (ulimit -n or' "$TMP/log" || few=$((few + 1))
done
expect "status where there are enough" 0 $status
[ $few -gt 0 ] || fail "never were there too few to load"

# ---- what the kernel lacks, or hides

# A host that finds an empty folder in the place of each path in HIDE, all of $READ_ONLY read-only, and has
# no $LACKS; with the process id that it would have alone.
export HIDE='' READ_ONLY='' LACKS='' LOCKDOWN='' NOTHING=$TMP/nothing REAL_HOST=$BPFHOST
mkdir "$NOTHING"
cat >"$TMP/host" <<'SCRIPT'
#!/bin/sh
exec unshare -m sh -c 'for path in $HIDE; do mount --bind "$NOTHING" $path || exit 9; done
	[ -z "$READ_ONLY" ] || mount -o remount,ro,bind "$READ_ONLY" || exit 9
	[ -z "$LOCKDOWN" ] || { mount -t tmpfs tmpfs /sys/kernel/security && echo "$LOCKDOWN" >/sys/kernel/security/lockdown; } || exit 9
	[ -z "$LACKS" ] || exec setpriv --bounding-set "$LACKS" --inh-caps -all "$REAL_HOST" "$@"
	exec "$REAL_HOST" "$@"' _ "$@"
SCRIPT
chmod +x "$TMP/host"
unshare -m true 2>/dev/null || skip "no mount namespace can be made (CAP_SYS_ADMIN)"
BPFHOST=$TMP/host
tracefs="/sys/kernel/tracing /sys/kernel/debug"
cp "$TARGETS_DIR/act" "$TARGETS_DIR/probed" "$TMP"
TARGET_PROGRAM=$TMP/act

# works PLUGIN EVENTS ARGUMENT...: as it does where nothing is missing
works() {
	PLUGIN=$1
	target_start getppid 3
	host_start --plugin "$1" --pid "$TARGET_PID" "${@:3}"
	target_go
	host_stop
	expect "$1 without $HIDE$READ_ONLY: exit status" 0 "$STATUS"
	expect "$1 without $HIDE$READ_ONLY: events" "$2" "$(count)"
	check_ledger
	check_clean
	target_end
}

# says ERROR ARGUMENT...: the run ends with 1 and one error, which is this
says() {
	host_run "${@:2}"
	expect "exit status for $1" 1 "$STATUS"
	expect "errors" 1 "$(grep -c '^bpfhost: error: ' "$TMP/log")"
	grep '^bpfhost: error: ' "$TMP/log" | grep -qF -- "$1" || fail "the error does not say: $1"
	check_clean
}

tracepoint=(--set probes=syscalls:sys_enter_getppid)
uprobe=(--set "probes=$TMP/act:act_getppid")
classic=("${uprobe[@]}" --set attach=classic)

[ ! -e /sys/kernel/btf ] || HIDE=/sys/kernel/btf
works tracepoint 3 "${tracepoint[@]}"
works uprobe 1 "${uprobe[@]}"
works usdt 0 --set "probes=$TMP/probed:bt:floats"

# Without tracefs it is mounted; where that is not allowed, only those go on that need none.
HIDE=$tracefs
works tracepoint 3 "${tracepoint[@]}"
grep -q 'mounted tracefs on /sys/kernel/tracing' "$TMP/log" || fail "nothing says that tracefs was mounted"
LACKS=-sys_admin
says 'failed to find tracefs: No such file or directory (mount -t tracefs tracefs /sys/kernel/tracing)' \
	--plugin tracepoint "${tracepoint[@]}"
! uprobe_ways | grep -q multi || works uprobe 1 "${uprobe[@]}"
HIDE='' LACKS='' READ_ONLY=/sys/kernel/tracing
works tracepoint 3 "${tracepoint[@]}"
READ_ONLY=''

pmu=/sys/bus/event_source/devices/uprobe
if [ -e $pmu ]; then
	HIDE=$pmu
	says "failed to attach any of 1 probes: this kernel has no perf events for uprobes ($pmu/ is missing" \
		--plugin uprobe "${classic[@]}"
	! uprobe_ways | grep -q multi || works uprobe 1 "${uprobe[@]}"
	HIDE=''
fi

# A limit on locked memory that nobody may raise does not matter: since Linux 5.11 it is not for BPF.
(
	ulimit -l 0
	works tracepoint 3 "${tracepoint[@]}"
	works uprobe 1 "${classic[@]}"
) || exit 1

# ---- a kernel that is locked down answers root like anybody

host_below_refuse
if [ -d /sys/kernel/security ]; then
	LOCKDOWN='none integrity [confidentiality]'
	refuse_with -a umask perf_event_open=EPERM
	says 'failed to attach any of 1 probes: Operation not permitted (this kernel is locked down to confidentiality: nobody may trace)' \
		--plugin tracepoint "${tracepoint[@]}"
	refuse_with -a umask bpf:PROG_LOAD@5+=EPERM
	says 'failed to load the BPF object: Operation not permitted (this kernel is locked down to confidentiality: nobody may trace)' \
		--plugin tracepoint "${tracepoint[@]}"
	LOCKDOWN=''
fi
refuse_with -a umask perf_event_open=EPERM
says 'Operation not permitted (CAP_BPF and CAP_PERFMON, or root, are needed)' --plugin tracepoint "${tracepoint[@]}"
refuse_with -a umask bpf:MAP_CREATE@5+=ENOMEM
says 'failed to load the BPF object: Cannot allocate memory (a smaller --ring-size takes less)' \
	--plugin tracepoint "${tracepoint[@]}"

# ---- a ring of any size is rounded up to what the kernel takes, 1 GiB at most

BPFHOST=$REAL_HOST
for size in 4096:4096 5000:8192 5M:8388608; do
	target_start getppid 1
	host_start --plugin tracepoint "${tracepoint[@]}" --pid "$TARGET_PID" --ring-size "${size%:*}"
	expect "bytes of a ring of ${size%:*}" "${size#*:}" "$(sed -n 's/^map //p' <<<"$BPF_IDS" |
		while read -r id; do bpftool -j map show id "$id"; done |
		jq 'select(.type == "ringbuf").max_entries')"
	host_stop
	check_clean
	target_end
done
note "ok"
