#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Which interfaces the xdp plugin chooses, in which mode it comes onto them, and what it says where it does not.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"
PLUGIN=xdp
need_kernel
need_program ping
net_up

link() {
	ip -n "$NET_HERE" link "$@" || fail "ip link $*"
}

# The mode as iproute2 sees it: xdp native, xdpgeneric, nothing.
mode_of() {
	ip -n "$NET_HERE" -d -j link show "$1" | jq -r '.[0].xdp.mode // 0' |
		sed 's/^1$/native/; s/^2$/generic/; s/^0$//'
}

logged() {
	grep -Fq -- "$1" "$TMP/log" || fail "the log does not say '$1'"
}

# refused MESSAGE ARGUMENT...: the run ends with 2, or 1 where nothing could be attached
refused() {
	local message=$1

	shift
	host_run --plugin xdp "$@"
	[ "$STATUS" != 0 ] || fail "exit status 0"
	logged "$message"
	check_clean
}

link add a1 type veth peer name b1
link add a2 type veth peer name b2
ip -n "$NET_HERE" link add dull type bridge 2>/dev/null || skip "this kernel has no bridges"
link set a1 up
link set a2 up
link set b1 up
link set b2 up
link set dull up

# ---- names: each once, in their order; what there is not is told, and the others go on
host_start --plugin xdp --set iface=eth --set 'iface=a*' --set iface=a1 --set iface=eht \
	--set iface=dull
expect "order" "eth a1 a2 dull" "$(sed -n 's/.* \([a-z0-9]*\): attached in .*/\1/p' "$TMP/log" | words)"
logged "failed to attach eht: there is no such interface; did you mean eth? There are: "
expect "interfaces with a program" "a1 a2 dull eth" "$(ip -n "$NET_HERE" -d -j link |
	jq -r '.[] | select(.xdp.prog.id).ifname' | sort | words)"
expect "modes" "native native native generic" \
	"$(for i in eth a1 a2 dull; do mode_of $i; done | words)"
logged "dull: attached in generic mode (not native: the driver bridge has no native XDP)"
expect "links of bpftool" "xdp xdp xdp xdp" "$(sed -n 's/^link //p' <<<"$BPF_IDS" | while read -r id; do
	bpftool -j link show id "$id" | jq -r .type
done | words)"
host_stop
expect "exit status" 0 "$STATUS"
check_ledger
check_clean
expect "left" "" "$(ip -n "$NET_HERE" -d -j link | jq -r '.[] | select(.xdp.prog.id).ifname')"

# The place of the option is told, also of one that is found to be wrong only while attaching.
cat >"$TMP/bpfhost.conf" <<-END
	plugins = (
	  { plugin = "xdp";
	    iface = [ "eth",
	              "eht" ]; } );
END
host_start --config "$TMP/bpfhost.conf"
logged "warning: xdp: $TMP/bpfhost.conf:4: failed to attach eht: there is no such interface"
host_stop
check_clean
sed -i 's/"eth",//' "$TMP/bpfhost.conf"
host_run --config "$TMP/bpfhost.conf"
expect "exit status" 1 "$STATUS"
logged "error: xdp: $TMP/bpfhost.conf:4: failed to attach any of 1 probes: there is no such interface"
check_clean

refused "xdp: argument 13: failed to attach eht: there is no such interface; did you mean eth?" --set iface=eht
refused "failed to attach x*: no interface matches it; there are: " --set 'iface=x*'
refused "no interface can be called 'a/b'" --set iface=a/b
refused "'a1,a2' is one name; write iface=... once for each" --set iface=a1,a2
refused "there is no default route; name one with iface=NAME"

# ---- the default route, also one of IPv6 alone
for route in "10.9.0.2" "fd00:9::2"; do
	ip -n "$NET_HERE" route add default via "$route"
	host_start --plugin xdp
	logged "watching eth, the interface of the default route"
	for p in $(workers); do
		expect "capabilities" 0000000000000000 \
			"$(awk '/^CapEff/ { print $2 }' "/proc/$p/status")"
	done
	host_stop
	check_clean
	ip -n "$NET_HERE" route del default via "$route"
done

# ---- two instances, each with its own
host_start -n 2 --plugin xdp@one --set iface=eth --set show=packets --plugin xdp@two --set iface=a1 \
	--set show=packets
there ping -q -n -c 3 -i 0.02 10.9.0.1 >"$TMP/ping" || fail "$(cat "$TMP/ping")"
host_stop
expect "pings of one" 3 "$(count '.instance == "one" and .data.icmp_type == 8')"
expect "pings of two" 0 "$(count '.instance == "two" and .data.icmp_type == 8')"
check_ledger one
check_ledger two
check_clean

# ---- modes
refused "failed to attach dull: the driver bridge has no native XDP" --set iface=dull --set mode=native
refused "failed to load a program into the card of eth: the driver veth has no offloaded XDP" \
	--set iface=eth --set mode=offload
