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
