#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# SIGKILL at any moment: of the supervisor or of a worker, while they start, run or stop, with all four plugins
# attached to programs that run and to an interface. Nothing stays behind: no process, no program, map or link,
# no breakpoint and no raised semaphore in the programs, nothing on the interface; and books that are told
# balance.
#
# Two kills by default; BPFHOST_TEST_KILLS=300 makes so many, BPFHOST_TEST_SEED the same ones again.
#
# A worker that somebody else kills in the middle of attaching to programs, or of letting go of them, is the
# one exception: the kernel may keep its breakpoints until the program ends. Those are counted and told.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
[ "${BPFHOST_TEST_KILLS:-2}" -gt 2 ] || limit_to 120
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"
# shellcheck source=tests/live/breakpoints.sh
. "$(dirname "$0")/breakpoints.sh"
# shellcheck source=tests/live/semaphores.sh
. "$(dirname "$0")/semaphores.sh"
need_kernel
need_program python3
need_program readelf
net_up

kills=${BPFHOST_TEST_KILLS:-2} seed=${BPFHOST_TEST_SEED:-$((EPOCHSECONDS % 30000))}
RANDOM=$seed
note "seed $seed"
instances=(tracepoint uprobe usdt xdp)
crowd=() busy=() crowd_since=0 raised_before=
declare -A did=() kept=()
# ms that a start and a stop take here, which the first round measures
start_ms=1 stop_ms=1

cleanup() {
	kill -KILL "${crowd[@]}" "${busy[@]}" 2>/dev/null
	net_down
}

# ---- what is traced -----------------------------------------------------------------------------

cp "$TARGETS_DIR/act" "$TARGETS_DIR/calls" "$TARGETS_DIR/probed" "$TMP"
mkfifo "$TMP/crowd.in"
exec 8<>"$TMP/crowd.in"

