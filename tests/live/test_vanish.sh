#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What a probe was found in is gone when it is attached: the file, the process, the interface, the plugin's own
# file; at each step, which is before the n-th call of the kernel. And one probe of five that the kernel does
# not want: the others are attached.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"
need_kernel
net_up

host_below_refuse
TARGET_PROGRAM=$TMP/act

# A process's name has 15 letters.
only_worker() {
	local name=bpfhost:$PLUGIN

	refuse_with -i "${name:0:15}" "$@"
}

# before CALL@N COMMAND: runs it when the worker is about to make its N-th such call
before() {
	RULE=$1
	only_worker "$1=run:$2; echo gone >$TMP/happened"
	: >"$TMP/happened"
}

# ends STATUS ERROR ARGUMENT...: the run ends with that status, and one error where it is not 0
ends() {
	host_run --plugin "$PLUGIN" --duration 100ms "${@:3}"
	[ -s "$TMP/happened" ] || fail "$RULE never came"
	expect "$RULE: exit status" "$1" "$STATUS"
	expect "$RULE: errors" "$1" "$(grep -c '^bpfhost: error: ' "$TMP/log")"
	[ -z "$2" ] || grep '^bpfhost: error: ' "$TMP/log" | grep -qF -- "$2" ||
		fail "$RULE: the error does not say: $2"
	check_clean
}

steps='bpf:BTF_LOAD@1 bpf:PROG_LOAD@1 bpf:PROG_LOAD@7 bpf:MAP_CREATE@5'

# The file was opened before: its name may go.
for way in $(uprobe_ways); do
	PLUGIN=uprobe
	last=perf_event_open@1
	[ "$way" != multi ] || last=bpf:LINK_CREATE@2
	for step in $steps $last; do
		cp "$TARGETS_DIR/act" "$TMP/act"
		before "$step" "rm $TMP/act"
		ends 0 '' --set "probes=$TMP/act:act_getppid" --set "attach=$way"
	done
done
PLUGIN=usdt
cp "$TARGETS_DIR/probed" "$TMP/probed"
before bpf:PROG_LOAD@7 "rm $TMP/probed"
ends 0 '' --set "probes=$TMP/probed:bt:floats"

# A plugin runs as the copy that was made of it.
PLUGIN=tracepoint
mkdir "$TMP/plugins"
for step in $steps perf_event_open@1; do
	cp "$PLUGIN_DIR/tracepoint.so" "$TMP/plugins"
	before "$step" "rm $TMP/plugins/tracepoint.so"
	ends 0 '' --plugin-dir "$TMP/plugins" --set probes=syscalls:sys_enter_getppid
done

# The process: whoever asks the kernel for it hears that it is gone.
cp "$TARGETS_DIR/act" "$TMP/act"
for way in $(uprobe_ways); do
	PLUGIN=uprobe
	last=perf_event_open@1
	[ "$way" != multi ] || last=bpf:LINK_CREATE@2
	for step in bpf:PROG_LOAD@1 $last; do
		target_start getppid 1
		before "$step" "kill -KILL $TARGET_PID; sleep 0.1"
		ends 1 'failed to attach any of 1 probes: No such process' \
			--pid "$TARGET_PID" --set "probes=$TMP/act:act_getppid" --set "attach=$way"
		target_end 2>/dev/null
	done
done

# The interface, which is asked for by number.
for step in bpf:PROG_LOAD@1 bpf:PROG_LOAD@7 bpf:LINK_CREATE@1; do
	PLUGIN=xdp
	ip -n "$NET_HERE" link add brief type veth peer name brief2
	ip -n "$NET_HERE" link set brief up
	before "$step" "ip -n $NET_HERE link del brief"
	ends 1 'failed to attach any of 1 probes: ' --set iface=brief
	grep -q 'warning: xdp: argument [0-9]*: failed to attach brief: ' "$TMP/log" || fail "the interface is not named"
done

# ---- the third of five

# third CALL ERRNO EXPECTED ARGUMENT...
third() {
	only_worker "$1=$2"
	target_start getppid 1 gets 1 name x sleep 1 stamp
	host_start --plugin "$PLUGIN" --pid "$TARGET_PID" "${@:4}"
	grep -q "warning: $PLUGIN: degraded: 4 of 5 probes are attached" "$TMP/log" || fail "not degraded"
	expect "probes that are named" 1 "$(grep -c ': failed to attach ' "$TMP/log")"
	grep -q "warning: $PLUGIN: $3\$" "$TMP/log" || fail "not $3 is named"
	target_go
	host_stop
	expect "exit status where one of five failed" 0 "$STATUS"
	expect "events of the four" 4 "$(stat_of delivered)"
	check_ledger
	check_clean
	target_end
}

PLUGIN=tracepoint
third perf_event_open@3 ENOSPC 'argument [0-9]*: failed to attach syscalls:sys_enter_getgid: No space left on device' \
	--set probes=syscalls:sys_enter_getpid --set probes=syscalls:sys_enter_getuid \
	--set probes=syscalls:sys_enter_getgid --set 'probes=syscalls:sys_enter_clock_nanosleep' \
	--set 'probes=syscalls:sys_enter_prctl'
PLUGIN=uprobe
five=()
for name in getppid gets name sleep stamp; do
	five+=(--set "probes=$TMP/act:act_$name")
done
third perf_event_open@3 EMFILE 'failed to attach act_name: Too many open files' "${five[@]}" --set attach=classic

# ---- all that are good, behind one whose file is not

head -c 200 "$TARGETS_DIR/act" >"$TMP/cut"
only_worker perf_event_open@1=EMFILE
host_run --plugin uprobe --set "probes=$TMP/cut:main" --set "probes=$TMP/act:act_getppid" --set attach=classic
expect "exit status" 1 "$STATUS"
grep -q "warning: uprobe: argument [0-9]*: failed to attach probe \"$TMP/cut:main\": " "$TMP/log" ||
	fail "the bad file is not named"
expect "errors" 1 "$(grep -c '^bpfhost: error: ' "$TMP/log")"
grep -q "^bpfhost: error: uprobe: failed to attach any of 2 probes: Too many open files; probe \"$TMP/cut:main\" was left out: .*cut off" \
	"$TMP/log" || fail "what decided does not stand in front of what was left out"
check_clean
note "ok"
