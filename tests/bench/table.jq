# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The summary as people read it.
def left(n): tostring | . + " " * ([n - length, 1] | max);
def right(n): if . == null then "-" else tostring end | " " * ([n - length, 1] | max) + .;
def columns: [.bare, .minimal, .bpfhost, .bpftrace | right(11)] | add;
def row(name; values): values | select(. != null and . != {}) | (name | left(42)) + columns;
def heading(name): "", name, row("";
	{ bare: "bare", minimal: "minimal", bpfhost: "bpfhost", bpftrace: "bpftrace" });
def missed(value; limit): if value == null or value <= limit then "" else "   MISSED" end;
def ratio: (.name | left(30)) + ("bpfhost/" + .other | left(20)) + (.ratio | right(9)) +
	(if .goal == null then "" else "   goal <= \(.goal)" + missed(.ratio; .goal) end);
def title: {
	getppid: "getppid at its tracepoint",
	usdt: "static probe with an int and a string",
	push: "function that begins with push: emulated by the kernel",
	nop: "function that begins with nop: emulated",
	step: "function that begins with sub: single-stepped",
	endbr64: "function that begins with endbr64, then push",
	call: "call of the first, begin and return in one event",
	usdt_two: "static probe, two threads on two CPUs",
	push_two: "function that begins with push, two threads on two CPUs",
}[.] // .;

def case_lines($goals): .key as $case | .value |
	heading($case | title),
	row("ns a call, full speed"; .full.traced_median_ns),
	row("ns a call, full speed, its own CPU only"; .full.traced_cpu_ns),
	row("ns a call, paced"; .paced.traced_mean_ns),
	row("tracer CPU ns an event, full speed"; .full.tracer_cpu_ns),
	row("tracer CPU ns an event, paced"; .paced.tracer_cpu_ns),
	row("events lost in all rounds, full speed"; .full.lost),
	row("events lost in all rounds, paced"; .paced.lost),
	row("peak resident KiB without rings, summed up"; .full.peak_kb),
	row("resident KiB, shared pages shared out"; .full.shared_out_kb),
	row("ms from exec to the first event"; .first_ms),
	(.ratios[] | ratio),
	"bpfhost: lost \((.full.lost.bpfhost // 0) + (.paced.lost.bpfhost // 0)), goal \($goals.lost); " +
	"peak \(.full.peak_kb.bpfhost) KiB, goal <= \($goals.peak_kb)" +
	(if .first_ms then "; first event after \(.first_ms.bpfhost) ms, aim \($goals.first_ms)" else "" end);

def attach_lines($goals):
	heading("attaching to functions of one running program, then leaving them"),
	(.counts[] as $count | ("attach_ms", "detach_ms", "whole_ms", "peak_kb",
			"anonymous_kb") as $key |
		row("\($count): " + {
			attach_ms: "ms from exec to attached",
			detach_ms: "ms from SIGINT to the end",
			whole_ms: "ms together",
			peak_kb: "peak resident KiB without rings",
			anonymous_kb: "KiB of its own, settled",
		}[$key]; .[$key][$count])),
	"bpfhost: 10000 together in \(.whole_ms["10000"].bpfhost) ms, goal <= \($goals.whole_ms)" +
	missed(.whole_ms["10000"].bpfhost; $goals.whole_ms),
	"bpfhost: \(.bytes_a_probe) bytes a probe settled (\(.peak_bytes_a_probe) at the peak), " +
	"goal < \($goals.bytes_a_probe)" +
	missed(.bytes_a_probe; $goals.bytes_a_probe - 1);

"medians of the rounds, ratios round by round; \(.cpus) CPUs, kernel \(.kernel), \(.bpftrace)",
(.goals as $goals | .cases | to_entries[] | case_lines($goals)),
(.goals as $goals | .attach | select(. != null) | attach_lines($goals))
