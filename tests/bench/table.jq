# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The summary as people read it.
def left(n): tostring | . + " " * ([n - length, 1] | max);
def right(n): if . == null then "-" else tostring end | " " * ([n - length, 1] | max) + .;
def row(name; values): (name | left(42)) +
	([values | .bare, .minimal, .bpfhost, .bpftrace | right(11)] | add);
def ratio: (.name | left(30)) + ("bpfhost/" + .other | left(20)) + (.ratio | right(9)) +
	(if .goal == null then "" else "   goal <= \(.goal)" +
		(if .ratio == null or .ratio <= .goal then "" else "   MISSED" end) end);

"\(.full.calls) calls at full speed, \(.paced.calls) at 10000 a second; \(.cpus) CPUs, kernel \(.kernel), \(.bpftrace)",
"",
row("medians of the rounds"; {bare: "bare", minimal: "minimal", bpfhost: "bpfhost", bpftrace: "bpftrace"}),
row("ns a call, full speed"; .full.traced_ns),
row("ns a call, full speed, its own CPU only"; .full.traced_cpu_ns),
row("ns a call, paced"; .paced.traced_ns),
row("tracer CPU ns an event, full speed"; .full.tracer_cpu_ns),
row("tracer CPU ns an event, paced"; .paced.tracer_cpu_ns),
row("events lost in all rounds, full speed"; .full.lost),
row("events lost in all rounds, paced"; .paced.lost),
row("peak resident KiB without rings, summed up"; .full.peak_kb),
row("resident KiB, shared pages shared out"; .full.shared_out_kb),
row("ms from exec to the first event"; .first_ms),
"",
"ratios, median of the rounds",
(.ratios[] | ratio),
"",
"bpfhost: lost \(.full.lost.bpfhost + .paced.lost.bpfhost), goal 0; peak \(.full.peak_kb.bpfhost) KiB, " +
"goal <= \(.goals.peak_kb); first event after \(.first_ms.bpfhost) ms, aim \(.goals.first_ms)"
