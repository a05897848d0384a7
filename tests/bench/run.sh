#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Puts side by side, for calls of getppid traced at syscalls:sys_enter_getppid and filtered by pid:
#
#   bare      the calling program alone
#   minimal   a program made by hand for this one job, with the same record and the same lines
#   bpfhost   JSON lines into a file
#   bpftrace  the same fields, printed into a file
#
# in rounds, one after the other, so that each ratio is of two measurements that lie side by side;
# shown is the median of the rounds. Nothing here fails by being slow: goals stand beside the ratios.
# measure.c and tree/tree.h say what exactly is counted.
#
#   run.sh [--quick] [--rounds N] [--folder DIR]
#
# BUILD_DIR is the build folder, the result goes to BUILD_DIR/bench.json. Events are written below DIR,
# by default the build folder: a disk that is busy with other things makes a reader wait, and so lose
# events, whichever tracer it is; a folder in memory (/dev/shm, 250 MB) has no such moments.
set -euo pipefail

die() { echo "bench: $*" >&2; exit 1; }

rounds=5 starts=11 calls=1000000 paced=20000
: "${BUILD_DIR:?}"
place=$BUILD_DIR
while (($#)); do
	[[ $1 == --quick || $# -gt 1 ]] || die "unknown argument '$1', or nothing behind it"
	case $1 in
	--quick) rounds=2 starts=5 calls=200000 paced=5000 ;;
	--rounds) rounds=${2-} && shift ;;
	--folder) place=${2-} && shift ;;
	*) die "unknown argument '$1'; known are --quick, --rounds N and --folder DIR" ;;
	esac
	shift
done
[[ $rounds =~ ^[1-9][0-9]?$ ]] || die "--rounds wants a number from 1 to 99"
[[ -d $place ]] || die "--folder wants a folder, not '$place'"
if ((EUID != 0)); then
	echo "bench: skipped: needs root (CAP_BPF, CAP_PERFMON)" >&2
	exit 77
fi

folder=$(mktemp -d "$place/bench.XXXXXX")
trap 'rm -rf "$folder"' EXIT
results=$folder/results
events=$folder/events
bin=$BUILD_DIR/bench
rate=10000

bpfhost=("$BUILD_DIR/bpfhost" --plugin-dir "$BUILD_DIR/plugins" --trust "$BUILD_DIR/plugins"
	--plugin tracepoint --set probes=syscalls:sys_enter_getppid --pid @PID@ --format json)
minimal=("$bin/minimal" "$bin/minimal.bpf.o" @PID@)
script='tracepoint:syscalls:sys_enter_getppid /pid == @PID@/ {
	printf("{\"time\":%llu,\"cpu\":%d,\"pid\":%d,\"tid\":%d,\"uid\":%d,\"comm\":\"%s\"}\n",
		nsecs, cpu, pid, tid, uid, comm); }'
tracers=(bare minimal bpfhost)
version='no bpftrace'
if bpftrace=$(command -v bpftrace); then
	version=$("$bpftrace" --version)
	tracers+=(bpftrace)
fi

# measure ROUND WHAT TRACER ARGUMENT...: one line of results.
measure() {
	local round=$1 what=$2 tracer=$3 result
	shift 3
	result=$("$bin/measure" "$@") || die "failed to measure $tracer ($what)"
	jq -c --argjson round "$round" --arg what "$what" --arg tracer "$tracer" \
		'{round: $round, what: $what, tracer: $tracer} + .' <<<"$result" >>"$results"
}

# load ROUND WHAT TRACER CALLS RATE
load() {
	local command=()
	case $3 in
	minimal) command=("${minimal[@]}" "$events") ;;
	bpfhost) command=("${bpfhost[@]}" --output "$events") ;;
	bpftrace) command=("$bpftrace" -o "$events" -e "$script") ;;
	esac
	measure "$1" "$2" "$3" load "$4" "$5" "$events" "$bin/caller" "${command[@]}"
}

first() {
	local command
	case $2 in
	bare) return ;;
	minimal) command=("${minimal[@]}") ;;
	bpfhost) command=("${bpfhost[@]}") ;;
	bpftrace) command=("$bpftrace" -B none -e "$script") ;;
	esac
	measure "$1" first "$2" first "$bin/caller" "${command[@]}"
}

for ((round = 1; round <= rounds; round++)); do
	echo "bench: round $round of $rounds" >&2
	for tracer in "${tracers[@]}"; do load "$round" full "$tracer" "$calls" 0; done
	for tracer in "${tracers[@]}"; do load "$round" paced "$tracer" "$paced" "$rate"; done
done
echo "bench: $starts starts" >&2
for ((round = 1; round <= starts; round++)); do
	for tracer in "${tracers[@]}"; do first "$round" "$tracer"; done
done

here=$(dirname "$(readlink -f "$0")")
jq -s --arg kernel "$(uname -r)" --arg cpus "$(nproc)" --arg folder "$place" \
	--arg bpftrace "$version" -f "$here/summary.jq" "$results" >"$BUILD_DIR/bench.json"
jq -r -f "$here/table.jq" "$BUILD_DIR/bench.json"
