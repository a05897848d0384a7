#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# How many packets of a known number are in the files of xdpdump, of a capture by bpfhost, and of tcpdump: one after
# the other, each as it is without options for its buffers, on a veth pair between two network namespaces of its own.
# Packets are of 60 bytes and come at the same pace for each of them, 64 at once, for what a program takes of the
# machine slows the sender down: as fast as they go would be slower for the one that works more. Where the sender did
# not keep the pace all the same, the line says so. A pace of 0 is as fast as they go. Files are counted by tcpdump -r.
#
#   BUILD_DIR=build/debug tests/bench/xdp_losses.sh [PACKETS [A-SECOND]...]
#   ./dev kernels 6.12 -- '"$SOURCE_DIR/tests/bench/xdp_losses.sh" 100000'
#
# xdpdump (Debian's xdp-tools) raises its limit of locked memory, which takes CAP_SYS_RESOURCE, and watches a program
# of its own by a trace program. Where it does not start, that is said, and the others are measured.
set -Eeuo pipefail
packets=${1:-20000} paces=("${@:2}")
((${#paces[@]})) || paces=(2000 4000 8000)
: "${BUILD_DIR:?}"
inside=bpfhost-$$-here outside=bpfhost-$$-there
folder=$(mktemp -d "${TMPDIR:-/var/tmp}/bpfhost-losses.XXXXXX")
tracer=''

die() {
	echo "losses: $*" >&2
	exit 1
}

# What has no word of its own.
trap 'echo "losses: failed in line $LINENO: $BASH_COMMAND" >&2' ERR

finish() {
	exec 2>/dev/null
	[[ ! $tracer ]] || kill -KILL -- "-$tracer" || true
	ip netns del "$inside" || true
	ip netns del "$outside" || true
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

# stop TOOL: as its user would
stop() {
	local tries=3000

	[[ -d /proc/$tracer ]] || die "$1 ended by itself: $(said)"
	kill -INT "$tracer"
	while [[ -d /proc/$tracer && $(ps -o stat= -p "$tracer") != Z* ]]; do
		((tries--)) || die "$1 did not end: $(said)"
		sleep 0.02
	done
	wait "$tracer" || true
	tracer=''
}

# The end of what it wrote, in one line.
said() {
	tail -n 3 "$folder/log" | paste -s -d ' '
}

# send PACKETS A-SECOND: what the sender says, in $folder/sent
send() {
	ip netns exec "$outside" "$BUILD_DIR/targets/packets" eth "$1" 1 60 "$2" >"$folder/sent" 2>"$folder/error" ||
		die "failed to send $1 packets, $2 a second: status $? $(<"$folder/error")"
}

# read_sent: what the sender said, as $sent and $ns
read_sent() {
	sent=$(sed -n 's/^sent //p' "$folder/sent") ns=$(sed -n 's/^ns //p' "$folder/sent")
	[[ $sent -gt 0 && $ns -gt 0 ]] || die "the sender does not say how many it sent in which time: $(<"$folder/sent")"
}

# read_file TOOL: how many it holds, as $held; nothing is counted that the sender did not send
read_file() {
	tcpdump -n -r "$folder/file" 'udp dst port 9' >"$folder/read" 2>"$folder/error" ||
		die "failed to read the file of $1: $(<"$folder/error")"
	held=$(wc -l <"$folder/read")
}

# measure TOOL PACKETS A-SECOND
measure() {
	local sent ns held text

	if ! start "$1"; then
		kill -KILL -- "-$tracer" 2>/dev/null || true
		tracer=''
		echo "$1 does not start: $(said)"
		return
	fi
	send "$2" "$3"
	sleep 2 # what is on its way to the file
	stop "$1"
	read_sent
	read_file "$1"
	text=$(grep -o ".*\($last\).*" "$folder/log" | paste -s -d ' ') || die "$1 does not say what it had: $(said)"
	awk -v tool="$1" -v sent="$sent" -v ns="$ns" -v pace="$3" -v held="$held" -v text="$text" 'BEGIN {
		rate = sent * 1e9 / ns
		printf "%-8s sent %d at %d/s%s, in the file %d, missing %d (%.1f %%); it says: %s\n", tool, sent, rate,
			rate < pace * 0.95 ? " (the sender did not keep " pace "/s)" : "",
			held, sent - held, (sent - held) * 100 / sent, text }'
}

# version PROGRAM
version() {
	if command -v "$1" >/dev/null; then
		{ "$1" --version 2>&1 || true; } | sed -n 1p # xdpdump's status is 1
	else
		echo "no $1"
	fi
}

echo "Linux $(uname -r), $(nproc) CPUs; $(version xdpdump); $(version tcpdump)"
for pace in "${paces[@]}"; do
	for tool in xdpdump bpfhost tcpdump; do measure $tool "$packets" "$pace"; done
done
