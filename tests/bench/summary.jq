# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# From all single measurements to medians, and to ratios that are taken round by round.
def median: map(select(. != null)) | sort |
	if length == 0 then null
	elif length % 2 == 1 then .[length / 2 | floor]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;
def round_to(digits): if . == null then null else . * pow(10; digits) | round / pow(10; digits) end;

# These work on the measurements of one case.
def middle(what; key): map(select(.what == what)) | group_by(.tracer) |
	map({ key: .[0].tracer, value: (map(.[key]) | median | round_to(1)) } |
		select(.value != null)) | from_entries;
def lost(what): map(select(.what == what and .lost != null)) | group_by(.tracer) |
	map({ key: .[0].tracer, value: (map(.lost) | add) }) | from_entries;
def ratio(what; key; other): map(select(.what == what)) |
	[(.[] | select(.tracer == "bpfhost")) as $a | .[] |
	select(.tracer == other and .round == $a.round and (.[key] // 0) > 0) | $a[key] / .[key]] |
	median | round_to(3);
def goal(name; what; key; other; limit):
	{ name: name, other: other, ratio: ratio(what; key; other), goal: limit };
def load_of(what): {
	calls: map(select(.what == what))[0].calls,
	traced_median_ns: middle(what; "median_ns"),
	traced_mean_ns: middle(what; "mean_ns"),
	traced_cpu_ns: middle(what; "caller_cpu_ns"),
	tracer_cpu_ns: middle(what; "tracer_cpu_ns"),
	peak_kb: middle(what; "peak_kb"),
	shared_out_kb: middle(what; "shared_out_kb"),
	lost: lost(what),
};

# What a call may cost, beside the program made by hand and beside bpftrace; null: no goal.
def limits: { minimal: 1.2, bpftrace: null, bpftrace_cpu: 0.1 } + ({
	getppid: { bpftrace: 0.1 },
	usdt: { bpftrace: 0.2 },
	# There only bpfhost stands behind the instruction that marks the entry.
	endbr64: { minimal: null, bpftrace: 0.1 },
	usdt_two: { minimal: null, bpftrace_cpu: null },
	push_two: { minimal: null, bpftrace_cpu: null },
}[.] // {});
def ratios($limits): [
	goal("ns a call"; "full"; "median_ns"; "minimal"; $limits.minimal),
	goal("ns a call"; "full"; "median_ns"; "bpftrace"; $limits.bpftrace),
	goal("ns a call, its own CPU only"; "full"; "caller_cpu_ns"; "minimal"; $limits.minimal),
	goal("ns a call, its own CPU only"; "full"; "caller_cpu_ns"; "bpftrace"; $limits.bpftrace),
	goal("ns a call, paced"; "paced"; "mean_ns"; "minimal"; $limits.minimal),
	goal("ns a call, paced"; "paced"; "mean_ns"; "bpftrace"; null),
	goal("tracer CPU an event"; "full"; "tracer_cpu_ns"; "minimal"; 2),
	goal("tracer CPU an event"; "full"; "tracer_cpu_ns"; "bpftrace"; $limits.bpftrace_cpu),
	goal("tracer CPU an event, paced"; "paced"; "tracer_cpu_ns"; "minimal"; null),
	goal("tracer CPU an event, paced"; "paced"; "tracer_cpu_ns"; "bpftrace"; null),
	goal("exec to first event"; "first"; "first_ms"; "bpftrace"; 0.5),
	goal("exec to first event"; "first"; "first_ms"; "minimal"; null)
] | map(select(.ratio != null));

# Symbols are read for a few probes, too; a single one is no glob and goes other ways.
def bytes_a_probe(kb): (kb["10000"].bpfhost - kb["100"].bpfhost) * 1024 / 9900 | round_to(0);
def attach_of: map(select(.case == "attach")) |
	if length == 0 then null else
	(map(.what) | unique_by(tonumber)) as $counts |
	{ counts: $counts } + ([("attach_ms", "detach_ms", "whole_ms", "peak_kb", "anonymous_kb") as $key |
		{ ($key): (. as $all | [$counts[] as $count |
			{ ($count): ($all | middle($count; $key)) }] | add) }] | add) |
	.bytes_a_probe = bytes_a_probe(.anonymous_kb) |
	.peak_bytes_a_probe = bytes_a_probe(.peak_kb)
	end;

. as $all |
{
	kernel: $kernel, cpus: ($cpus | tonumber), bpftrace: $bpftrace, folder: $folder,
	# In the order in which they were measured.
	cases: [reduce ($all[] | select(.case != "attach").case) as $case ([];
		if index($case) then . else . + [$case] end) | .[] as $case |
		{ key: $case, value: ($all | map(select(.case == $case)) | {
			full: load_of("full"),
			paced: (if any(.what == "paced") then load_of("paced") else null end),
			first_ms: (if any(.what == "first") then middle("first"; "first_ms") else null end),
			ratios: ratios($case | limits),
		}) }] | from_entries,
	attach: attach_of,
	goals: { lost: 0, first_ms: 10, peak_kb: 12288, whole_ms: 247, bytes_a_probe: 100 },
	measurements: $all,
}
