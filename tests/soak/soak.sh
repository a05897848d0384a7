#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# soak.sh [MINUTES [SEED]]: one host with five instances through all that can happen to it, in an order that
# the seed decides: floods, workers killed and held, a reader that stops, targets that die, other hosts that
# start, stop and are killed. At the end of each minute all rests and the books are read: they balance, the
# gaps in the stream are what was lost, the instance that nobody harmed has every event, and the supervisor
# holds as much memory, descriptors and BPF objects as before. Run it by ./dev soak.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/../live/lib.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/../live/net.sh"
need_kernel
minutes=${1:-1} seed=${2:-$((EPOCHSECONDS % 30000))}
[[ $minutes =~ ^[1-9][0-9]{0,3}$ && $seed =~ ^[0-9]{1,5}$ ]] || { echo "usage: soak.sh [MINUTES [SEED]]"; exit 2; }
RANDOM=$seed
note "seed $seed: ./dev soak $minutes $seed does the same again"

comm=soak$$ # of all targets, and of nothing else
instances=(trace func static net calm)
declare -A did=() attached=() # what was done how often; "attached" lines of each instance
background=() calm_pid='' tally='' calm_sent=0 others=0
# KiB that the supervisor may grow by once its queues have been full: six floods more took 0.4 MiB, twenty
# restarts nothing
slack=512

cleanup() {
	kill -KILL "${background[@]}" $calm_pid $tally 2>/dev/null
	net_down
}

# ---- targets ----------------------------------------------------------------------------------

mkdir "$TMP/act" "$TMP/calls" "$TMP/probed" "$TMP/other"
for program in act calls probed; do
	cp "$TARGETS_DIR/$program" "$TMP/$program/$comm"
done

# in_background COMMAND...: a target whose line on stdin has come already
in_background() {
	"$@" <<<'' >/dev/null 2>&1 9>&- &
	background+=($!)
}

background_end() {
	# Without words it would wait for the host.
	((${#background[@]} == 0)) || wait "${background[@]}" 2>/dev/null
	background=()
}

calm_start() {
	"$TMP/act/$comm" slowly 100000 gets "$1" <<<'' >"$TMP/calm.out" 9>&- &
	calm_pid=$!
	calm_sent=$((calm_sent + $1))
}

flood() {
	local many=$((RANDOM % 20 + 1))

	case $((RANDOM % 4)) in
	0) in_background "$TMP/act/$comm" getppid $((many * 50000)) ;;
	1) in_background "$TMP/calls/$comm" numbers $((many * 10000)) texts $((many * 5000)) ;;
	2) in_background "$TMP/probed/$comm" threads $((many * 2500)) ;;
	3) in_background ip netns exec "$NET_THERE" "$TARGETS_DIR/packets" eth $((many * 10000)) 100 ;;
	esac
}

# A target that does not end by itself but in the middle of its calls.
kill_target() {
	in_background "$TMP/calls/$comm" numbers 10000000
	sleep 0.3
	kill -KILL "${background[-1]}"
	{ wait "${background[-1]}"; } 2>/dev/null
	unset 'background[-1]'
}

# ---- the host under test ----------------------------------------------------------------------

attached_lines() {
	grep -c "info: $1: attached " "$TMP/log"
}

attached_again() {
	[ "$(attached_lines "$1")" -gt "${attached[$1]}" ]
}

worker_of() {
	local pid

	for pid in $(workers); do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != "bpfhost:$1" ] || echo "$pid"
	done
}

# Never calm, and only one that is attached: a worker that is killed while it attaches leaves breakpoints.
kill_worker() {
	local name=${instances[RANDOM % 4]} signals=(KILL SEGV ABRT) pid

	pid=$(worker_of "$name")
	[ -n "$pid" ] || fail "$name has no worker"
	attached[$name]=$(attached_lines "$name")
	kill "-${signals[RANDOM % 3]}" "$pid"
	wait_until 20 attached_again "$name" || fail "$name does not come back"
}

