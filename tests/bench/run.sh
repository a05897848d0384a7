#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Puts side by side, for calls of one program that is traced and filtered by pid (cases.sh names them):
#
#   bare      the calling program alone
#   minimal   a program made by hand for this one job, with the same record and the same lines
#   bpfhost   JSON lines into a file
#   bpftrace  the same fields, printed into a file
#
# in rounds, one after the other, so that each ratio is of two measurements that lie side by side;
# shown is the median of the rounds. Nothing here fails by being slow: goals stand beside the ratios.
# measure.c, attach.c and tree/tree.h say what exactly is counted.
#
#   run.sh [SUBJECT]... [--quick] [--rounds N] [--folder DIR]
#
# Without a subject all are measured, one after the other:
#
#   tracepoint  getppid at its tracepoint
#   usdt        a static probe with an int and a string
#   uprobe      functions that begin with different instructions, and a call with its return
#   two         two threads on two CPUs at the static probe, and at a function
#   attach      attaching to 1, 1,000 and 10,000 functions and leaving them, and the memory for that
#   xdp         packets, see xdp.sh; its result is bench-xdp.json
#
# BUILD_DIR is the build folder, the result goes to BUILD_DIR/bench.json. Events are written below DIR,
# by default the build folder: a disk that is busy with other things makes a reader wait, and so lose
# events, whichever tracer it is; a folder in memory (/dev/shm, 250 MB) has no such moments.
set -euo pipefail

die() { echo "bench: $*" >&2; exit 1; }

subjects=() all=(tracepoint usdt uprobe two attach xdp)
rounds=5 starts=11 calls=1000000 paced=20000 dear=200000 slow_attach=(1 100 1000) packets=1000000
: "${BUILD_DIR:?}"
place=$BUILD_DIR
while (($#)); do
	case $1 in
	--quick) rounds=2 starts=5 calls=200000 paced=5000 dear=50000 slow_attach=(1 100) packets=300000 ;;
	--rounds | --folder)
		(($# > 1)) || die "$1 wants a value"
		[[ $1 == --rounds ]] && rounds=$2 || place=$2
		shift
		;;
	tracepoint | usdt | uprobe | two | attach | xdp) subjects+=("$1") ;;
	*) die "unknown argument '$1'; known are ${all[*]}, --quick, --rounds N and --folder DIR" ;;
	esac
	shift
done
[[ $rounds =~ ^[1-9][0-9]?$ ]] || die "--rounds wants a number from 1 to 99"
[[ -d $place ]] || die "--folder wants a folder, not '$place'"
((${#subjects[@]})) || subjects=("${all[@]}")
if ((EUID != 0)); then
	echo "bench: skipped: needs root (CAP_BPF, CAP_PERFMON)" >&2
	exit 77
fi

here=$(dirname "$(readlink -f "$0")")
folder=$(mktemp -d "$place/bench.XXXXXX")
trap 'rm -rf "$folder"' EXIT
results=$folder/results
events=$folder/events
bin=$BUILD_DIR/bench
rate=10000
: >"$results"

tracers=(bare minimal bpfhost)
version='no bpftrace'
if bpftrace=$(command -v bpftrace); then
	version=$("$bpftrace" --version)
	tracers+=(bpftrace)
fi

# shellcheck source=tests/bench/cases.sh
. "$here/cases.sh"

# measure ROUND CASE WHAT TRACER PROGRAM ARGUMENT...: one line of results.
measure() {
	local round=$1 case=$2 what=$3 tracer=$4 program=$5 result
	shift 5
	if ! result=$("$bin/$program" "$@"); then
		# What another tracer cannot do is left out, what these two cannot is a mistake.
		[[ $tracer == bpftrace ]] || die "failed to measure $tracer ($case, $what)"
		echo "bench: bpftrace is left out ($case, $what)" >&2
		return 0
	fi
	jq -c --argjson round "$round" --arg case "$case" --arg what "$what" --arg tracer "$tracer" \
		'{case: $case, round: $round, what: $what, tracer: $tracer} + .' <<<"$result" >>"$results"
}

# load ROUND CASE WHAT TRACER CALLS RATE
load() {
	local command=()
	case $4 in
	minimal) command=("${minimal[@]}" "$events") ;;
	bpfhost) command=("${bpfhost[@]}" --output "$events") ;;
	bpftrace) command=("$bpftrace" -o "$events" "${script[@]}") ;;
	esac
	measure "$1" "$2" "$3" "$4" measure load "$5" "$6" "$events" "${caller[@]}" "${command[@]}"
}

first() {
	local command
	case $3 in
	bare) return ;;
	minimal) command=("${minimal[@]}") ;;
	bpfhost) command=("${bpfhost[@]}") ;;
	bpftrace) command=("$bpftrace" -B none "${script[@]}") ;;
	esac
	measure "$1" "$2" first "$3" measure first "${caller[@]}" "${command[@]}"
}

# full CASE CALLS; pace CASE; start CASE
full() {
	local round tracer
	case_set "$1" || return 0
	for ((round = 1; round <= rounds; round++)); do
		echo "bench: $1, round $round of $rounds" >&2
		for tracer in "${tracers[@]}"; do load "$round" "$1" full "$tracer" "$2" 0; done
	done
}

pace() {
	local round tracer
	case_set "$1" || return 0
	for ((round = 1; round <= rounds; round++)); do
		echo "bench: $1 paced, round $round of $rounds" >&2
		for tracer in "${tracers[@]}"; do load "$round" "$1" paced "$tracer" "$paced" "$rate"; done
	done
}

start() {
	local round tracer
	case_set "$1" || return 0
	echo "bench: $1, $starts starts" >&2
	for ((round = 1; round <= starts; round++)); do
		for tracer in "${tracers[@]}"; do first "$round" "$1" "$tracer"; done
	done
}

# bpftrace needs so long to let go of many functions that it is measured once, with fewer.
attach() {
	local round count
	for ((round = 1; round <= rounds; round++)); do
		echo "bench: attach, round $round of $rounds" >&2
		for count in 1 100 1000 10000; do
			attach_set "$count"
			measure "$round" attach "$count" bpfhost attach "$count" "$bin/many" "${bpfhost[@]}"
		done
	done
	[[ $bpftrace ]] || return 0
	for count in "${slow_attach[@]}"; do
		echo "bench: attach, bpftrace with $count" >&2
		attach_set "$count"
		measure 1 attach "$count" bpftrace attach "$count" "$bin/many" "$bpftrace" "${script[@]}"
	done
}

for subject in "${subjects[@]}"; do
	case $subject in
	tracepoint) full getppid "$calls" && pace getppid && start getppid ;;
	usdt) full usdt "$calls" && pace usdt ;;
	uprobe)
		full push "$calls" && pace push && full nop "$dear"
		full step "$dear" && full endbr64 "$dear" && full call "$dear"
		;;
	two) full usdt_two "$calls" && full push_two "$calls" ;;
	attach) attach ;;
	xdp) "$here/xdp.sh" "$rounds" "$packets" "$folder" ;;
	esac
done
[[ -s $results ]] || exit 0

jq -s --arg kernel "$(uname -r)" --arg cpus "$(nproc)" --arg folder "$place" \
	--arg bpftrace "$version" -f "$here/summary.jq" "$results" >"$BUILD_DIR/bench.json"
jq -r -f "$here/table.jq" "$BUILD_DIR/bench.json"
