#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Packets that come in on an interface of the test's own, counted by ping, and seen by the plugin as packets, as
# flows and as counters.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"
PLUGIN=xdp
need_kernel
need_program ping
net_up

# pings NUMBER [ADDRESS]: none of them may be lost
pings() {
	there ping -q -n -c "$1" -i 0.02 "${2:-10.9.0.1}" >"$TMP/ping" ||
		fail "ping: $(cat "$TMP/ping")"
	grep -q " $1 received, 0% packet loss" "$TMP/ping" || fail "ping: $(cat "$TMP/ping")"
}

for mode in native generic; do
	host_start --plugin xdp --set iface=eth --set mode=$mode --set show=packets \
		--set show=flows --set show=counters
	[ -n "$(on_interface eth)" ] || fail "no program is on the interface"
	grep -q "eth: attached in $mode mode" "$TMP/log" || fail "the log does not name the mode"
	pings 5
	pings 3 fd00:9::1
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger
	check_lost
	check_clean
	expect "left on the interface" "" "$(on_interface eth)"
	expect "echo requests" 5 "$(count '.event == "packet" and .data.icmp_type == 8')"
	expect "echo requests of IPv6" 3 "$(count '.event == "packet" and .data.icmp_type == 128')"
	expect "their numbers" "1 2 3 4 5" \
		"$(jq -r 'select(.event == "packet" and .data.icmp_type == 8).data.echo_seq' \
			"$TMP/out" | words)"
	packets=$(count '.event == "packet"')
	expect "packets of all flows" "$packets" \
		"$(jq -s '[.[] | select(.event == "flow").data.packets] | add' "$TMP/out")"
	expect "bytes of all flows" \
		"$(jq -s '[.[] | select(.event == "packet").data.length] | add' "$TMP/out")" \
		"$(jq -s '[.[] | select(.event == "flow").data.bytes] | add' "$TMP/out")"
	expect "packets counted at last" "$packets" "$(jq -s '[.[] | select(.event == "counter")] |
		group_by(.data.proto) | map(.[-1].data.packets) | add' "$TMP/out")"
done

# What is told is chosen in the kernel.
host_start --plugin xdp --set iface=eth --set show=packets \
	--set 'match=proto == "icmp" && saddr in 10.9.0.2/32 && echo_seq > 2'
pings 5
pings 1 fd00:9::1
host_stop
expect "matched" "3 4 5" "$(jq -r .data.echo_seq "$TMP/out" | words)"
expect "produced" 3 "$(stat_of produced)"
check_ledger
check_clean

# Where a packet came in is known as well, where it is asked for, in match and in drop.
# expect_told NUMBER CONDITION: so many of 2 pings
expect_told() {
	host_start --plugin xdp --set iface=eth --set show=packets --set "match=$2"
	pings 2
	host_stop
	expect "$2" "$1" "$(count '.data.icmp_type == 8')"
}
expect_told 2 'iface == "eth"'
expect_told 0 'iface != "eth"'
expect_told 2 'queue == 0 && iface ~ "et*"'
expect_told 0 'queue > 0'
host_start --plugin xdp --set iface=eth --set show=drops --set 'drop=iface ~ "eth" && queue == 0 && echo_seq == 1'
there ping -q -n -c 2 -i 0.02 -W 0.2 10.9.0.1 >"$TMP/ping"
host_stop
grep -q ' 1 received' "$TMP/ping" || fail "ping: $(cat "$TMP/ping")"
expect "dropped" 1 "$(jq -r .data.echo_seq "$TMP/out" | words)"
check_clean
