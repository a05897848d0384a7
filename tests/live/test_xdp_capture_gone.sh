#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A capture over interfaces that come and go: what was counted of them makes room for others, and where there is
# none, the packets that are missing are told.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"
# shellcheck source=tests/live/capture.sh
. "$(dirname "$0")/capture.sh"
net_up
net_static
FILE=$TMP/gone.pcapng

# The map of the run in which packets are counted by interface.
sums_map() {
	local kind id

	while read -r kind id; do
		[ "$kind" != map ] ||
			bpftool -j map show id "$id" | jq -r 'select(.name == "xdp_capture_sum").id'
	done <<<"$BPF_IDS"
}

counted() {
	bpftool -j map dump id "$1" | jq length
}

# pings_on NAME NUMBER: a pair of interfaces comes, is pinged through, and goes
pings_on() {
	ip -n "$NET_HERE" link add "$1" type veth peer name "$1" netns "$NET_THERE"
	ip -n "$NET_HERE" addr add 10.8.0.1/24 dev "$1"
	ip -n "$NET_THERE" addr add 10.8.0.2/24 dev "$1"
	ip -n "$NET_THERE" link set "$1" up
	ip -n "$NET_HERE" link set "$1" up
	wait_until 5 grep -q "$1: attached in" "$TMP/log" || fail "$1 is not followed"
	there ping -q -n -c "$2" -i 0.02 10.8.0.1 >/dev/null || fail "ping through $1"
	ip -n "$NET_HERE" link del "$1"
	wait_until 5 grep -q "$1 is gone" "$TMP/log" || fail "the end of $1 is not told"
}

host_start --plugin xdp --set 'iface=e*' --set "write=$FILE" --set 'match=icmp_type == 8'
map=$(sums_map)
there ping -q -n -c 2 -i 0.02 10.9.0.1 >/dev/null || fail "ping"
pings_on e1 3
pings_on e2 4
expect "interfaces that are counted" 3 "$(counted "$map")"
wait_for_number 8 1 counted "$map" || fail "the counts of interfaces that are gone stay"
there ping -q -n -c 1 10.9.0.1 >/dev/null || fail "ping"
# Away and back, with the same number.
ip -n "$NET_HERE" link add e3 type veth peer name peer
wait_until 5 grep -q 'e3: attached in' "$TMP/log" || fail "e3 is not followed"
ip -n "$NET_HERE" link set e3 netns "$NET_THERE"
wait_until 5 grep -q 'e3 is gone' "$TMP/log" || fail "the end of e3 is not told"
ip -n "$NET_THERE" link set e3 netns "$NET_HERE"
wait_for_number 5 2 grep -c 'e3: attached in' "$TMP/log" || fail "e3 is not followed again"
host_stop
expect "exit status" 0 "$STATUS"
check_ledger
check_clean
expect "packets" "2 eth 3 e1 4 e2 1 eth" \
	"$(fields "$FILE" -e frame.interface_name | uniq -c | awk '{ print $1, $2 }' | words)"

# No room for one more: 1024 that are none.
host_start --plugin xdp --set iface=eth --set "write=$FILE" --set 'match=icmp_type == 8'
python3 -c 'import struct, sys
for index in range(100000, 101024):
    key = " ".join("%02x" % byte for byte in struct.pack("=I", index))
    print("map update id", sys.argv[1], "key hex", key, "value hex", " ".join(["00"] * 24))' \
	"$(sums_map)" >"$TMP/batch"
bpftool batch file "$TMP/batch" >/dev/null || fail "the map is not filled"
there ping -q -n -c 5 -i 0.02 10.9.0.1 >/dev/null || fail "ping"
host_stop
expect "exit status" 1 "$STATUS"
check_ledger
check_clean
expect "packets" 0 "$(packets "$FILE")"
# In as many lines as the pings took looks at the count.
expect "packets told as missing" 5 "$(sed -n \
	's/.* failed to capture \([0-9]*\) packets: they came in on too many interfaces$/\1/p' "$TMP/log" |
	awk '{ sum += $1 } END { print sum + 0 }')"
grep -q 'captured 0 packets.*not written: 5' "$TMP/log" || fail "what is missing is not summed up"
