# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# Networks for tests: two namespaces of the test's own, here and there, with a veth pair between them:
# interface "eth" in each. The host runs in the one called here. Source behind lib.sh.
#
#	net_up            makes them: 10.9.0.1 and fd00:9::1 here, .2 and ::2 there, no other traffic
#	here COMMAND...   runs a command in the namespace of the host
#	there COMMAND...  runs it on the other side
#
# A test that defines a function cleanup calls net_down in it.

NET_HERE=bpfhost-$$-here
NET_THERE=bpfhost-$$-there
HOST_IN=$NET_HERE

here() {
	ip netns exec "$NET_HERE" "$@"
}

there() {
	ip netns exec "$NET_THERE" "$@"
}

net_down() {
	ip netns del "$NET_HERE"
	ip netns del "$NET_THERE"
} 2>/dev/null

# Those of tests that were killed.
net_sweep() {
	local name pid

	ip netns list | while read -r name _; do
		[[ $name =~ ^bpfhost-([0-9]+)-(here|there)$ ]] || continue
		pid=${BASH_REMATCH[1]}
		[ -d "/proc/$pid" ] || ip netns del "$name"
	done
}

# No neighbour or router discovery of the kernel's own: what comes in is what the test sends.
net_quiet() {
	ip netns exec "$1" sysctl -q -w net.ipv6.conf.all.accept_dad=0 \
		net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.router_solicitations=0 \
		net.ipv6.conf.default.addr_gen_mode=1 net.ipv6.conf.default.mldv2_unsolicited_report_interval=0
}

net_address() {
	ip -n "$1" addr add "10.9.0.$2/24" dev eth
	ip -n "$1" addr add "fd00:9::$2/64" dev eth nodad
	ip -n "$1" link set lo up
	ip -n "$1" link set eth up
}

net_up() {
	need_program ip
	ip netns list >/dev/null 2>&1 || skip "network namespaces are missing"
	net_sweep
	if ! ip netns add "$NET_HERE" || ! ip netns add "$NET_THERE"; then
		skip "no network namespace can be made (CAP_SYS_ADMIN)"
	fi
	net_quiet "$NET_HERE"
	net_quiet "$NET_THERE"
	ip -n "$NET_HERE" link add eth type veth peer name eth netns "$NET_THERE" ||
		skip "this kernel has no veth interfaces"
	net_address "$NET_HERE" 1
	net_address "$NET_THERE" 2
}

[ "$(type -t cleanup)" = function ] || cleanup() {
	net_down
}

# on_interface [NAME]: the id of the XDP program on it, nothing where there is none
on_interface() {
	ip -n "$NET_HERE" -d -j link show "${1:-eth}" | jq -r '.[0].xdp.prog.id // empty'
}
