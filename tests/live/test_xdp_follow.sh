#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Interfaces that vanish, appear, come back, and change their names while the xdp plugin runs.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"
PLUGIN=xdp
need_kernel
need_program ping
net_up

logs() {
	wait_until 10 grep -Fq -- "$1" "$TMP/log" || fail "the log does not say '$1'"
}

silent() {
	! grep -Fq -- "$1" "$TMP/log" || fail "the log says '$1'"
}

capabilities() {
	local pid

	for pid in $(workers); do
		awk '/^CapEff/ { print $2 }' "/proc/$pid/status"
	done
}

# pair NAME [NET]: an interface with an address here, 10.NET.0.1, and its peer there
pair() {
	ip -n "$NET_HERE" link add "$1" type veth peer name "p$1" netns "$NET_THERE"
	ip -n "$NET_HERE" addr add "10.${2:-10}.0.1/24" dev "$1"
	ip -n "$NET_HERE" link set "$1" up
	ip -n "$NET_THERE" addr add "10.${2:-10}.0.2/24" dev "p$1"
	ip -n "$NET_THERE" link set "p$1" up
}

# Before Linux 6.2 only an interface that is down takes another name.
rename() {
	ip -n "$NET_HERE" link set "$1" down
	ip -n "$NET_HERE" link set "$1" name "$2" || fail "no other name for $1"
	ip -n "$NET_HERE" link set "$2" up
}

unpair() {
	ip -n "$NET_HERE" link del "$1"
}

pings() {
	there ping -q -n -c "$1" -i 0.02 "10.$2.0.1" >"$TMP/ping" || fail "$(cat "$TMP/ping")"
}

requests() {
	count ".event == \"packet\" and .data.icmp_type == 8 and .data.iface == \"$1\""
}

with_program() {
	ip -n "$NET_HERE" -d -j link | jq '[.[] | select(.xdp.prog.id)] | length'
}

# ---- a glob is followed by default
pair va 11
host_start --plugin xdp --set 'iface=v*' --set show=packets --set show=counters \
	--set interval=200ms
[ "$(capabilities)" != 0000000000000000 ] || fail "it cannot attach any more"
pings 2 11
pair vb 12
logs "vb: attached in native mode"
pings 3 12
unpair va
logs "va is gone; what was counted on it stays"
rename vb other
logs "vb is called other now"
pings 4 12
pair va 13
wait_for_number 5 2 grep -c 'va: attached in native mode' "$TMP/log" || fail "va is not followed"
pings 5 13
ip -n "$NET_HERE" link add unwanted type veth peer name w
sleep 0.1
expect "interfaces with a program" 2 "$(with_program)"
# What leaves for another network namespace is not taken along.
ip -n "$NET_HERE" link set va netns "$NET_THERE"
logs "va is gone; what was counted on it stays"
wait_for_number 5 1 with_program || fail "more than one has a program"
expect "a program that moved" 0 "$(ip -n "$NET_THERE" -d -j link | jq '[.[] | select(.xdp.prog.id)] | length')"
ip -n "$NET_THERE" link set va netns "$NET_HERE"
wait_for_number 5 3 grep -c 'va: attached in native mode' "$TMP/log" || fail "it did not come back"
host_stop
expect "exit status" 0 "$STATUS"
check_ledger
check_lost
check_clean
expect "pings of va" 7 "$(requests va)"
expect "pings of vb" 3 "$(requests vb)"
expect "pings of other" 4 "$(requests other)"
expect "whether va's total was told before it was gone" true "$(jq -s 'any(.[]; .event == "counter" and
	.data.iface == "va" and .data.proto == "icmp" and .data.packets == 2)' "$TMP/out")"
silent unwanted
ip -n "$NET_HERE" link del other
ip -n "$NET_HERE" link del va
ip -n "$NET_HERE" link del unwanted

# ---- a name is not, and the log says how it would be
pair va 11
host_start --plugin xdp --set iface=va --set iface=eth
expect "capabilities" 0000000000000000 "$(capabilities)"
unpair va
logs "va is gone; what was counted on it stays, and it is not followed (see follow)"
pair va 11
logs "va appeared; it is not followed (follow=yes would)"
expect "interfaces with a program" 1 "$(with_program)"
host_stop
check_clean

host_start --plugin xdp --set 'iface=v*' --set follow=no
expect "capabilities" 0000000000000000 "$(capabilities)"
pair vc 12
logs "vc appeared; it is not followed (follow=yes would)"
host_stop
check_clean
unpair va
unpair vc

# ---- unless it is asked for, even where there is nothing yet
host_spawn --plugin xdp --set iface=va --set 'iface=w*' --set follow=yes --set show=packets
logs "va is not there yet; it is attached to when it appears"
logs "w* is not there yet"
sleep 0.2
[ -d "/proc/$HOST_PID" ] || fail "it ended"
pair va 11
logs "va: attached in native mode"
pings 3 11
BPF_IDS=$(bpf_ids)
unpair va
logs "va is gone"
pair va 11
wait_for_number 5 2 grep -c 'va: attached in native mode' "$TMP/log" || fail "va is not followed"
pings 2 11
# A worker that dies takes all with it, and the next one finds what there is by then.
pair wa 14
logs "wa: attached in native mode"
kill -KILL "$(workers)"
wait_for_number 10 2 grep -c 'wa: attached in native mode' "$TMP/log" || fail "no restart"
expect "interfaces with a program" 2 "$(with_program)"
pings 2 14
host_stop
expect "pings" 5 "$(requests va)"
expect "with a program" 0 "$(with_program)"
check_ledger
check_clean
unpair va
unpair wa
