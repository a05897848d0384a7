#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# validate attaches for real, but xdp that is told nothing touches no interface of the network that it is started in:
# there the one of the default route is taken by another program, which shows whoever wants it.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"

cleanup() {
	net_down
	umount "$TMP/bpf"
} 2>/dev/null

need_kernel
net_up
ip -n "$NET_HERE" route add default via 10.9.0.2
mkdir "$TMP/bpf"
mount -t bpf bpf "$TMP/bpf" || skip "no BPF file system can be mounted (CAP_SYS_ADMIN)"
bpftool prog load "$LIVE_DIR/xdp_other.bpf.o" "$TMP/bpf/other" || fail "bpftool prog load"
nsenter "--net=/run/netns/$NET_HERE" bpftool net attach xdp pinned "$TMP/bpf/other" dev eth || fail "bpftool net attach"

# valid STATUS ARGUMENT...: what validate says of xdp
valid() {
	nsenter "--net=/run/netns/$NET_HERE" "$BPFHOST" validate "$PLUGIN_DIR/xdp.so" --trust "$PLUGIN_DIR" \
		--call-limit $((20 * SLOW))s "${@:2}" >"$TMP/valid" 2>&1
	expect "exit status of validate" "$1" $?
}

valid 1 --set iface=eth
grep -q ": error: live: lives often: .* is occupied by program .* 'xdp_other'" "$TMP/valid" ||
	fail "eth is free: $(cat "$TMP/valid")"
valid 0
grep -q ': ok: live: lives often$' "$TMP/valid" || fail "nothing was tried for real: $(cat "$TMP/valid")"
grep -q ' checks, 0 errors, 0 warnings$' "$TMP/valid" || fail "validate: $(cat "$TMP/valid")"
