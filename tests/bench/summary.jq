# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# From all single measurements to medians, and to ratios that are taken round by round.
def median: map(select(. != null)) | sort |
	if length == 0 then null
	elif length % 2 == 1 then .[length / 2 | floor]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;
def round_to(digits): if . == null then null else . * pow(10; digits) | round / pow(10; digits) end;

. as $all |
def of(what; tracer): $all | map(select(.what == what and .tracer == tracer));
def values(what; tracer; key): of(what; tracer) | map(.[key]);
def middle(what; key): reduce ($all | map(.tracer) | unique | .[]) as $tracer ({};
	(values(what; $tracer; key) | median | round_to(1)) as $value |
	if $value == null then . else .[$tracer] = $value end);
def ratio(what; key; one; other): [of(what; one)[] as $a |
	of(what; other)[] | select(.round == $a.round and (.[key] // 0) > 0) | $a[key] / .[key]] |
	median | round_to(3);
def goal(name; what; key; other; limit):
	{ name: name, other: other, ratio: ratio(what; key; "bpfhost"; other), goal: limit };

{
	kernel: $kernel, cpus: ($cpus | tonumber), bpftrace: $bpftrace, folder: $folder,
	full: {
		calls: (of("full"; "bare")[0].calls),
		traced_ns: middle("full"; "median_ns"),
		traced_mean_ns: middle("full"; "mean_ns"),
		traced_cpu_ns: middle("full"; "caller_cpu_ns"),
		tracer_cpu_ns: middle("full"; "tracer_cpu_ns"),
		peak_kb: middle("full"; "peak_kb"),
		shared_out_kb: middle("full"; "shared_out_kb"),
		lost: (reduce ($all | map(select(.what == "full" and .lost)) | .[]) as $one ({};
			.[$one.tracer] += $one.lost)),
	},
	paced: {
		calls: (of("paced"; "bare")[0].calls),
		traced_median_ns: middle("paced"; "median_ns"),
		traced_ns: middle("paced"; "mean_ns"),
		tracer_cpu_ns: middle("paced"; "tracer_cpu_ns"),
		lost: (reduce ($all | map(select(.what == "paced" and .lost)) | .[]) as $one ({};
			.[$one.tracer] += $one.lost)),
	},
	first_ms: middle("first"; "first_ms"),
	ratios: [
		goal("ns a call"; "full"; "median_ns"; "minimal"; 1.2),
		goal("ns a call"; "full"; "median_ns"; "bpftrace"; 0.1),
		goal("ns a call, its own CPU only"; "full"; "caller_cpu_ns"; "minimal"; 1.2),
		goal("ns a call, its own CPU only"; "full"; "caller_cpu_ns"; "bpftrace"; 0.1),
		goal("ns a call, paced"; "paced"; "mean_ns"; "minimal"; 1.2),
		goal("ns a call, paced"; "paced"; "mean_ns"; "bpftrace"; null),
		goal("tracer CPU an event"; "full"; "tracer_cpu_ns"; "minimal"; 2),
		goal("tracer CPU an event"; "full"; "tracer_cpu_ns"; "bpftrace"; 0.1),
		goal("tracer CPU an event, paced"; "paced"; "tracer_cpu_ns"; "minimal"; null),
		goal("tracer CPU an event, paced"; "paced"; "tracer_cpu_ns"; "bpftrace"; null),
		goal("exec to first event"; "first"; "first_ms"; "bpftrace"; 0.5),
		goal("exec to first event"; "first"; "first_ms"; "minimal"; null)
	],
	goals: { lost: 0, first_ms: 10, peak_kb: 12288 },
	measurements: $all,
}
