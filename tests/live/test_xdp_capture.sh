#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Packets in a capture file are those that came, whole, with their times, and no loss is hidden.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"
# shellcheck source=tests/live/capture.sh
. "$(dirname "$0")/capture.sh"
need_program tcpdump
net_up
net_static
FILE=$TMP/one.pcapng

# Runs a command while the worker reads nothing.
unread() {
	local worker

	worker=$(workers)
	kill -STOP "$worker"
	"$@"
	kill -CONT "$worker"
}

stopped() {
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger
	check_clean
}

# What ping sends, beside tcpdump on the side that sends it.
there tcpdump -q -n -U --immediate-mode --time-stamp-precision=nano -i eth -w "$TMP/peer.pcap" \
	'icmp[icmptype] == icmp-echo' 2>"$TMP/tcpdump" &
tcpdump=$!
wait_until 5 grep -q 'listening on' "$TMP/tcpdump" || fail "tcpdump does not start"
for mode in native generic; do
	host_start --plugin xdp --set iface=eth --set mode=$mode --set "write=$FILE"
	there ping -q -n -c 5 -i 0.02 -s 100 10.9.0.1 >/dev/null || fail "ping"
	stopped
	expect "events" "" "$(events)"
	expect "taken" 5 "$(stat_of filtered)"
	expect "mode of the file" 600 "$(stat -c %a "$FILE")"
	expect "packets" 5 "$(packets "$FILE")"
	expect "told" 1 "$(grep -c "captured 5 packets, 710 bytes of them, in $FILE; lost in the ring: 0, not written: 0" "$TMP/log")"
	for seq in 1 2 3 4 5; do
		printf '%s eth 0 %s 2 142 142 8 10.9.0.2 0x00000001\n' $seq $seq
	done >"$TMP/wanted"
	fields "$FILE" -E separator=/s -e icmp.seq -e frame.interface_name \
		-e frame.interface_queue -e frame.packet_id -e frame.verdict.ebpf_xdp \
		-e frame.len -e frame.cap_len -e icmp.type -e ip.src -e frame.packet_flags \
		-e icmp.ident -e frame.time_epoch -e frame.drop_count >"$TMP/found"
	cut -d ' ' -f 1-10 "$TMP/found" | diff "$TMP/wanted" - || fail "fields"
	expect "gaps" "" "$(cut -d ' ' -f 13 "$TMP/found" | tr -d '\n')"
	awk '{ print $11, $1, $12 }' "$TMP/found" >"$TMP/ours"
	wait_until 2 test "$(($(stat -c %s "$TMP/peer.pcap") > 0))" = 1
	fields "$TMP/peer.pcap" -e icmp.ident -e icmp.seq -e frame.time_epoch >"$TMP/theirs"
	awk -v slow="$SLOW" 'NR == FNR { there[$1, $2] = $3; next }
		{ n++; d = $3 - there[$1, $2]; if (d < -0.002 || d > 0.005 * slow) bad = d }
		END { if (bad || n != 5) { print n, bad; exit 1 } }' "$TMP/theirs" "$TMP/ours" ||
		fail "times differ from those of tcpdump"
done
kill "$tcpdump"
wait "$tcpdump" 2>/dev/null

# Bytes kept, the packets that match, and events beside the capture.
host_start --plugin xdp --set iface=eth --set "write=$FILE" --set snaplen=50 \
	--set 'match=proto == "icmp" && length == 142' --set show=packets
there ping -q -n -c 5 -i 0.02 -s 100 10.9.0.1 >/dev/null || fail "ping"
there ping -q -n -c 3 -i 0.02 -s 200 10.9.0.1 >/dev/null || fail "ping"
stopped
expect "events" 5 "$(count '.event == "packet"')"
expect "produced" 10 "$(stat_of produced)"
expect "delivered" 5 "$(stat_of delivered)"
expect "lengths" "142 50" "$(fields "$FILE" -e frame.len -e frame.cap_len | sort -u | tr '\t' ' ')"
expect "packets" 5 "$(packets "$FILE")"
expect "the match" 1 "$(strings -n 8 "$FILE" | grep -c '^proto == "icmp" && length == 142')"
expect "came in" 8 "$(statistic "$FILE" ifrecv)"
expect "matched" 5 "$(statistic "$FILE" filteraccept)"
expect "written" 5 "$(statistic "$FILE" usrdeliv)"

