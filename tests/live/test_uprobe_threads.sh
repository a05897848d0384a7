#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Uprobes hit by more threads than there are CPUs. A kernel that preempts takes the CPU away from a thread
# in the middle of a program, and the next one runs the same program on the same CPU: neither may see the
# other's string, count for it, or leave a gap in the stream where nothing is missing.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
PLUGIN=uprobe
TARGET_PROGRAM=$TMP/calls
cp "$TARGETS_DIR/calls" "$TARGET_PROGRAM"
rounds=${BPFHOST_TEST_ROUNDS:-4000}
# Where all is slow, a stop may end before what the ring still holds is written.
late=(stop=any)
[ "$SLOW" != 1 ] || late=()

# swarm PROBE [ARGUMENT...]: all threads call texts("text 0") to the last round
swarm() {
	local probe=$1

	shift
	target_start swarm "$rounds"
	host_start --plugin uprobe --set "probes=$TARGET_PROGRAM:$probe" "$@"
	target_go 40
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger
	check_clean
	threads=$(target_said swarm)
	[ "$threads" -gt "$(nproc)" ] || fail "only $threads threads"
	target_end
	expect "events in the stream" "$(stat_of delivered)" "$(events | wc -l)"
	expect "gaps in the stream" "$(stat_of lost)" "$(gaps)"
	note "$probe: $threads threads, produced $(stat_of produced), lost $(stat_of lost)"
}

# With a ring for all of them, none is lost.
all_there() {
	expect "produced" "$1" "$(stat_of produced)"
	expect "delivered" "$1" "$(stat_of delivered)"
	expect "threads" "$threads" "$(events | jq .tid | sort -u | wc -l)"
	expect "texts of each thread, each once" "$1" \
		"$(events | jq -r '"\(.tid) \(.data.text)"' | sort -u | wc -l)"
}

swarm 'texts(text: str[32]) if text ~ "*7"' --ring-size 64MiB
all_there $((threads * rounds / 10))
expect "texts that end in 7" "$((threads * rounds / 10))" "$(count '.data.text | endswith("7")')"

swarm 'texts(text: str[32]) -> str[32] if text ~ "*7" && ret ~ "ext*"' --ring-size 64MiB
all_there $((threads * rounds / 10))
expect "results of the same call" $((threads * rounds / 10)) \
	"$(count '(.data.text | ltrimstr("t")) == .data.ret')"

# A ring for few of them: whatever is lost is lost where the stream says so.
swarm 'texts(text: str[32])' --ring-size 64KiB
expect "produced" $((threads * rounds)) "$(stat_of produced)"
check_lost ring=any "${late[@]}"
expect "texts of each thread, each once" "$(stat_of delivered)" \
	"$(events | jq -r '"\(.tid) \(.data.text)"' | sort -u | wc -l)"
