#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Without root, with a few capabilities: what each plugin needs of them, that it works with these, and what is
# said where one is missing.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"
cleanup() {
	net_down
}
need_kernel
need_program setpriv
net_up
OTHER=12345

# What runs as somebody else must find the host and its plugins.
for path in "$BPFHOST" "$PLUGIN_DIR" "$TARGETS_DIR"; do
	setpriv --reuid $OTHER --clear-groups test -r "$path" ||
		skip "$path cannot be read by another user (CAP_DAC_READ_SEARCH)"
done

cat >"$TMP/host" <<'END'
#!/bin/bash
# As another user with the capabilities of $CAPS and no other.
sets=-all$(sed 's/[a-z_]\+/,+&/g; s/ //g' <<<"$CAPS")
exec setpriv --reuid 12345 --regid 12345 --clear-groups --inh-caps "$sets" --ambient-caps "$sets" \
	--bounding-set "$sets" "$REAL_HOST" "$@"
END
chmod 0755 "$TMP/host"
REAL_HOST=$BPFHOST BPFHOST=$TMP/host
export REAL_HOST CAPS

trace_tracepoint() {
	"${RUN[@]}" --plugin tracepoint --set probes=syscalls:sys_enter_getppid --pid "$TARGET_PID"
}
trace_uprobe() {
	"${RUN[@]}" --plugin uprobe --set "probes=libc:getppid" --pid "$TARGET_PID"
}
trace_usdt() {
	"${RUN[@]}" --plugin usdt --set "probes=$TARGETS_DIR/probed:bt:*"
}
trace_xdp() {
	"${RUN[@]}" --plugin xdp --set iface=eth
}

# works PLUGIN CAPABILITY...: and its worker has none of them after attach
works() {
	local plugin=$1 pid

	shift
	CAPS=$* RUN=(host_start)
	"trace_$plugin"
	for pid in $(workers); do
		expect "$plugin: Uid of the worker" "$OTHER" "$(awk '/^Uid:/ { print $2 }' "/proc/$pid/status")"
		expect "$plugin: capabilities of the worker" "0000000000000000 0000000000000000 0000000000000000" \
			"$(awk '/^Cap(Eff|Prm|Amb):/ { print $2 }' "/proc/$pid/status" | words)"
		expect "$plugin: Seccomp of the worker" 2 "$(awk '/^Seccomp:/ { print $2 }' "/proc/$pid/status")"
	done
	host_stop
	expect "$plugin: exit status with $*" 0 "$STATUS"
	check_ledger "$plugin"
	check_clean
}

# fails PLUGIN TEXT CAPABILITY...: and says so
fails() {
	local plugin=$1 text=$2

	shift 2
	CAPS=$* RUN=(host_run)
	"trace_$plugin"
	expect "$plugin: exit status with $*" 1 "$STATUS"
	grep -qF "$text" "$TMP/log" || fail "$plugin: with $*: not told: $text"
}

target_start wait
works tracepoint bpf perfmon dac_read_search
fails tracepoint "Permission denied (CAP_DAC_READ_SEARCH missing" bpf perfmon net_admin sys_ptrace
fails tracepoint "(CAP_PERFMON missing)" bpf dac_read_search
fails tracepoint "(CAP_BPF missing)" perfmon dac_read_search
fails tracepoint "(CAP_BPF and CAP_PERFMON missing)" dac_read_search

works uprobe bpf perfmon sys_ptrace
fails uprobe "(CAP_SYS_PTRACE missing)" bpf perfmon
fails uprobe "(CAP_PERFMON missing)" bpf sys_ptrace
fails uprobe "(CAP_BPF missing)" perfmon sys_ptrace

works usdt bpf perfmon
fails usdt "(CAP_PERFMON missing)" bpf
fails usdt "(CAP_BPF missing)" perfmon

works xdp bpf perfmon net_admin
fails xdp "(CAP_NET_ADMIN missing)" bpf perfmon
fails xdp "(CAP_PERFMON missing)" bpf net_admin
fails xdp "(CAP_BPF missing)" perfmon net_admin
target_end

# ---- root that may not become another user does not go on as root ------------------------------------

cat >"$TMP/host" <<'END'
#!/bin/bash
exec setpriv --bounding-set "-$CAPS" --inh-caps "-$CAPS" "$REAL_HOST" "$@"
END
target_start wait
CAPS=setuid RUN=(host_run)
trace_tracepoint
expect "exit status without CAP_SETUID" 1 "$STATUS"
grep -q 'failed to give up privileges: Operation not permitted (CAP_SETUID missing)' "$TMP/log" ||
	fail "what is missing to become another user is not told"

# ---- root with what packaging/bpfhost.service leaves it ------------------------------------------------

cat >"$TMP/host" <<'END'
#!/bin/bash
# As root with the capabilities of $CAPS and no other.
exec setpriv --bounding-set "-all$(sed 's/[a-z_]\+/,+&/g; s/ //g' <<<"$CAPS")" --inh-caps -all \
	--no-new-privs "$REAL_HOST" "$@"
END
UNIT=$(sed -n 's/^CapabilityBoundingSet=//p' "$SOURCE_DIR/packaging/bpfhost.service.in" | words)
UNIT=${UNIT//CAP_/}
UNIT=${UNIT,,}
# without CAPABILITY: the unit's others
without() {
	CAPS=$(tr ' ' '\n' <<<"$UNIT" | grep -vx "$1" | words)
	[ "$CAPS" != "$UNIT" ] || fail "the unit has no $1"
}

TARGET_PROGRAM=$TARGETS_DIR/calls
target_start texts 3
CAPS=$UNIT
host_start -n 4 --plugin tracepoint --set probes=syscalls:sys_enter_getppid \
	--plugin uprobe --set "probes=$TARGET_PROGRAM:texts" --set stack=kernel \
	--plugin usdt --set "probes=$TARGETS_DIR/probed:bt:*" --plugin xdp --set iface=eth --pid "$TARGET_PID"
target_poke
wait_for_number 5 3 count '.plugin == "uprobe"' || fail "there are not three events"
expect "events with names of the kernel's functions" 3 "$(count '.data.stack | test("uprobe")?')"
# One that does not stop is ended, which takes CAP_KILL: it is another user's.
for pid in $(workers); do
	[ "$(cat "/proc/$pid/comm")" != bpfhost:usdt ] || kill -STOP "$pid"
done
host_stop
grep -q 'usdt: .*did not stop within .*; ending it' "$TMP/log" || fail "a worker that stands still is not ended"
check_ledger
check_ledger uprobe
check_clean
target_end

target_start texts 3
without syslog
host_start --plugin uprobe --set "probes=$TARGET_PROGRAM:texts" --set stack=kernel --pid "$TARGET_PID"
target_poke
wait_for_number 5 3 count || fail "there are not three events"
expect "names of the kernel's functions without CAP_SYSLOG" 0 "$(count '.data.stack | test("uprobe")?')"
host_stop
check_clean
target_end
TARGET_PROGRAM=$TARGETS_DIR/act
target_start wait
for capability in setuid setgid; do
	without $capability
	RUN=(host_run)
	trace_tracepoint
	expect "exit status without $capability" 1 "$STATUS"
	grep -q "failed to give up privileges: .*CAP_${capability^^} missing" "$TMP/log" ||
		fail "without $capability: not told"
done
target_end
