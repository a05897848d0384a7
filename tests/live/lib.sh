# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# (What the tests use, and with which arguments, is not seen from here.)
#
# What the live tests share. A test sources this, names what it needs, starts a target, starts the
# host on it, lets the target go, stops the host and compares:
#
#	. "$(dirname "$0")/lib.sh"
#	target_start getppid 1000
#	host_start --pid "$TARGET_PID" --set 'probes=syscalls:sys_enter_getppid'
#	target_go
#	host_stop
#	expect "events" 1000 "$(events | wc -l)"
#	check_ledger; check_clean
#
# The files of a test lie in $TMP: out (events), log (the host's stderr), target.out. Everything
# ends by itself within a minute, or what BPFHOST_TEST_SLOW makes of it, even when the test is killed:
# the host has a --duration, the target an alarm.

set -u

: "${BPFHOST:?is not set: run this test with ctest}" "${PLUGIN_DIR:?}" "${TARGETS_DIR:?}"

TMP=$(mktemp -d "${TMPDIR:-/var/tmp}/bpfhost-live.XXXXXX") || exit 1
# Other users, which some tests become, may go in but not look around.
chmod 0711 "$TMP"
TRACING=/sys/kernel/tracing
HOST_PID='' HOST_SESSION='' HOST_STDOUT='' HOST_IN='' TARGET_PID='' STATUS='' TOOK='' BPF_IDS=''
HOST_FORMAT=json REFUSALS_ARE_FINE=''
# What the shorter calls below mean: the program to trace, the plugin, and so the instance.
TARGET_PROGRAM=$TARGETS_DIR/act
PLUGIN=tracepoint
# Where the sanitizers or a busy machine make all slower, limits of time are stretched.
SLOW=${BPFHOST_TEST_SLOW:-1}
case ${CFLAGS:-} in *sanitize*) SLOW=$((SLOW * 4)) ;; esac

