#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What it costs to look at packets: a sender of small UDP packets as fast as it goes, on a veth pair between two
# network namespaces of its own, where the receiving side has
#
#   none      nothing            pass, count    a program that does nothing, or counts
#   counters, flows, packets, drop, capture     bpfhost
#   prefixes  bpfhost with so many prefixes to drop, and packets from all over IPv4 that nearly all pass
#   tcpdump   tcpdump into a file
#
# The packets are received on the CPU that sends them, so the rate of the sender is the price of both. In
# rounds; what a goal compares a case with is measured right before it each time. Of the hundred blocks of a
# measurement the median and the best are shown, and ratios are those of the best blocks: what else the machine
# does doubles the median within a minute, and leaves the best within a few hundredths.
#
#   xdp.sh ROUNDS PACKETS FOLDER      run.sh calls it; BUILD_DIR is the build folder
set -euo pipefail
rounds=$1 packets=$2 folder=$3
: "${BUILD_DIR:?}"
here=$(dirname "$(readlink -f "$0")")
bin=$BUILD_DIR/bench
host=("$BUILD_DIR/bpfhost" --plugin-dir "$BUILD_DIR/plugins" --trust "$BUILD_DIR/plugins"
	--format json --plugin xdp --set iface=eth)
inside=bpfhost-$$-here outside=bpfhost-$$-there
results=$folder/xdp
tracer=

die() { echo "bench: $*" >&2; exit 1; }

finish() {
	[[ ! $tracer ]] || kill -KILL "$tracer" 2>/dev/null || true
	ip netns del "$inside" 2>/dev/null || true
	ip netns del "$outside" 2>/dev/null || true
}
trap finish EXIT

ip netns add "$inside"
ip netns add "$outside"
ip -n "$inside" link add eth type veth peer name eth netns "$outside"
ip -n "$inside" addr add 10.9.0.1/24 dev eth
ip -n "$inside" link set eth up
ip -n "$outside" link set eth up

# prefixes NUMBER: a file of different /24, all over where the spread packets come from
prefixes() {
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) { at = (i * 5003) % 8323072 + 65536
		printf "%d.%d.%d.0/24\n", at / 65536, at / 256 % 256, at % 256 } }' >"$folder/prefixes_$1"
}

flows=1 spread=0
# case_set CASE MODE: the command that is measured, and which packets are sent
case_set() {
	flows=1 spread=0
	case $1 in
	none) command=(sleep 60) ;;
	pass | count) command=("$bin/packets" "$bin/packets.bpf.o" "$1" eth "$2") ;;
	counters) command=("${host[@]}" --set show=counters) ;;
	flows_*)
		flows=${1#flows_}
		command=("${host[@]}" --set show=flows --set "flows_max=$((flows * 2 + 16384))")
		;;
	packets) command=("${host[@]}" --set show=packets) ;;
	prefixes_*)
		flows=100000 spread=1
		command=("${host[@]}" --set show=counters --set "drop_file=$folder/$1")
		;;
	drop) command=("${host[@]}" --set show=counters --set drop=10.9.0.2) ;;
	capture) command=("${host[@]}" --set "write=$folder/capture" --set snaplen=64) ;;
	tcpdump) command=(tcpdump -i eth -s 64 -n -w "$folder/capture") ;;
	esac
	case $1 in counters | flows_* | packets | prefixes_* | drop | capture)
		command+=(--set "mode=$2" --output "$folder/events") ;;
	esac
}

is_ready() {
	case $1 in
	none) return 0 ;;
	tcpdump) grep -q '^tcpdump: listening' "$folder/log" ;;
	pass | count) grep -q attached "$folder/log" ;;
	*) grep -q ': attached 1 of 1' "$folder/log" ;;
	esac
}

# The CPU of the tracer and its children, in clock ticks.
cpu() {
	local pid sum=0 fields
	for pid in "$tracer" $(cat "/proc/$tracer/task/$tracer/children" 2>/dev/null); do
		read -r -a fields <"/proc/$pid/stat" || continue
		sum=$((sum + fields[13] + fields[14]))
	done
	echo "$sum"
}

send() {
	ip netns exec "$outside" "$BUILD_DIR/targets/packets" eth "$1" "$flows" 60 0 "$spread"
}

# How many were not seen, by the tracer's own word; null where it has none.
lost() {
	case $1 in
	tcpdump) sed -n 's/ packets dropped by kernel//p' "$folder/log" ;;
	none | pass | count) echo null ;;
	*) sed -n 's/^stats .* lost=\([0-9]*\) .*/\1/p' "$folder/log" ;;
	esac
}

# measure ROUND MODE CASE [BESIDE]: the last, for the case that is measured next
measure() {
	local before after tries=500 sent
	case_set "$3" "$2"
	rm -f "$folder/events" "$folder/capture"
	ip netns exec "$inside" "${command[@]}" >"$folder/log" 2>&1 < <(exec sleep 60) &
	tracer=$!
	until is_ready "$3"; do
		if ((tries-- == 0)) || [[ ! -d /proc/$tracer ]]; then
			die "$3 does not start: $(cat "$folder/log")"
		fi
		sleep 0.02
	done
	send $((packets / 10)) >/dev/null
	before=$(cpu)
	sent=$(send "$packets")
	sleep 0.5
	after=$(cpu)
	kill -TERM "$tracer"
	wait "$tracer" || true
	tracer=
	jq -n -c --argjson round "$1" --arg mode "$2" --arg case "$3" --argjson cpu $((after - before)) \
		--argjson packets "$packets" --argjson ns "$(sed -n 's/^median //p' <<<"$sent")" \
		--argjson best "$(sed -n 's/^best //p' <<<"$sent")" \
		--argjson hz "$(getconf CLK_TCK)" --argjson lost "$(lost "$3")" --arg beside "${4:-}" \
		'{ round: $round, mode: $mode, case: $case, beside: $beside, ns: $ns, best: $best,
			cpu_ns: ($cpu * 1e9 / $hz / $packets), lost: $lost }' >>"$results"
}

# in_pairs ROUND MODE: a case behind what it is compared with
in_pairs() {
	local case
	for case in counters flows_1 flows_1000 flows_100000; do
		measure "$1" "$2" count "$case"
		measure "$1" "$2" "$case"
	done
	measure "$1" "$2" prefixes_10 prefixes_100000
	measure "$1" "$2" prefixes_100000
	[[ ! $(command -v tcpdump) ]] || measure "$1" "$2" tcpdump capture
	measure "$1" "$2" capture
}

prefixes 10
prefixes 100000
: >"$results"
for ((round = 1; round <= rounds; round++)); do
	for mode in native generic; do
		echo "bench: xdp $mode, round $round of $rounds" >&2
		for case in none pass packets drop; do measure "$round" "$mode" "$case"; done
		in_pairs "$round" "$mode"
	done
done
jq -s -f "$here/xdp_summary.jq" "$results" >"$BUILD_DIR/bench-xdp.json"
jq -r -f "$here/xdp_table.jq" "$BUILD_DIR/bench-xdp.json"