# ended PID...: where there are none, wait would wait for the crowd
ended() {
	[ $# = 0 ] || { kill -KILL "$@" && wait "$@"; } 2>/dev/null
}

# Several processes of each program, which do nothing: the kernel has to go through them all.
crowd_start() {
	for _ in {1..6}; do
		"$TMP/calls" many 1 <&8 >/dev/null 9>&- &
		crowd+=($!)
	done
	for _ in {1..6}; do
		"$TMP/probed" wait <&8 >/dev/null 9>&- &
		crowd+=($!)
	done
	crowd_since=$SECONDS
}

crowd_end() {
	ended "${crowd[@]}"
	crowd=()
}

# The semaphores of one of them, which the program may have raised itself.
raised() {
	TARGET_PROGRAM=$TMP/probed semaphores "${crowd[6]}"
}

# They have an alarm that ends them.
crowd_renew() {
	[ ${#crowd[@]} -gt 0 ] && [ $((SECONDS - crowd_since)) -lt 30 ] && return
	crowd_end
	crowd_start
}

# And one of each that runs into the probes, in every other round.
busy_start() {
	[ $((RANDOM % 2)) = 0 ] || return 0
	"$TMP/act" slowly 100 getppid 1000000 <<<'' >/dev/null 9>&- &
	busy=($!)
	"$TMP/calls" many 1000000 <<<'' >/dev/null 9>&- &
	busy+=($!)
	"$TMP/probed" guarded 100000000 <<<'' >/dev/null 9>&- &
	busy+=($!)
}

# ---- the host -----------------------------------------------------------------------------------

# Many places by one link, or a few one by one, for each of which the kernel takes its time.
launch() {
	local ways way functions='many_*' static='bt:*'

	mapfile -t ways < <(uprobe_ways)
	way=${ways[RANDOM % ${#ways[@]}]}
	[ "$way" = multi ] || functions='many_199?' static=bt:guarded
	: >"$TMP/out"
	host_spawn --restart-limit 3 --comm act --comm calls --comm probed \
		--plugin tracepoint --set probes=syscalls:sys_enter_getppid \
		--plugin uprobe --set "probes=$TMP/calls:$functions" --set attach="$way" \
		--plugin usdt --set "probes=$TMP/probed:$static" --set attach="$way" \
		--plugin xdp --set iface=eth
}

now_ms() {
	echo $((${EPOCHREALTIME/[.,]/} / 1000))
}

# pause_up_to MS
pause_up_to() {
	local us=$(((RANDOM * 32768 + RANDOM) % ($1 * 1000 + 1)))

	sleep "$((us / 1000000)).$(printf %06d $((us % 1000000)))"
}

measure() {
	local begin

	begin=$(now_ms)
	launch
	wait_until 10 host_attached 4 || fail "the host does not attach"
	start_ms=$(($(now_ms) - begin + 20))
	[ "$(raised)" -gt "$raised_before" ] || fail "no semaphore is raised while it runs"
	begin=$(now_ms)
	host_stop
	check_clean
	stop_ms=$(($(now_ms) - begin + 20))
	expect "exit status" 0 "$STATUS"
	note "a start takes $start_ms ms, a stop $stop_ms ms"
}

# ---- a kill -------------------------------------------------------------------------------------

# The moment comes: in the middle of the start, behind it, in the middle of the stop.
await_moment() {
	case $1 in
	start) pause_up_to $start_ms ;;
	*) wait_until 10 host_attached 4 || fail "the host does not attach" ;;
	esac
	[ "$1" != run ] || pause_up_to 100
	[ "$1" != stop ] || kill -TERM "$HOST_PID"
	BPF_IDS=$(bpf_ids)
	[ "$1" != stop ] || pause_up_to $stop_ms
}

# Sets victim: the supervisor, or a worker with its instance's name; nothing where that has ended.
choose_victim() {
	local pids

	who=supervisor victim=$HOST_PID
	[ $((RANDOM % 2)) = 0 ] || return 0
	read -ra pids <<<"$(workers)"
	who=worker victim=''
	[ ${#pids[@]} -gt 0 ] || return 0
	victim=${pids[RANDOM % ${#pids[@]}]}
	read -r who 2>/dev/null <"/proc/$victim/comm"
	who=${who#bpfhost:}
}

end_host() {
	if [ "$who" = supervisor ]; then
		{ wait "$HOST_PID"; } 2>/dev/null
		HOST_SESSION=$HOST_PID HOST_PID=''
		return
	fi
	[ "$1" = stop ] || kill -TERM "$HOST_PID"
	host_wait 30
}

# Whoever kills a worker at this moment must know what it leaves.
kernel_may_keep() {
	[ "$1" != run ] && [[ $who == u* ]]
}

# kept_nothing WHAT BEFORE MOMENT COMMAND...: prints what it did before the host, before long, or may print else
kept_nothing() {
	local tries=$((20 * SLOW))

	# Each look takes a while by itself.
	until [ "$("${@:4}")" = "$2" ]; do
		[ $((tries -= 1)) -gt 0 ] || break
		sleep 0.1
	done
	[ $tries = 0 ] || return 0
	kernel_may_keep "$3" || fail "$who killed in $3: $1: $("${@:4}"), and $2 before"
	kept["$1"]=$((${kept["$1"]:-0} + 1))
	crowd_end
}

check_programs() {
	TARGET_PROGRAM=$TMP/calls kept_nothing "breakpoints of uprobe" 0 "$1" breakpoints "${crowd[@]:0:6}"
	[ ${#crowd[@]} -gt 0 ] || return 0
	TARGET_PROGRAM=$TMP/probed kept_nothing "breakpoints of usdt" 0 "$1" breakpoints "${crowd[@]:6}"
	[ ${#crowd[@]} -gt 0 ] || return 0
	kept_nothing "raised semaphores" "$raised_before" "$1" raised
}

# ---- the kernel's objects -----------------------------------------------------------------------

# All of them, as "prog 7", and those of which some process or program has hold.
# But those that others have pinned: a host does not.
all_objects() {
	local kind

	for kind in prog map link; do
		bpftool -f -j $kind show 2>/dev/null |
			jq -r ".[]? | select((.pinned // []) == []) | \"$kind \\(.id)\""
	done | sort
}

held_by_somebody() {
	{
		cat /proc/[0-9]*/fdinfo/* 2>/dev/null |
			sed -n 's/^\(link\|prog\|map\)_id:[[:space:]]*/\1 /p'
		bpftool -j prog show 2>/dev/null | jq -r '.[] | .map_ids[]? | "map \(.)"'
	} | sort -u
}

# Of those that came since, and that nobody holds, at every look: what other hosts do meanwhile comes and goes.
nobodys() {
	comm -12 <(printf '%s\n' "$suspects") <(comm -23 <(all_objects) <(held_by_somebody))
}

no_suspects() {
	suspects=$(nobodys)
	[ -z "$suspects" ]
}

check_kernel() {
	suspects=$(comm -13 "$TMP/before" <(all_objects))
	wait_until 10 no_suspects || fail "left in the kernel: $(words <<<"$suspects")"
	expect "program on the interface" '' "$(on_interface)"
}

check_books() {
	local name

	for name in "${instances[@]}"; do
		! grep -q "^stats instance=$name " "$TMP/log" || check_ledger "$name"
	done
}

# ---- all of them ----------------------------------------------------------------------------------

round() {
	local moments=(start run stop) moment who victim

	moment=${moments[RANDOM % 3]}
	crowd_renew
	raised_before=$(raised)
	busy_start
	launch
	await_moment "$moment"
	choose_victim
	[ -z "$victim" ] || kill -KILL "$victim" 2>/dev/null || who=ended
	end_host "$moment"
	ended "${busy[@]}"
	busy=()
	check_clean
	check_programs "$moment"
	check_kernel
	check_books
	did["$moment $who"]=$((${did["$moment $who"]:-0} + 1))
}

all_objects >"$TMP/before"
crowd_renew
raised_before=$(raised)
measure
expect "raised semaphores behind a whole run" "$raised_before" "$(raised)"
for ((n = 1; n <= kills; n++)); do
	round
done
for key in "${!did[@]}"; do
	note "killed in $key: ${did[$key]}"
done | sort
for key in "${!kept[@]}"; do
	note "kept by the kernel, $key: ${kept[$key]}"
done
note "$kills kills, and nothing else was left"
