# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# From single measurements of packets to medians, and to ratios that are taken round by round.
def median: map(select(. != null)) | sort |
	if length == 0 then null
	elif length % 2 == 1 then .[length / 2 | floor]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;
def round_to(digits): if . == null then null else . * pow(10; digits) | round / pow(10; digits) end;

# Of neighbouring blocks through both: the time of one packet, through that beside it.
def time(case; other): [.[] | select(.case == case and .beside == other).ratio] | median;
# How many packets pass with one, of those that pass with the other.
def rate(case; other): time(case; other) | if . then 1 / . else null end | round_to(3);
# One after the other, in the same round.
def pairs(case; other): [(.[] | select(.case == case)) as $a | .[] |
	select(.case == other and .round == $a.round) | [$a, .]];
def rate_after(case; other): [pairs(case; other)[] | .[1].best / .[0].best] | median | round_to(3);
def cost(case; other): [pairs(case; other)[] | select(.[1].cpu_ns > 0) | .[0].cpu_ns / .[1].cpu_ns] |
	median | round_to(3);

{ modes: (group_by(.mode) | map({ key: .[0].mode, value: {
	cases: (. as $all | (reduce .[].case as $case ([];
			if index($case) then . else . + [$case] end)) as $cases |
		[$cases[] as $case | { key: $case, value: ($all | map(select(.case == $case)) | {
			packets_per_second: (1e9 / (map(.ns) | median) | round),
			ns: (map(.ns) | median | round_to(1)),
			best: (map(.best) | min | round_to(1)),
			cpu_ns: (map(.cpu_ns) | median | round_to(1)),
			lost: (map(.lost) | if all(. == null) then null else add end),
		}) }] | from_entries),
	goals: [
		{ name: "count, of packets in pieces / count", ratio: rate("count_pieces"; "count") },
		{ name: "counters / count", ratio: rate("counters"; "count"), least: 0.95 },
		{ name: "flows (1) / count", ratio: rate("flows_1"; "count"), least: 0.8 },
		{ name: "flows (1000) / count", ratio: rate("flows_1000"; "count"), least: 0.8 },
		{ name: "flows (100000) / count", ratio: rate("flows_100000"; "count"), least: 0.8 },
		{ name: "one LRU map alone (100000) / count", ratio: rate("count_flows_100000"; "count") },
		{ name: "ns with 100000 prefixes / with 10",
			ratio: (time("prefixes_100000"; "prefixes_10") | round_to(3)), most: 1.3 },
		{ name: "capture / tcpdump", ratio: rate_after("capture"; "tcpdump") },
		{ name: "CPU of capture / of tcpdump", ratio: cost("capture"; "tcpdump"), most: 1 }
	] | map(select(.ratio != null)),
} }) | from_entries), measurements: . }