hold_worker() {
	local pid

	pid=$(worker_of "${instances[RANDOM % 4]}")
	kill -STOP "$pid"
	flood
	sleep 1
	kill -CONT "$pid"
}

stop_reader() {
	kill -STOP "$tally"
	flood
	sleep $((RANDOM % 2 + 1))
	kill -CONT "$tally"
}

# ---- other hosts, which come and go beside it --------------------------------------------------

# other_host HOW, in a subshell: its own files, session, target and fate
other_host() {
	TMP=$TMP/other HOST_PID='' TARGET_PID='' HOST_STDOUT='' HOST_IN='' BPF_IDS=''
	target_start getppid 20000
	case $1 in
	stop)
		trace syscalls:sys_enter_getppid
		target_go
		host_stop
		expect "exit status of another host" 0 "$STATUS"
		check_ledger
		expect "events of another host" 20000 "$(stat_of produced)"
		expect "its gaps" "$(stat_of lost)" "$(gaps)"
		;;
	kill)
		trace syscalls:sys_enter_getppid
		target_poke
		kill -KILL "$HOST_PID"
		{ wait "$HOST_PID"; } 2>/dev/null
		HOST_SESSION=$HOST_PID HOST_PID=
		;;
	wrong)
		host_run --plugin tracepoint --set probes=syscalls:no_such_thing
		expect "exit status of a wrong host" 2 "$STATUS"
		expect "lines of a wrong host" 1 "$(grep -cv ': info: ' "$TMP/log")"
		;;
	esac
	check_clean
	target_end
}

run_other_host() {
	local ways=(stop kill wrong)

	(other_host "${ways[RANDOM % 3]}") || fail "another host went wrong"
	others=$((others + 1))
}

# ---- the books --------------------------------------------------------------------------------

ask_tally() {
	rm -f "$TMP/tally"
	kill -USR1 "$tally"
	wait_until 10 test -e "$TMP/tally" || fail "the reader does not answer"
}

tally_of() {
	sed -n "s/^$1 .*\b$2=\([0-9]*\).*/\1/p" "$TMP/tally" | grep . || echo 0
}

# Nothing is on its way any more, and the stream has told what the books say.
at_rest() {
	local before name

	before=$(grep -c '^stats ' "$TMP/log")
	kill -USR1 "$HOST_PID" || fail "the supervisor has ended"
	wait_until 5 stats_since "$((before + ${#instances[@]}))" || fail "SIGUSR1 prints no ledger"
	ask_tally
	for name in "${instances[@]}"; do
		[ -z "$(stat_of pending "$name")" ] &&
			[ "$(stat_of delivered "$name")" = "$(tally_of "$name" events)" ] &&
			[ "$(stat_of lost "$name")" = "$(tally_of "$name" lost)" ] || return 1
	done
}

stats_since() {
	[ "$(grep -c '^stats ' "$TMP/log")" -ge "$1" ]
}

supervisor_memory() {
	sed -n 's/^RssAnon:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$HOST_PID/status"
}

supervisor_files() {
	find "/proc/$HOST_PID/fd" -mindepth 1 | wc -l
}

held_objects() {
	bpf_ids | cut -d ' ' -f 1 | sort | uniq -c | words
}

check_books() {
	local name

	background_end
	wait "$calm_pid"
	wait_until 15 at_rest || fail "the stream does not say what the books do: $(tail -n 5 "$TMP/log")
$(cat "$TMP/tally")"
	for name in "${instances[@]}"; do
		check_ledger "$name"
	done
	expect "events of the one that nobody harmed" "$calm_sent" "$(stat_of delivered calm)"
	expect "lost by it" 0 "$(stat_of lost calm)"
	expect "broken lines" 0 "$(tally_of all broken)"
	expect "BPF objects" "$objects" "$(held_objects)"
	expect "descriptors of the supervisor" "$files" "$(supervisor_files)"
	LC_ALL=C grep -q $'[\x01-\x09\x0b-\x1f\x7f]' "$TMP/log" && fail "control characters in the log"
}

