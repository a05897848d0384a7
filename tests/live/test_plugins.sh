#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Each plugin loads, attaches, delivers just what was done, and lets go: what every kernel has to show.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"
need_kernel
need_program ping
net_up

# ended NUMBER WHAT: the plugin counted so many, and of them nothing is left
ended() {
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger "$PLUGIN"
	check_lost
	expect "$PLUGIN: produced" "$1" "$(stat_of produced)"
	expect "$PLUGIN: $2" "$1" "$(count "$2")"
	check_json
	check_clean
	[ -z "$TARGET_PID" ] || target_end
	note "$PLUGIN: $1 events"
}

PLUGIN=tracepoint
target_start getppid 100
trace 'syscalls:sys_enter_getppid' --comm act
target_go
ended 100 '.event == "syscalls:sys_enter_getppid" and .comm == "act"'

PLUGIN=uprobe
TARGET_PROGRAM=$TMP/calls
cp "$TARGETS_DIR/calls" "$TARGET_PROGRAM"
for way in $(uprobe_ways); do
	target_start texts 100
	trace "$TARGET_PROGRAM:texts(text: str) -> str if text ~ \"*7\"" --set attach="$way"
	target_go
	ended 10 '.data.latency_ns > 0 and "t" + .data.ret == .data.text'
done

PLUGIN=usdt
TARGET_PROGRAM=$TMP/probed
cp "$TARGETS_DIR/probed" "$TARGET_PROGRAM"
target_start threads 25
trace "$TARGET_PROGRAM:bt:hit(thread, i) if i >= 5"
target_go
ended 80 '.event == "bt:hit" and .data.i >= 5'

PLUGIN=xdp
for mode in native generic; do
	host_start --plugin xdp --set iface=eth --set mode=$mode --set show=packets \
		--set 'match=icmp_type == 8'
	there ping -q -n -c 5 -i 0.02 10.9.0.1 >"$TMP/ping" || fail "ping: $(cat "$TMP/ping")"
	ended 5 '.event == "packet" and .data.saddr == "10.9.0.2"'
done

# A capture has a program of its own, as far as the verifier sees.
host_start --plugin xdp --set iface=eth --set "write=$TMP/pings.pcapng" --set 'match=icmp_type == 8'
there ping -q -n -c 5 -i 0.02 10.9.0.1 >"$TMP/ping" || fail "ping: $(cat "$TMP/ping")"
host_stop
expect "exit status" 0 "$STATUS"
grep -q 'captured 5 packets, 490 bytes of them, .*; lost in the ring: 0, not written: 0' "$TMP/log" ||
	fail "not all pings are captured"
check_ledger
check_clean
note "$PLUGIN: 5 packets captured"
