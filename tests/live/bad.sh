# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
# What the tests with plugins that misbehave share: a run of bpfhost beside a target whose calls are
# counted, and questions about what came of it. Sourced.

# shellcheck source=tests/live/programs.sh
. "$(dirname "${BASH_SOURCE[0]}")/programs.sh"

work=$(mktemp -d)
export BAD_WORK=$work # by which processes that come of this test are known
pids=()
# On a slow machine limits of time are stretched.
slow=${BPFHOST_TEST_SLOW:-1}

fail() {
	echo "FAILED: $*" >&2
	[[ -s $work/log ]] && tail -n 200 "$work/log" | sed 's/^/  log: /' >&2
	exit 1
}

skip() {
	echo "skipped: $*"
	exit 77
}

# Ends what is still there, by its own process id.
cleanup() {
	local pid
	for pid in "${pids[@]}"; do
		kill -KILL "$pid" && wait "$pid"
	done 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT

need_bpf() {
	((EUID == 0)) || skip "root is needed to load BPF programs"
	bpftool prog list >/dev/null 2>&1 || skip "bpf(2) is not allowed here"
	[[ -r /sys/kernel/tracing/events/syscalls/sys_enter_getppid/id ]] ||
		skip "tracefs with syscall events is needed at /sys/kernel/tracing"
}

# until SECONDS COMMAND...: whether the command succeeds within the time.
until_true() {
	local deadline=$((SECONDS + $1 * slow))
	shift
	until "$@"; do
		((SECONDS <= deadline)) || return 1
		sleep 0.02
	done
}

# start_target COUNT [PAUSE_US]: a target that calls getppid COUNT times after go_target. Sets target.
start_target() {
	rm -f "$work/go" "$work/done"
	mkfifo "$work/go"
	"$TARGETS_DIR/paced" "$@" <"$work/go" >"$work/done" &
	target=$!
	pids+=("$target")
	exec 9>"$work/go"
}

go_target() { echo >&9; }
target_done() { [[ -s $work/done ]]; }

end_target() {
	exec 9>&-
	wait "$target"
}

# A line of the log, anywhere.
logged() { [[ -e $work/log ]] && grep -qE -- "$1" "$work/log"; }

# start_host ARGUMENT...: bpfhost with a healthy instance, for this target only. Sets host.
start_host() {
	rm -f "$work/log"
	"$BPFHOST" --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" --plugin-dir "$BAD_DIR" \
		--trust "$BAD_DIR" --pid "$target" --format json \
		--plugin tracepoint@healthy --set probes=syscalls:sys_enter_getppid \
		"$@" >"$work/out" 2>"$work/log" 9>&- &
	host=$!
	pids+=("$host")
	until_true 10 logged 'healthy: attached 1 of 1' || fail "the healthy instance is not attached"
}

# worker_of INSTANCE: the process id of its worker
worker_of() {
	local pid name=bpfhost:$1
	for pid in $(pgrep -P "$host"); do
		[[ $(<"/proc/$pid/comm") == "${name:0:15}" ]] && echo "$pid"
	done
}

# end_host STATUS: by SIGINT; checks the exit status.
end_host() {
	local status
	kill -INT "$host" 2>/dev/null
	wait "$host"
	status=$?
	((status == $1)) || fail "exit status $status, expected is $1"
}

# stat_of INSTANCE NAME: a number of the ledger.
stat_of() { sed -nE "s/^stats instance=$1 .* $2=([0-9]+)( .*)?$/\1/p" "$work/log" | tail -1; }

# The stream's lines and gaps by instance and kind: "INSTANCE KIND LINES COUNTS". Read once for all.
tally() {
	[[ $work/tally -nt $work/out ]] && return
	jq -r '"\(.instance) \(.kind) \(.data.count // 0)"' "$work/out" |
		awk '{ lines[$1 " " $2]++; counts[$1 " " $2] += $3 }
			END { for (key in lines) printf "%s %d %.0f\n", key, lines[key], counts[key] }' \
			>"$work/tally"
}

# lines INSTANCE KIND: how many lines of this kind the stream has.
lines() {
	tally
	awk -v i="$1" -v k="$2" '$1 == i && $2 == k { n = $3 } END { print n + 0 }' "$work/tally"
}

gaps() {
	tally
	awk -v i="$1" '$1 == i && $2 == "lost" { n = $4 } END { printf "%.0f\n", n }' "$work/tally"
}

# The books of an instance: they balance, and the stream tells every loss of ring and crash.
check_ledger() {
	local produced delivered filtered lost
	produced=$(stat_of "$1" produced)
	delivered=$(stat_of "$1" delivered)
	filtered=$(stat_of "$1" filtered)
	lost=$(stat_of "$1" lost)
	[[ $produced ]] || fail "no ledger of $1"
	((produced == delivered + filtered + lost)) ||
		fail "ledger of $1: $produced != $delivered + $filtered + $lost"
	(($(lines "$1" event) == delivered)) ||
		fail "$1: $(lines "$1" event) lines for $delivered delivered events"
	(($(gaps "$1") == lost)) || fail "$1: gaps of $(gaps "$1") for $lost lost events"
}

# The healthy instance saw every call and no gap.
check_healthy() {
	check_ledger healthy
	(($(lines healthy event) == $1)) || fail "healthy has $(lines healthy event) events of $1"
	(($(lines healthy lost) == 0)) || fail "healthy has a gap"
	(($(stat_of healthy restarts) == 0)) || fail "healthy was restarted"
}

# Programs of these plugins' names, and newer than the test.
remember_programs() { programs_remember '^(on_getppid|tracepoint_[0-9])$'; }
check_nothing_left() {
	programs_suspect
	until_true 3 no_program_left || fail "BPF programs are left: ${programs_left//$'\n'/ }"
}

# What plugins of these tests leave running, which a zombie is not.
strays_gone() {
	local pid
	for pid in $(pgrep -x -r D,R,S,T bad-orphan); do
		! grep -qzxF "BAD_WORK=$work" "/proc/$pid/environ" 2>/dev/null || return 1
	done
}
check_no_strays() {
	until_true 3 strays_gone || fail "a process of a plugin outlives its worker"
}
