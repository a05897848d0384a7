#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What the kernel says that the worker of each plugin holds, and what the log says.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"
cleanup() {
	net_down
}
need_kernel
net_up

# status_of PID KEY: its words in /proc/PID/status
status_of() {
	sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr '\t' ' ' | tr -s ' ' | sed 's/ $//'
}

worker_of() {
	local pid

	for pid in $(workers); do
		[ "$(cat "/proc/$pid/comm")" != "bpfhost:${1:0:7}" ] || echo "$pid" # of 15 letters
	done
}

# check_worker INSTANCE UID GID CAPS: by hexadecimal capabilities
check_worker() {
	local pid set

	pid=$(worker_of "$1")
	[ -n "$pid" ] || fail "there is no worker of $1"
	expect "$1: Uid" "$2 $2 $2 $2" "$(status_of "$pid" Uid)"
	expect "$1: Gid" "$3 $3 $3 $3" "$(status_of "$pid" Gid)"
	expect "$1: Groups" "" "$(status_of "$pid" Groups)"
	for set in CapInh CapAmb; do
		expect "$1: $set" 0000000000000000 "$(status_of "$pid" $set)"
	done
	for set in CapEff CapPrm CapBnd; do
		expect "$1: $set" "$4" "$(status_of "$pid" $set)"
	done
	check_filter "$1"
	grep -q "$1: its worker (pid $pid) has uid $2/$2/$2, gid $3/$3/$3, capabilities none, no_new_privs 1, seccomp mode 2\$" \
		"$TMP/log" || fail "$1: the log does not say what it has"
}

check_filter() {
	local pid

	pid=$(worker_of "$1")
	expect "$1: NoNewPrivs" 1 "$(status_of "$pid" NoNewPrivs)"
	expect "$1: Seccomp" 2 "$(status_of "$pid" Seccomp)"
	expect "$1: core limit" 0 \
		"$(sed -n 's/^Max core file size *\([0-9a-z]*\) *\([0-9a-z]*\) .*/\1/p' "/proc/$pid/limits")"
}

all_plugins() {
	host_start -n 4 --log-level debug --plugin tracepoint --set probes=syscalls:sys_enter_getppid \
		--plugin uprobe --set "probes=$TARGETS_DIR/calls:many_1000" \
		--plugin usdt --set "probes=$TARGETS_DIR/probed:bt:hit" \
		--plugin xdp --set iface=eth
}

# ---- nothing, and under the user of nobody ------------------------------------------------------

all_plugins
for plugin in tracepoint uprobe usdt xdp; do
	check_worker $plugin 65534 65534 0000000000000000
done
expect "the supervisor: Seccomp" 0 "$(status_of "$HOST_PID" Seccomp)"
host_stop
expect "exit status" 0 "$STATUS"
check_clean

# ---- what is declared late keeps root, and still has a filter -----------------------------------

host_start --log-level debug --plugin xdp --set 'iface=eth*'
pid=$(worker_of xdp)
if [ "$(status_of "$pid" Uid)" = "0 0 0 0" ]; then
	check_filter xdp
	grep -q "xdp: its worker (pid $pid) has uid 0/0/0.*seccomp mode 2, late_.*" "$TMP/log" ||
		fail "the log does not say what is kept late"
else
	fail "the worker that follows interfaces has not kept root: $(status_of "$pid" Uid)"
fi
host_stop
check_clean