tell_minute() {
	local name sums=''

	for name in "${instances[@]}"; do
		sums+=" $name $(stat_of produced "$name")-$(stat_of lost "$name")/$(stat_of restarts "$name")"
	done
	note "minute $1: produced-lost/restarts$sums; $(supervisor_memory) KiB, $(supervisor_files) files;$(
		for name in "${!did[@]}"; do printf ' %s %s' "$name" "${did[$name]}"; done)"
}

# ---- the run ----------------------------------------------------------------------------------

act() {
	local acts=(flood flood flood kill_worker kill_worker hold_worker stop_reader kill_target
		run_other_host) name

	name=${acts[RANDOM % ${#acts[@]}]}
	did[$name]=$((${did[$name]:-0} + 1))
	$name
	# No more at a time than a small machine gets done within the minute.
	[ ${#background[@]} -lt 6 ] || background_end
}

# The reader stops while all are flooded, so that all queues that put events in order are full: what they have
# allocated stays (core/host/bus/merge.c).
fill() {
	kill -STOP "$tally"
	in_background "$TMP/act/$comm" getppid 500000
	in_background "$TMP/calls/$comm" numbers 100000 texts 100000
	in_background "$TMP/probed/$comm" threads 50000
	in_background ip netns exec "$NET_THERE" "$TARGETS_DIR/packets" eth 200000 100
	sleep 2
	kill -CONT "$tally"
	background_end
	wait_until 20 at_rest || fail "it does not come to rest"
}

# Until one more flood takes next to nothing more: from here on, what comes is a leak.
fill_all() {
	local before=0

	for ((i = 0; i < 6; i++)); do
		fill
		memory=$(supervisor_memory)
		[ $((memory - before)) -gt 128 ] || return 0
		before=$memory
	done
	fail "it takes more memory with each flood: $memory KiB"
}

net_up
mkfifo "$TMP/pipe"
"$TARGETS_DIR/tally" "$TMP/tally" <"$TMP/pipe" 9>&- &
tally=$!
HOST_STDOUT=$TMP/pipe
host_start -n 5 --comm "$comm" --duration $((minutes + 2))m --restart-limit 1000000 --ring-size 4MiB \
	--plugin tracepoint@trace --set probes=syscalls:sys_enter_getppid \
	--plugin uprobe@func --set "probes=$TMP/calls/$comm:numbers -> i32" \
	--set "probes=$TMP/calls/$comm:texts(text: str)" \
	--plugin usdt@static --set "probes=$TMP/probed/$comm:bt:hit(thread, i)" \
	--plugin xdp@net --set iface=eth --set show=packets \
	--plugin tracepoint@calm --set probes=syscalls:sys_enter_getuid
objects=$(held_objects) files=$(supervisor_files) memory=''
for ((minute = 1; minute <= minutes; minute++)); do
	end=$((EPOCHSECONDS + 45))
	calm_start 400
	[ -n "$memory" ] || fill_all
	while [ "$EPOCHSECONDS" -lt $end ]; do
		act
	done
	check_books
	tell_minute $minute
	expect_between "KiB of the supervisor" 0 $((memory + slack)) "$(supervisor_memory)"
done
host_stop
wait "$tally"
expect "exit status" $((${did[kill_worker]:-0} > 0)) "$STATUS"
for name in "${instances[@]}"; do
	check_ledger "$name"
	expect "events of $name" "$(stat_of delivered "$name")" "$(tally_of "$name" events)"
	expect "gaps of $name" "$(stat_of lost "$name")" "$(tally_of "$name" lost)"
	[ "$(stat_of delivered "$name")" -gt 0 ] || fail "$name saw nothing"
done
expect "broken lines" 0 "$(tally_of all broken)"
expect "left on the interface" '' "$(on_interface)"
check_clean
note "soaked: $others other hosts, ${did[kill_worker]:-0} workers killed"
