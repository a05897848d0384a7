#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What it costs to look at packets: a sender of small UDP packets as fast as it goes, on a veth pair between two
# network namespaces of its own, where the receiving side has
#
#   none      nothing            pass, count    a program that does nothing, or counts
#   count_pieces  one that counts, and takes packets in pieces, as bpfhost's does
#   count_flows_N     one that counts by flow, of which N come, in one LRU map: what that costs at least
#   counters, flows_N, packets, drop, capture     bpfhost
#   prefixes  bpfhost with so many prefixes to drop, and packets from all over IPv4 that nearly all pass
#   tcpdump   tcpdump into a file
#
# The packets are received on the CPU that sends them, so the rate of the sender is the price of both. What a
# goal compares a case with stands on a second pair at the same time, and a hundred blocks of packets go through
# each in turn: whatever else the machine does falls on both, so the ratio is that of neighbouring blocks, the
# median of them. (Measured one after the other, it wandered by a tenth and more.) tcpdump and the capture are
# measured one after the other, for both have work to do beside the packets' way.
#
#   xdp.sh ROUNDS PACKETS FOLDER      run.sh calls it; BUILD_DIR is the build folder
set -euo pipefail
rounds=$1 packets=$2 folder=$3
: "${BUILD_DIR:?}"
here=$(dirname "$(readlink -f "$0")")
bin=$BUILD_DIR/bench
host=("$BUILD_DIR/bpfhost" --plugin-dir "$BUILD_DIR/plugins" --trust "$BUILD_DIR/plugins"
	--format json --plugin xdp)
inside=bpfhost-$$-here outside=bpfhost-$$-there
results=$folder/xdp
tracers=()

die() { echo "bench: $*" >&2; exit 1; }

finish() {
	((${#tracers[@]} == 0)) || kill -KILL "${tracers[@]}" 2>/dev/null || true
	ip netns del "$inside" 2>/dev/null || true
	ip netns del "$outside" 2>/dev/null || true
}
trap finish EXIT

ip netns add "$inside"
ip netns add "$outside"
for name in eth beside; do
	ip -n "$inside" link add $name type veth peer name $name netns "$outside"
	ip -n "$inside" addr add 10.9.0.1/24 dev $name
	ip -n "$inside" link set $name up
	ip -n "$outside" link set $name up
done

# prefixes NUMBER: a file of different /24, all over where the spread packets come from
prefixes() {
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) { at = (i * 5003) % 8323072 + 65536
		printf "%d.%d.%d.0/24\n", at / 65536, at / 256 % 256, at % 256 } }' >"$folder/prefixes_$1"
}

# case_set CASE MODE INTERFACE: the command that is measured
case_set() {
	case $1 in
	none) command=(sleep 60) ;;
	counters) command=("${host[@]}" --set show=counters) ;;
	pass | count*) command=("$bin/packets" "$bin/packets.bpf.o" "${1%_[0-9]*}" "$3" "$2") ;;
	flows_*) command=("${host[@]}" --set show=flows --set "flows_max=$((${1#flows_} + 16384))") ;;
	packets) command=("${host[@]}" --set show=packets) ;;
	prefixes_*) command=("${host[@]}" --set show=counters --set "drop_file=$folder/$1") ;;
	drop) command=("${host[@]}" --set show=counters --set drop=10.9.0.2) ;;
	capture) command=("${host[@]}" --set "write=$folder/capture" --set snaplen=64) ;;
	tcpdump) command=(tcpdump -i "$3" -s 64 -n -w "$folder/capture") ;;
	esac
	case $1 in counters | flows_* | packets | prefixes_* | drop | capture)
		command+=(--set "iface=$3" --set "mode=$2" --output "$folder/events.$3") ;;
	esac
}

is_ready() {
	case $1 in
	none) return 0 ;;
	tcpdump) grep -q '^tcpdump: listening' "$folder/log.$2" ;;
	counters) grep -q ': attached 1 of 1' "$folder/log.$2" ;;
	pass | count*) grep -q attached "$folder/log.$2" ;;
	*) grep -q ': attached 1 of 1' "$folder/log.$2" ;;
	esac
}

