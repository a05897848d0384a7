#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Packets of all kinds, on an interface of the test's own: the corpus of tests/unit/data/xdp sent as it is,
# pings in pieces and through whatever tunnels this kernel has. What the plugin tells must be as many, and
# of the same kinds, as tcpdump saw leave on the other side and tshark reads in that.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"
PLUGIN=xdp
CORPUS=$SOURCE_DIR/tests/unit/data/xdp
DUMP_PID=
need_kernel
for program in ping tcpdump tshark python3 ethtool; do
	need_program $program
done
net_up
# What a card would do later is done before the packet leaves, tags of VLANs included.
there ethtool -K eth tx off tso off gso off txvlan off >/dev/null 2>&1
there ethtool -K eth tx-vlan-stag-hw-insert off >/dev/null 2>&1 # of 802.1ad, which txvlan is not

# neighbour NAMESPACE SIDE MAC: known for good, for the packets of the corpus tell otherwise
neighbour() {
	ip -n "$1" neigh replace "10.9.0.$2" lladdr "$3" nud permanent dev eth
	ip -n "$1" neigh replace "fd00:9::$2" lladdr "$3" nud permanent dev eth
}

mac() {
	ip -n "$1" -j link show eth | jq -r '.[0].address'
}

neighbour "$NET_HERE" 2 "$(mac "$NET_THERE")"
neighbour "$NET_THERE" 1 "$(mac "$NET_HERE")"

cleanup() {
	[ -z "$DUMP_PID" ] || kill "$DUMP_PID"
	net_down
}

# dump_start FILE: what leaves on the other side
dump_start() {
	ip netns exec "$NET_THERE" tcpdump -Z root -n -q -U --immediate-mode -Q out -i eth -w "$1" \
		2>"$TMP/dump" &
	DUMP_PID=$!
	wait_until 5 grep -q 'listening on' "$TMP/dump" || fail "tcpdump: $(cat "$TMP/dump")"
}

# With the last packets under way, both would not end at the same one.
dump_stop() {
	sleep 0.3
	kill -INT $DUMP_PID
	wait $DUMP_PID
	DUMP_PID=
}

# replay FILE: sends the packets of a pcap, byte by byte
replay() {
	there python3 -c 'import socket, struct, sys
data, at = open(sys.argv[1], "rb").read(), 24
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind(("eth", 0))
while at < len(data):
    size = struct.unpack_from("<I", data, at + 8)[0]
    link.send(data[at + 16:at + 16 + size])
    at += 16 + size' "$1" || fail "the packets of $1 cannot be sent"
}

# device NAME ARGUMENT...: a tunnel between 192.168.NUMBER.1 and .2, pinged through; or a note
device() {
	local name=$1 number=$2 side

	for side in 1 2; do
		local net=$NET_HERE
		[ $side = 1 ] || net=$NET_THERE
		# shellcheck disable=SC2046
		if ! ip -n "$net" link add name "$name" $(sed "s/LOCAL/$side/g; s/PEER/$((3 - side))/g" \
			<<<"${*:3}") 2>/dev/null; then
			note "this kernel has no device of the type in '${*:3}'"
			return
		fi
		ip -n "$net" addr add "192.168.$number.$side/24" dev "$name"
		ip -n "$net" link set "$name" up
	done
	there ping -q -n -c 2 -i 0.02 "192.168.$number.1" >"$TMP/ping" ||
		fail "ping through $name: $(cat "$TMP/ping")"
}

no_devices() {
	local name

	for name in vx vl qi gr gt ii si; do
		ip -n "$NET_HERE" link del $name
		ip -n "$NET_THERE" link del $name
	done 2>/dev/null
}

send_all() {
	there ping -q -n -c 2 -i 0.02 -s 4000 10.9.0.1 >/dev/null || fail "ping in pieces"
	there ping -q -n -c 2 -i 0.02 -s 4000 fd00:9::1 >/dev/null || fail "ping in pieces by IPv6"
	there ping -q -n -c 1 -R 10.9.0.1 >/dev/null || fail "ping with options"
	device vx 31 type vxlan id 31 dstport 4789 local 10.9.0.LOCAL remote 10.9.0.PEER
	device vl 32 link eth type vlan id 32
	device qi 33 link eth type vlan proto 802.1ad id 33
	device gr 34 type gre local 10.9.0.LOCAL remote 10.9.0.PEER key 34
	device gt 35 type gretap local 10.9.0.LOCAL remote 10.9.0.PEER
	device ii 36 type ipip local 10.9.0.LOCAL remote 10.9.0.PEER
	replay "$CORPUS/made.pcap"
	replay "$CORPUS/real.pcap"
	no_devices
}