# What is dropped is captured as well, with its verdict; tcpdump's language, and nothing else that asks what is
# in a packet.
host_start --plugin xdp --set iface=eth --set "write=$FILE" --set 'drop=echo_seq <= 2'
there ping -q -n -c 5 -i 0.02 -W 0.2 10.9.0.1 >"$TMP/ping"
stopped
expect "replies" 3 "$(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$TMP/ping")"
expect "verdicts" "1:1 2:1 3:2 4:2 5:2" \
	"$(fields "$FILE" -E separator=: -e icmp.seq -e frame.verdict.ebpf_xdp | words)"
host_start --plugin xdp --set iface=eth --set "write=$FILE" --set 'pcap=icmp[6:2] > 2 and len == 98'
there ping -q -n -c 5 -i 0.02 10.9.0.1 >/dev/null || fail "ping"
stopped
expect "packets of tcpdump's filter" "3 4 5" "$(fields "$FILE" -e icmp.seq | words)"
expect "tcpdump's filter" "icmp[6:2] > 2 and len == 98" \
	"$(capinfos -I "$FILE" | sed -n 's/ *Filter string = //p')"

# Many, with room for all, and with hardly any: a reader that does not come makes sure that it is too little.
for ring in 64MiB 64KiB; do
	host_start --plugin xdp --set iface=eth --set "write=$FILE" --set 'match=dport == 9' \
		--ring-size $ring
	if [ $ring = 64MiB ]; then
		send 100000
	else
		unread send 50000
		send 50000
	fi
	sleep 0.05
	send 1 22
	stopped
	lost=$(stat_of lost_ring)
	expect "produced" 100001 "$(stat_of produced)"
	expect "packets" $((100001 - lost)) "$(packets "$FILE")"
	expect "lost, by the file" "$lost" "$(statistic "$FILE" osdrop)"
	expect "matched, by the file" 100001 "$(statistic "$FILE" filteraccept)"
	expect "written, by the file" $((100001 - lost)) "$(statistic "$FILE" usrdeliv)"
	note "ring of $ring: $lost of 100001 lost"
	if [ $ring = 64MiB ]; then
		[ "$lost" = 0 ] || fail "lost $lost in a ring that holds all"
		expect "different packets" 100001 \
			"$(fields "$FILE" -e udp.payload | sort -u | wc -l)"
	else
		[ "$lost" -gt 0 ] || fail "nothing lost in a ring that holds nothing"
	fi
done

# Gaps are where packets are missing: one CPU, so that the last packet tells of all.
host_start --plugin xdp --set iface=eth --set "write=$FILE" --set 'match=dport == 9' --ring-size 4KiB
export -f send there fail
unread taskset -c 0 bash -c "$(declare -p NET_THERE TMP); send 10000"
taskset -c 0 bash -c "$(declare -p NET_THERE TMP); send 10000; sleep 0.05; send 1 22"
stopped
lost=$(stat_of lost_ring)
[ "$lost" -gt 0 ] || fail "nothing lost in a ring of 4 KiB"
expect "sum of the gaps" "$lost" "$(sum_of "$FILE" frame.drop_count)"
fields "$FILE" -e udp.payload -e frame.drop_count | python3 -c 'import sys
last = -1
for line in list(sys.stdin)[:-1]:
    data, gap = line.rstrip("\n").split("\t")
    here = int(data[:8], 16)
    assert here == (last + 1 + int(gap or 0)) % 10000, (last, here, gap)
    last = here' || fail "a gap is at a wrong place"

# Jumbo frames come in pieces.
ip -n "$NET_HERE" link set eth mtu 8901
ip -n "$NET_THERE" link set eth mtu 8901
host_start --plugin xdp --set iface=eth --set mode=native --set "write=$FILE" \
	--set 'match=dport == 9'
there python3 -c 'import random, socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(random.Random(1).randbytes(8873), ("10.9.0.1", 9))'
stopped
python3 -c 'import random; print(8915, 8915, random.Random(1).randbytes(8873).hex())' >"$TMP/wanted"
fields "$FILE" -E separator=/s -e frame.len -e frame.cap_len -e udp.payload | cmp - "$TMP/wanted" ||
	fail "the jumbo frame is not what was sent"