# start CASE MODE INTERFACE
start() {
	local tries=500
	case_set "$@"
	rm -f "$folder/events.$3" "$folder/capture"
	ip netns exec "$inside" "${command[@]}" >"$folder/log.$3" 2>&1 < <(exec sleep 60) &
	tracers+=($!)
	until is_ready "$1" "$3"; do
		if ((tries-- == 0)) || [[ ! -d /proc/$! ]]; then
			die "$1 does not start: $(cat "$folder/log.$3")"
		fi
		sleep 0.02
	done
}

# The CPU of the first tracer and its children, in clock ticks.
cpu() {
	local pid sum=0 fields
	for pid in "${tracers[0]}" $(cat "/proc/${tracers[0]}/task/${tracers[0]}/children" 2>/dev/null); do
		read -r -a fields <"/proc/$pid/stat" || continue
		sum=$((sum + fields[13] + fields[14]))
	done
	echo "$sum"
}

# send CASE INTERFACES PACKETS: those that the case is measured with
send() {
	local flows=1 spread=0
	case $1 in
	*flows_*) flows=${1##*_} ;;
	prefixes_*) flows=100000 spread=1 ;;
	esac
	ip netns exec "$outside" "$BUILD_DIR/targets/packets" "$2" "$3" "$flows" 60 0 "$spread"
}

# How many were not seen, by the tracer's own word; null where it has none.
lost() {
	case $1 in
	tcpdump) sed -n 's/ packets dropped by kernel//p' "$folder/log.eth" ;;
	none | pass | count*) echo null ;;
	*) sed -n 's/^stats .* lost=\([0-9]*\) .*/\1/p' "$folder/log.eth" ;;
	esac
}

# said KEY TEXT: a number that the sender told, or null
said() {
	sed -n "s/^$1 //p" <<<"$2" | grep . || echo null
}

# Flows stay in their maps from second to second: they are measured once both maps know them.
warm_up() {
	local end=$SECONDS

	[[ $1 != *flows_* ]] || end=$((SECONDS + 3))
	while send "$1" "$2" $((packets / 10)) >/dev/null && ((SECONDS < end)); do :; done
	[[ $1 != flows_* ]] || ! grep -q '"event":"flows_missed"' "$folder/events.eth" ||
		die "$1: not all flows found room"
}

# measure ROUND MODE CASE [BESIDE]: the last on the other pair meanwhile, for comparison
measure() {
	local before after sent interfaces=eth
	tracers=()
	start "$3" "$2" eth
	[[ ! ${4-} ]] || { interfaces=eth,beside && start "$4" "$2" beside; }
	warm_up "$3" "$interfaces"
	before=$(cpu)
	sent=$(send "$3" "$interfaces" "$packets")
	sleep 0.5
	after=$(cpu)
	kill -TERM "${tracers[@]}"
	wait "${tracers[@]}" || true
	tracers=()
	jq -n -c --argjson round "$1" --arg mode "$2" --arg case "$3" --argjson cpu $((after - before)) \
		--argjson packets "$packets" --argjson hz "$(getconf CLK_TCK)" --arg beside "${4-}" \
		--argjson ns "$(said median "$sent")" --argjson best "$(said best "$sent")" \
		--argjson beside_ns "$(said beside_median "$sent")" --argjson ratio "$(said ratio "$sent")" \
		--argjson lost "$(lost "$3")" \
		'{ round: $round, mode: $mode, case: $case, beside: $beside, ns: $ns, best: $best,
			beside_ns: $beside_ns, ratio: $ratio, cpu_ns: ($cpu * 1e9 / $hz / $packets),
			lost: $lost }' >>"$results"
}

measure_all() {
	local case
	for case in none pass count packets drop; do measure "$1" "$2" "$case"; done
	for case in count_pieces counters flows_1 flows_1000 flows_100000 count_flows_100000; do measure "$1" "$2" "$case" count; done
	measure "$1" "$2" prefixes_100000 prefixes_10
	[[ ! $(command -v tcpdump) ]] || measure "$1" "$2" tcpdump
	measure "$1" "$2" capture
}

prefixes 10
prefixes 100000
: >"$results"
for ((round = 1; round <= rounds; round++)); do
	for mode in native generic; do
		echo "bench: xdp $mode, round $round of $rounds" >&2
		measure_all "$round" "$mode"
	done
done
jq -s -f "$here/xdp_summary.jq" "$results" >"$BUILD_DIR/bench-xdp.json"
jq -r -f "$here/xdp_table.jq" "$BUILD_DIR/bench-xdp.json"
