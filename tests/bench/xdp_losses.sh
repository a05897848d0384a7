#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# How many packets of a known number are in the files of xdpdump, of a capture by bpfhost, and of tcpdump: one after
# the other, each as it is without options for its buffers, on a veth pair between two network namespaces of its own.
# Packets are of 60 bytes, once so many a second and once as fast as they go; files are counted by tcpdump -r.
#
#   BUILD_DIR=build/debug tests/bench/xdp_losses.sh [PACKETS [A-SECOND]]
#   ./dev kernels 6.12 -- '"$SOURCE_DIR/tests/bench/xdp_losses.sh" 100000'
#
# xdpdump (Debian's xdp-tools) raises its limit of locked memory, which takes CAP_SYS_RESOURCE, and watches a program
# of its own by a trace program. Where it does not start, that is said, and the others are measured.
set -euo pipefail
packets=${1:-20000} rate=${2:-2000}
: "${BUILD_DIR:?}"
inside=bpfhost-$$-here outside=bpfhost-$$-there
folder=$(mktemp -d "${TMPDIR:-/var/tmp}/bpfhost-losses.XXXXXX")
tracer=''

finish() {
	[[ ! $tracer ]] || kill -KILL -- "-$tracer" 2>/dev/null || true
	ip netns del "$inside" 2>/dev/null || true
	ip netns del "$outside" 2>/dev/null || true
	rm -rf "$folder"
}
trap finish EXIT

ip netns add "$inside"
ip netns add "$outside"
ip -n "$inside" link add eth type veth peer name eth netns "$outside"
ip -n "$inside" link set eth up
ip -n "$outside" link set eth up

# What it says once it is there stands in $ready, what it says at the end in $last.
tool_set() {
	case $1 in
	xdpdump)
		command=(xdpdump -i eth --load-xdp-program -w "$folder/file")
		ready='^listening on eth, ingress XDP program' last='packets captured\|dropped by perf ring'
		;;
	bpfhost)
		command=("$BUILD_DIR/bpfhost" --plugin-dir "$BUILD_DIR/plugins" --trust "$BUILD_DIR/plugins"
			--plugin xdp --set iface=eth --set mode=native --set "write=$folder/file")
		ready=': attached 1 of 1' last='captured [0-9]* packets'
		;;
	tcpdump)
		command=(tcpdump -i eth -n -w "$folder/file")
		ready='^tcpdump: listening on' last='packets captured\|received by filter\|dropped by kernel'
		;;
	esac
}

# start TOOL: fails where it ends instead
start() {
	local tries=3000

	tool_set "$1"
	rm -f "$folder/file"
	# nsenter, for ip netns exec hides the BPF file system in which xdpdump's library pins its programs.
	env --default-signal=INT setsid nsenter "--net=/run/netns/$inside" "${command[@]}" >"$folder/log" 2>&1 </dev/null &
	tracer=$!
	until grep -q "$ready" "$folder/log"; do
		((tries--)) && [[ -d /proc/$tracer ]] || return 1
		sleep 0.02
	done
}

# In the file nothing is counted that the sender did not send.
held() {
	tcpdump -n -r "$folder/file" 'udp dst port 9' 2>/dev/null | wc -l
}

# measure TOOL PACKETS A-SECOND
measure() {
	local sent text

	if ! start "$1"; then
		kill -KILL -- "-$tracer" 2>/dev/null || true
		tracer=''
		echo "$1 does not start: $(tail -n 3 "$folder/log" | paste -s -d ' ')"
		return
	fi
	sent=$(ip netns exec "$outside" "$BUILD_DIR/targets/packets" eth "$2" 1 60 "$3")
	sleep 2
	kill -INT "$tracer"
	wait "$tracer" || true
	tracer=''
	text=$(grep -o ".*\($last\).*" "$folder/log" | paste -s -d ' ')
	awk -v tool="$1" -v sent="$(sed -n 's/^sent //p' <<<"$sent")" -v ns="$(sed -n 's/^ns //p' <<<"$sent")" \
		-v held="$(held)" -v text="$text" 'BEGIN { printf "%-8s sent %d at %d/s, in the file %d, missing %d (%.1f %%); it says: %s\n",
			tool, sent, sent * 1e9 / ns, held, sent - held, (sent - held) * 100 / sent, text }'
}

echo "Linux $(uname -r), $(nproc) CPUs; $(xdpdump --version 2>&1 | head -n 1); $(tcpdump --version 2>&1 | head -n 1)"
for a_second in "$rate" 0; do
	for tool in xdpdump bpfhost tcpdump; do measure $tool "$packets" "$a_second"; done
done