refused "with offload name one iface" --set iface=eth --set iface=a1 --set mode=offload
link add narrow numrxqueues 1 numtxqueues 1 type veth peer name wide numtxqueues 4
ip -n "$NET_HERE" link set narrow up
ip -n "$NET_HERE" link set wide up
host_start --plugin xdp --set iface=narrow
logged "narrow: attached in generic mode (not native: the driver veth has too few queues"
host_stop
check_clean

# A program that takes packets in fragments has no limit for the MTU.
link set eth mtu 8901
ip -n "$NET_THERE" link set eth mtu 8901
host_start --plugin xdp --set iface=eth --set mode=native --set show=packets
expect "mode" native "$(mode_of eth)"
there ping -q -n -c 3 -i 0.02 -s 8000 10.9.0.1 >"$TMP/ping" || fail "$(cat "$TMP/ping")"
host_stop
expect "packets of 8042 bytes" 3 "$(count '.data.length == 8042 and .data.icmp_type == 8')"
check_ledger
check_clean

# ---- an interface that is down and comes up again
host_start --plugin xdp --set iface=eth --set show=packets
link set eth down
wait_until 5 grep -q 'eth is down' "$TMP/log" || fail "it is not told that eth is down"
ip -n "$NET_HERE" link set eth up
wait_until 5 grep -q 'eth is up again' "$TMP/log" || fail "it is not told that eth is up"
there ping -q -n -c 3 -i 0.02 -W 5 10.9.0.1 >"$TMP/ping" || fail "$(cat "$TMP/ping")"
host_stop
expect "pings after that" 3 "$(count '.data.icmp_type == 8')"
check_ledger
check_clean

# ---- another network namespace, by its name and by a process in it
HOST_IN=
ip netns exec "$NET_HERE" sleep 60 &
sleeper=$!
for netns in "$NET_HERE" $sleeper; do
	host_start --plugin xdp --set "netns=$netns" --set iface=eth --set show=packets
	expect "mode" native "$(mode_of eth)"
	there ping -q -n -c 2 -i 0.02 10.9.0.1 >"$TMP/ping" || fail "$(cat "$TMP/ping")"
	host_stop
	expect "pings in $netns" 2 "$(count '.data.icmp_type == 8 and .data.iface == "eth"')"
	check_clean
done
refused "there is no network namespace '${NET_HERE}x' in /run/netns; did you mean '$NET_HERE'?" \
	--set "netns=${NET_HERE}x"
refused "there is no process 4194999" --set netns=4194999
refused "'../x' is neither the name" --set netns=../x
touch "/run/netns/bpfhost-$$-file"
host_run --plugin xdp --set "netns=bpfhost-$$-file"
rm "/run/netns/bpfhost-$$-file"
logged "failed to enter /run/netns/bpfhost-$$-file: it is no network namespace"
expect "exit status" 2 "$STATUS"

# ---- another name of an interface, and a rule that is none
ip -n "$NET_HERE" link property add dev eth altname enp5s0 || fail "ip link property"
host_start --plugin xdp --set "netns=$NET_HERE" --set iface=enp5s0
expect "mode" native "$(mode_of eth)"
logged "eth: attached in native mode"
host_stop
check_clean
refused "option drop: '' holds no rule" --set "netns=$NET_HERE" --set iface=eth --set drop=10.0.0.0/8 --set drop=

# ---- what could be attached to, and what would be
bpfhost() {
	"$BPFHOST" "$@" --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR"
}
bpfhost probes xdp --set "netns=$NET_HERE" >"$TMP/list" || fail "probes: $?"
expect "listed" "$(ip -n "$NET_HERE" -j link | jq -r '.[].ifname' | LC_ALL=C sort | words)" \
	"$(words <"$TMP/list")"
bpfhost probes xdp 'du*' -v --set "netns=$NET_HERE" >"$TMP/list"
expect "listed in full" \
	"dull     driver bridge, MTU 1500, queues 1 in and 1 out, up     no program" \
	"$(words <"$TMP/list")"
link add $'a\e[1mz' type veth peer name plain
bpfhost probes xdp 'a?*z' --set "netns=$NET_HERE" >"$TMP/list"
expect "a name that would write in bold" 'a\x1b[1mz' "$(cat "$TMP/list")"
bpfhost --plugin xdp --set "netns=$NET_HERE" --set iface=eth --set iface=dull --set mode=native \
	--dry-run >"$TMP/out" 2>"$TMP/log" || fail "dry run: $?"
grep -q "would attach program xdp_program to eth in native mode" "$TMP/out" "$TMP/log" ||
	fail "the dry run does not name eth"
kill $sleeper

# ---- nobody who may not
if setpriv --reuid 65534 --regid 65534 --clear-groups true 2>/dev/null; then
	HOST_IN=$NET_HERE
	setpriv --reuid 65534 --regid 65534 --clear-groups "$BPFHOST" --plugin-dir "$PLUGIN_DIR" \
		--trust "$PLUGIN_DIR" --plugin xdp --set iface=lo >"$TMP/out" 2>"$TMP/log"
	expect "exit status without root" 1 $?
	logged "CAP_BPF"
fi