# The kinds that are compared, tshark's filter beside jq's; tshark takes them all at once, apart by commas.
KINDS=() TSHARK='' JQ=''
kind() {
	KINDS+=("$1")
	TSHARK+=,$2
	JQ+=", (map(select($3)) | length)"
}

kind "packets" frame true
kind "long ones" "frame.len > 1000" '.length > 1000'
kind "VLAN 5" "vlan.id == 5" '.vlan == 5'
kind "VLANs" "(vlan || ieee8021ad) && !vxlan" '.vlan != null'
kind "double VLANs" "(vlan.id == 7 || vlan.id == 8 || vlan.id == 9) && !vxlan" '.inner_vlan != null'
kind "ARP" "arp && !vxlan && !gre" '.proto == "arp"'
kind "fragments" "ip.flags.mf == 1 || ip.frag_offset > 0 || ipv6.fraghdr" '.fragment_offset != null'
kind "IPv4 options" "ip.hdr_len > 20" '.extensions | tostring | contains("options")'
kind "VXLAN" "vxlan" '.tunnel == "vxlan"'
kind "VNI 31" "vxlan.vni == 31" '.vni == 31'
kind "GRE" "gre" '.tunnel == "gre"'
kind "GRE's keys" "gre.key" '.gre_key != null'
kind "IP in IP" "ip.proto == 4 || ip.proto == 41 || ipv6.nxt == 4 || ipv6.nxt == 41 || ipv6.dstopts.nxt == 41" \
	'.tunnel == "ipip"'
kind "SYN" "tcp.flags.syn == 1 && tcp.dstport == 443" \
	'.dport == 443 and (.tcp_flags | tostring | contains("syn"))'
kind "echo requests" "icmp.type == 8 && !vxlan && !gre && !(ip.proto == 4)" '.icmp_type == 8 and .proto == "icmp"'
kind "SCTP" "sctp" '.proto == "sctp"'

# One row of numbers, frames and bytes for each filter.
captured() {
	tshark -n -q -o ip.defragment:FALSE -o ipv6.defragment:FALSE -r "$TMP/out.pcap" \
		-z "io,stat,0$TSHARK" 2>/dev/null | awk -F '|' '/<>/ && NF > 4 {
			for (i = 3; i < NF; i += 2) print $i + 0 }'
}

said() {
	jq -s "[.[] | select(.event == \"packet\").data] | (0$JQ)" "$TMP/out" | sed 1d
}

compare_all() {
	local i wanted found

	mapfile -t wanted < <(captured)
	mapfile -t found < <(said)
	expect "kinds, by tshark" ${#KINDS[@]} ${#wanted[@]}
	[ "${wanted[0]}" -gt 90 ] || fail "tcpdump has ${wanted[0]} packets"
	for i in "${!KINDS[@]}"; do
		expect "${KINDS[i]}" "${wanted[i]}" "${found[i]}"
		[ "${wanted[i]}" -gt 0 ] || fail "there were no packets of the kind ${KINDS[i]}"
	done
}

for mode in native generic; do
	host_start --plugin xdp --set iface=eth --set mode=$mode --set show=packets
	dump_start "$TMP/out.pcap"
	send_all
	dump_stop
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger
	check_lost
	check_clean
	check_json
	compare_all
	expect "errors" 0 "$(count '.data.error != null')"
done

# What is damaged is named, in events and in the log.
host_start --plugin xdp --set iface=eth --set show=packets --set match=error
replay "$CORPUS/damaged.pcap"
sleep 0.3
host_stop
expect "damaged" "$(sed -n 's/^damaged.pcap [0-9]* //p' "$CORPUS/errors.txt" | words)" \
	"$(jq -r 'select(.event == "packet").data.error' "$TMP/out" | words)"
expect "the first packet" 1 "$(grep -c 'xdp: eth: first packet, on queue 0' "$TMP/log")"
written=$(grep -c 'xdp: eth: [a-z0-9_]*, [0-9]* bytes from 02:00:00:00:00:01' "$TMP/log")
left_out=$(sed -n 's/.*xdp: \([0-9]*\) packets with errors were not told of.*/\1/p' "$TMP/log" |
	jq -s 'add // 0')
expect "lines of the log, written and left out" "$(count)" $((written + left_out))
expect_between "lines of the log" 10 34 "$written"
check_ledger
check_clean