finish() {
	local status=$?

	exec 2>/dev/null
	[ -z "$HOST_PID" ] || kill -KILL -- "-$HOST_PID"
	[ -z "$TARGET_PID" ] || kill -KILL "$TARGET_PID"
	[ "$(type -t cleanup)" != function ] || cleanup
	wait
	rm -rf "$TMP"
	exit "$status"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

note() {
	printf '%s\n' "$*"
}

skip() {
	note "skipped: $*"
	exit 77
}

fail() {
	note "FAILED in line ${BASH_LINENO[*]:0:2}: $*"
	[ ! -s "$TMP/log" ] || { note "--- log"; tail -n 30 "$TMP/log"; }
	[ ! -s "$TMP/out" ] || { note "--- events"; head -n 5 "$TMP/out" | cut -c 1-600; }
	exit 1
}

# expect WHAT WANTED FOUND
expect() {
	[ "$2" = "$3" ] || fail "$1: wanted '$2', found '$3'"
}

# expect_between WHAT LEAST MOST FOUND
expect_between() {
	if [ "$4" -lt "$2" ] || [ "$4" -gt "$3" ]; then
		fail "$1: wanted $2 to $3, found '$4'"
	fi
}

# wait_until SECONDS COMMAND...
wait_until() {
	local tries=$(($1 * 100 * SLOW))

	shift
	while ! "$@"; do
		[ $((tries -= 1)) -gt 0 ] || return 1
		sleep 0.01
	done
}

# wait_for_number SECONDS NUMBER COMMAND...: until it prints that number
wait_for_number() {
	wait_until "$1" prints "${@:2}"
}

prints() {
	[ "$("${@:2}")" = "$1" ]
}

gone() {
	! "$@"
}

# Its input as one line, with one space between the words.
words() {
	paste -s -d ' ' -
}

# limit_to SECONDS: the whole test, where ctest's limit is that of a longer form of it. Before all else.
limit_to() {
	[ -z "${TEST_LIMITED-}" ] || return 0
	rm -rf "$TMP"
	TEST_LIMITED=1 exec timeout --kill-after=10 $(($1 * SLOW)) "$BASH" "$0"
}

need_program() {
	command -v "$1" >/dev/null || skip "the program $1 is missing"
}

need_kernel() {
	[ "$(id -u)" = 0 ] || skip "root is needed"
	need_program jq
	need_program bpftool
	[ -d $TRACING/events ] || mount -t tracefs tracefs $TRACING 2>/dev/null
	[ -d $TRACING/events/syscalls ] || skip "tracefs with events/syscalls is missing"
	bpftool prog load /dev/null /dev/null 2>&1 | grep -q 'Operation not permitted' &&
		skip "the bpf() system call is not permitted (CAP_BPF)"
	bpftool map show >/dev/null 2>&1 || skip "the bpf() system call is not permitted (CAP_BPF)"
}

# The event must be in this kernel: need_event category:name
need_event() {
	[ -e "$TRACING/events/${1/://}/format" ] || skip "this kernel has no tracepoint $1"
}

# The ways to attach places in programs that this kernel has: multi only since Linux 6.6.
uprobe_ways() {
	[ "$(printf '6.6\n%s\n' "$(uname -r)" | sort -V | head -n 1)" != 6.6 ] || echo multi
	echo classic
}

# ---- the target -------------------------------------------------------------------------------

# target_start VERB...: runs the target up to where it waits
target_start() {
	rm -f "$TMP/target.in"
	mkfifo "$TMP/target.in"
	: >"$TMP/target.out"
	"$TARGET_PROGRAM" "$@" <"$TMP/target.in" >"$TMP/target.out" 2>&1 &
	TARGET_PID=$!
	exec 9>"$TMP/target.in"
	wait_until 5 grep -q '^pid ' "$TMP/target.out" || fail "the target does not start"
	expect "pid of the target" "$TARGET_PID" "$(target_said pid)"
}

# What the target said it did: target_said WORD prints what stands behind it, line by line.
target_said() {
	sed -n "s/^$1 //p" "$TMP/target.out"
}

target_reached() {
	grep -Eq '^(failed|unknown)' "$TMP/target.out" && fail "target: $(cat "$TMP/target.out")"
	[ "$(grep -c "^$1" "$TMP/target.out")" -ge "${2:-1}" ]
}

# Lets the target go on, without waiting for it.
target_poke() {
	echo >&9
}

# target_go [SECONDS]: lets it do all that is left
target_go() {
	target_poke
	wait_until "${1:-20}" target_reached "done" || fail "the target does not end"
}

target_end() {
	exec 9>&-
	wait "$TARGET_PID" 2>/dev/null
	TARGET_PID=
}

# ---- the host ---------------------------------------------------------------------------------

workers() {
	cat "/proc/$HOST_PID/task/$HOST_PID/children" 2>/dev/null
}

# What the workers hold in the kernel, as "link 12" or "prog 7".
bpf_ids() {
	local pid

	for pid in $(workers); do
		cat "/proc/$pid/fdinfo/"* 2>/dev/null
	done | sed -n 's/^\(link\|prog\|map\)_id:[[:space:]]*/\1 /p' | sort -u
}

host_attached() {
	[ -d "/proc/$HOST_PID" ] || return 0
	[ "$(grep -c ': attached [0-9]* of [0-9]* probes\|: degraded: ' "$TMP/log")" -ge "$1" ]
}

# host_spawn ARGUMENT...: the host in a session of its own, and in the network namespace $HOST_IN where
# that is set; stdout to $HOST_STDOUT or $TMP/out
host_spawn() {
	: >"$TMP/log"
	# SIGINT is ignored in the background jobs of a shell.
	env --default-signal=INT,QUIT setsid ${HOST_IN:+nsenter "--net=/run/netns/$HOST_IN"} \
		"$BPFHOST" --plugin-dir "$PLUGIN_DIR" \
		--trust "$PLUGIN_DIR" --format "$HOST_FORMAT" --duration $((50 * SLOW))s \
		--call-limit $((10 * SLOW))s "$@" \
		>"${HOST_STDOUT:-$TMP/out}" 2>"$TMP/log" </dev/null 9>&- &
	HOST_PID=$!
}

# host_start [-n INSTANCES] ARGUMENT...: waits until all are attached
host_start() {
	local instances=1

	if [ "$1" = -n ]; then
		instances=$2
		shift 2
	fi
	host_spawn "$@"
	wait_until 10 host_attached "$instances" || fail "the host does not attach"
	[ -d "/proc/$HOST_PID" ] || fail "the host ended at once"
	BPF_IDS=$(bpf_ids)
	grep -q '^prog ' <<<"$BPF_IDS" || fail "no worker holds a program"
}

# One use of the plugin, filtered by the target's pid: trace PROBE [ARGUMENT...]
trace() {
	local probe=$1

	shift
	host_start --plugin "$PLUGIN" --set "probes=$probe" --pid "$TARGET_PID" "$@"
}

host_gone() {
	local state

	read -r _ _ state _ 2>/dev/null <"/proc/$HOST_PID/stat" || return 0
	[ "$state" = Z ]
}

# Waits for the end that is under way; $STATUS is the exit status.
host_wait() {
	wait_until "${1:-10}" host_gone || fail "the host does not end"
	wait "$HOST_PID"
	STATUS=$?
	HOST_SESSION=$HOST_PID
	HOST_PID=
	[ -n "$REFUSALS_ARE_FINE" ] || ! grep 'was refused the system call\|SIGSYS' "$TMP/log" ||
		fail "a worker made a call that its filter refuses"
}

told() {
	[ "$(grep -c '^stats ' "$TMP/log")" -gt "$1" ] || host_gone
}

# host_stop [SIGNAL]: and checks that it takes less than a second until the ledger is there. What may
# follow is the kernel's: 40 ms and more for each probe, and it lets go of one at a time only.
host_stop() {
	local begin=${EPOCHREALTIME/[.,]/} before

	before=$(grep -c '^stats ' "$TMP/log")
	kill "-${1:-TERM}" "$HOST_PID" || fail "the host has ended already"
	wait_until 10 told "$before" || fail "there is no ledger"
	TOOK=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
	[ $TOOK -lt $((1000 * SLOW)) ] || fail "stopping took $TOOK ms"
	host_wait 30
}

# From here on the host runs below tools/refuse, with the process id that it would have alone.
host_below_refuse() {
	export REFUSED_HOST=$BPFHOST REFUSE='-a
umask
bpf'
	cat >"$TMP/refused_host" <<'SCRIPT'
#!/bin/bash
mapfile -t words <<<"$REFUSE"
exec "$TOOLS_DIR/refuse" "${words[@]}" -- "$REFUSED_HOST" "$@"
SCRIPT
	chmod +x "$TMP/refused_host"
	BPFHOST=$TMP/refused_host
}

# What it is told: refuse_with [OPTION]... CALL[@N][=ANSWER]...
refuse_with() {
	printf -v REFUSE '%s\n' "$@"
	REFUSE=${REFUSE%$'\n'}
}

# host_run ARGUMENT...: a run that ends by itself
host_run() {
	host_spawn "$@"
	host_wait
}

# One target from begin to end: run_once PROBE [ARGUMENT...] after target_start
run_once() {
	trace "$@"
	target_go
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger
	check_clean
	target_end
}

# ---- what came out ----------------------------------------------------------------------------

events() {
	grep '"kind":"event"' "$TMP/out"
}

# count [FILTER]: the events, or those for which jq's FILTER holds
count() {
	jq -c "select(.kind == \"event\") | select(${1:-true})" "$TMP/out" | wc -l
}

# The sum of the gaps in the stream, of one reason or of all.
gaps() {
	jq -s "[.[] | select(.kind == \"lost\") | select(${1:-true}) | .data.count] | add // 0" \
		"$TMP/out"
}

# stat KEY [INSTANCE]: a number of the last stats line
stat_of() {
	grep "^stats instance=${2:-$PLUGIN} " "$TMP/log" | tail -n 1 | tr ' ' '\n' |
		sed -n "s/^$1=//p"
}

# check_ledger [INSTANCE]: it is there and it balances
check_ledger() {
	local name=${1:-$PLUGIN} line word
	local -A stat=()

	line=$(grep "^stats instance=$name " "$TMP/log" | tail -n 1)
	[ -n "$line" ] || fail "there is no stats line of $name"
	for word in $line; do
		stat[${word%%=*}]=${word#*=}
	done
	expect "lost by reasons" "${stat[lost]}" $((stat[lost_ring] + stat[lost_crash] + stat[lost_sink] + stat[lost_stop]))
	expect "produced = delivered + filtered + lost" "${stat[produced]}" \
		$((stat[delivered] + stat[filtered] + stat[lost]))
	expect "pending" "" "${stat[pending]-}"
}

# check_lost KEY=NUMBER...: these, and 0 for the reasons that are not named
check_lost() {
	local reason given wanted

	for reason in ring crash sink stop; do
		wanted=0
		for given in "$@"; do
			[ "${given%=*}" != $reason ] || wanted=${given#*=}
		done
		[ "$wanted" = any ] || expect "lost_$reason" "$wanted" "$(stat_of lost_$reason)"
	done
}

# Every line is JSON and UTF-8, by the word of somebody else.
check_json() {
	iconv -f UTF-8 -t UTF-8 "$TMP/out" >/dev/null || fail "not all of the output is UTF-8"
	jq -e . "$TMP/out" >/dev/null || fail "not all of the output is JSON"
	if command -v python3 >/dev/null; then
		python3 -c 'import json, sys
for line in open(sys.argv[1], "rb"):
    assert isinstance(json.loads(line.decode("utf-8")), dict)' "$TMP/out" ||
			fail "python3 refuses a line"
	fi
	[ -z "$(tail -c 1 "$TMP/out")" ] || fail "the last line is not whole"
}

bpf_left() {
	local kind id

	while read -r kind id; do
		[ -z "$id" ] || ! bpftool "$kind" show id "$id" >/dev/null 2>&1 || return 0
	done <<<"$BPF_IDS"
	return 1
}

# A zombie has nothing any more but a parent that does not look, which may be this machine's init; one
# of whose threads some still run (l) is none yet.
session_left() {
	ps -o stat= -s "$HOST_SESSION" | awk '!/^Z[^l]*$/ { left = 1 } END { exit !left }'
}

# No worker, program, map or link of the last run is left.
check_clean() {
	wait_until 10 gone session_left || fail "left running: $(ps -s "$HOST_SESSION")"
	wait_until 2 gone bpf_left || fail "left in the kernel, of: $BPF_IDS"
	BPF_IDS=
}
