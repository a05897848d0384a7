#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# An interface that has an XDP program already: who that is, taking its place when asked to, and that the
# other one comes back, however the run ends.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"
PLUGIN=xdp
OTHER_PIN=$TMP/bpf/other
FIRST_PID=

cleanup() {
	[ -z "$FIRST_PID" ] || kill -KILL -- "-$FIRST_PID"
	net_down
	umount "$TMP/bpf"
} 2>/dev/null

need_kernel
need_program ping
net_up
mkdir "$TMP/bpf"
mount -t bpf bpf "$TMP/bpf" || skip "no BPF file system can be mounted (CAP_SYS_ADMIN)"
bpftool prog load "$LIVE_DIR/xdp_other.bpf.o" "$OTHER_PIN" || fail "bpftool prog load"
OTHER=$(bpftool -j prog show pinned "$OTHER_PIN" | jq .id)
OTHER_MAP=$(bpftool -j prog show pinned "$OTHER_PIN" | jq '.map_ids[0]')

# mac IN: the address of its interface, so that nobody has to ask for it at a bad time
mac() {
	ip -n "$1" -j link show eth | jq -r '.[0].address'
}
ip -n "$NET_HERE" neigh replace 10.9.0.2 lladdr "$(mac "$NET_THERE")" dev eth nud permanent
ip -n "$NET_THERE" neigh replace 10.9.0.1 lladdr "$(mac "$NET_HERE")" dev eth nud permanent

logged() {
	grep -Fq -- "$1" "$TMP/log" || fail "the log does not say '$1'"
}

# By the means of others: net attach [xdpdrv|xdpgeneric]
other_on() {
	nsenter "--net=/run/netns/$NET_HERE" bpftool net attach "$1" pinned "$OTHER_PIN" dev eth ||
		fail "bpftool net attach $1"
}

other_off() {
	nsenter "--net=/run/netns/$NET_HERE" bpftool net detach "$1" dev eth ||
		fail "bpftool net detach $1"
}

other_packets() {
	bpftool -j map dump id "$OTHER_MAP" | jq '[.[].formatted.value] | add'
}

is_on() {
	[ "$(on_interface)" = "$1" ]
}

# What the host holds of others stays when it ends.
only_ours() {
	BPF_IDS=$(grep -vx "prog $OTHER\|prog ${FIRST:-0}\|link ${FIRST_LINK:-0}" <<<"$BPF_IDS")
}

guard_of() {
	local pid

	for pid in $(workers); do
		tr -d " " <"/proc/$pid/task/$pid/children"
	done
}

# The only child of a process: the heir of a guard, the guard of a worker.
child_of() {
	tr -d " " <"/proc/$1/task/$1/children"
}

guard_ends() {
	local state

	read -r _ _ state _ 2>/dev/null <"/proc/$GUARD/stat" || return 0
	[ "$state" = Z ]
}

pings() {
	there ping -q -n -c "$1" -i 0.02 10.9.0.1 >"$TMP/ping" || fail "$(cat "$TMP/ping")"
}

# Another instance, whose program is on the interface by a link.
first_start() { # OPTION...
	: >"$TMP/first.log"
	setsid nsenter "--net=/run/netns/$NET_HERE" "$BPFHOST" --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" \
		--duration $((40 * SLOW))s --plugin xdp@first --set iface=eth "$@" >"$TMP/first.out" 2>"$TMP/first.log" </dev/null &
	FIRST_PID=$!
	wait_until 10 grep -q 'attached 1 of 1' "$TMP/first.log" || fail "$(cat "$TMP/first.log")"
	FIRST=$(on_interface)
	FIRST_LINK=$(bpftool -j link | jq ".[] | select(.prog_id == $FIRST).id")
}

first_stop() {
	kill -INT "$FIRST_PID"
	wait "$FIRST_PID" 2>/dev/null
	FIRST_PID=
	wait_until 5 is_on "${1:-}" || fail "the first instance left its program"
}

# ---- occupied by a program of netlink's: never taken over in silence
for mode in xdpdrv xdpgeneric; do
	other_on $mode
	for ours in auto native generic; do
		host_run --plugin xdp --set iface=eth --set mode=$ours
		expect "exit status" 1 "$STATUS"
		logged "failed to attach eth: it is occupied by program $OTHER 'xdp_other' in"
		logged "(attached by netlink); replace=true takes its place"
		expect "on the interface" "$OTHER" "$(on_interface)"
	done
	other_off $mode
done

# ---- and by a link: of another instance, whose process is named
first_start
host_run --plugin xdp --set iface=eth
expect "exit status" 1 "$STATUS"
logged "it is occupied by program $FIRST 'xdp_program' in native mode (link "
logged ", of process $(tr -d ' ' <"/proc/$FIRST_PID/task/$FIRST_PID/children") 'bpfhost:first'"
expect "on the interface" "$FIRST" "$(on_interface)"

# ---- a link's program gives way for the time, and not for longer
host_start --plugin xdp --set iface=eth --set replace=true --set show=packets
only_ours
logged "eth: attached in native mode in place of program $FIRST 'xdp_program' in native mode (link "
! is_on "$FIRST" || fail "it was not replaced"
pings 3
here "$BPFHOST" --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" --duration 1s --plugin xdp@third \
	--set iface=eth --set replace=true >"$TMP/third" 2>&1 && fail "a third one took the place"
grep -q "which itself is there in place of another program" "$TMP/third" || fail "$(cat "$TMP/third")"
host_stop
expect "exit status" 0 "$STATUS"
logged "eth: program $FIRST 'xdp_program' is back"
expect "on the interface" "$FIRST" "$(on_interface)"
expect "pings" 3 "$(count '.data.icmp_type == 8')"
check_ledger
check_clean
first_stop

# ---- the same with netlink's, in either mode: no packet slips through, none is seen by both
for mode in xdpdrv xdpgeneric; do
	other_on $mode
	pings 2
	before=$(other_packets)
	host_start --plugin xdp --set iface=eth --set replace=true --set show=packets
	only_ours
	pings 3
	GUARD=$(guard_of)
	expect "what the guard may" "CapEff: 0000000000001000" \
		"$(grep CapEff "/proc/$GUARD/status" | tr '\t' ' ')"
	expect "what the guard holds" "anon_inode:bpf-prog anon_inode:bpf-prog pipe: socket:" \
		"$(for fd in "/proc/$GUARD/fd/"*; do readlink "$fd"; done | sed 's/:\[.*/:/' |
			sort | words)"
	kill -INT "$GUARD"
	host_stop INT
	logged "eth: program $OTHER 'xdp_other' is back"
	expect "on the interface" "$OTHER" "$(on_interface)"
	expect "seen by the other one meanwhile" "$before" "$(other_packets)"
	expect "pings" 3 "$(count '.data.icmp_type == 8')"
	check_ledger
	check_clean
	guard_ends || fail "the guard is still there"
	other_off $mode
done

# ---- and however it ends
other_on xdpdrv
for victim in worker crash supervisor session; do
	host_start --plugin xdp --set iface=eth --set replace=true
	only_ours
	ours=$(on_interface)
	GUARD=$(guard_of)
	worker=$(workers)
	case $victim in
	worker) kill -KILL "$worker" ;;
	crash) kill -SEGV "$worker" ;;
	supervisor) kill -KILL "$HOST_PID" ;;
	session) kill -KILL -- "-$HOST_PID" ;;
	esac
	wait_until 5 guard_ends || fail "$victim: the guard does not end"
	case $victim in
	worker | crash)
		# The next worker takes the place again.
		wait_until 10 gone is_on "$OTHER" || fail "$victim: no worker came again"
		! is_on "$ours" || fail "$victim: the program of the dead one is still there"
		wait_until 5 host_attached 2 || fail "$victim: not attached again"
		GUARD=$(guard_of)
		host_stop
		check_ledger
		;;
	*) host_wait ;;
	esac
	expect "on the interface after $victim" "$OTHER" "$(on_interface)"
	check_clean
	guard_ends || fail "the guard is still there"
done

# ---- not in another mode than the one that is there; nor what somebody else put there meanwhile
host_run --plugin xdp --set iface=eth --set replace=true --set mode=generic
logged "which has no place in generic mode"
! grep -q "is not put back" "$TMP/log" || fail "what was never taken is said not to come back"
expect "exit status" 1 "$STATUS"
host_start --plugin xdp --set iface=eth --set replace=true
only_ours
other_off xdpdrv
wait_until 5 grep -q 'eth: somebody took the program off' "$TMP/log" || fail "that is not told"
host_stop
logged "eth: program $OTHER 'xdp_other' is not put back: ours is not there any more"
expect "on the interface" "" "$(on_interface)"
check_clean

# ---- a guard that is killed is missed at once, and a link needs none at the end
first_start
host_start --plugin xdp --set iface=eth --set replace=true
only_ours
GUARD=$(guard_of)
kill -KILL "$GUARD"
wait_until 5 grep -q "somebody ended process $GUARD, which was to put 1 program back" "$TMP/log" ||
	fail "that is not told"
host_stop
logged "eth: program $FIRST 'xdp_program' is back"
expect "on the interface" "$FIRST" "$(on_interface)"
check_clean
first_stop

# ---- nor does a killed guard keep netlink's from coming back: its heir does that, or the heir's
other_on xdpdrv
for victim in none worker supervisor; do
	host_start --plugin xdp --set iface=eth --set replace=true
	only_ours
	GUARD=$(guard_of)
	heir=$(child_of "$GUARD")
	kill -KILL "$GUARD"
	wait_until 5 grep -q "process $GUARD, which was to put 1 program back; another one does" "$TMP/log" ||
		fail "that is not told"
	next=$(child_of "$heir")
	kill -KILL "$heir"
	case $victim in
	none) host_stop ;;
	worker)
		kill -KILL "$(workers)"
		wait_until 10 host_attached 2 || fail "not attached again"
		host_stop
		;;
	supervisor)
		kill -KILL "$HOST_PID"
		host_wait
		;;
	esac
	wait_until 5 is_on "$OTHER" || fail "after the guard and $victim: $(on_interface)"
	wait_until 5 gone kill -0 "$next" || fail "the heir is still there"
	check_clean
done

# ---- what is there in place of another program does not give way: it would come back as a dead one
first_start --set replace=true
host_run --plugin xdp --set iface=eth --set replace=true
expect "exit status" 1 "$STATUS"
logged "which itself is there in place of another program, so that it cannot give way"
expect "on the interface" "$FIRST" "$(on_interface)"
first_stop "$OTHER"

# ---- and when all were killed, what they left is named, and does not come back
first_start --set replace=true
guard=$(child_of "$(child_of "$FIRST_PID")")
kill -KILL -- "$(child_of "$guard")" "$guard" "-$FIRST_PID"
wait "$FIRST_PID" 2>/dev/null
FIRST_PID=
host_run --plugin xdp --set iface=eth
logged "(attached by netlink, left behind by a bpfhost that was killed); replace=true takes it off"
expect "exit status" 1 "$STATUS"
host_start --plugin xdp --set iface=eth --set replace=true
only_ours
host_stop
expect "exit status" 0 "$STATUS"
logged "which was left behind, is gone for good"
expect "on the interface" "" "$(on_interface)"
# ---- who follows interfaces and takes places there lets go of those that are no more
guards() {
	guard_of | wc -w
}

host_start --plugin xdp --set iface=eth --set 'iface=v*' --set replace=true
for round in 1 2 3; do
	ip -n "$NET_HERE" link add other type veth peer name peer
	nsenter "--net=/run/netns/$NET_HERE" bpftool net attach xdpdrv pinned "$OTHER_PIN" dev other ||
		fail "bpftool net attach"
	ip -n "$NET_HERE" link set other name va
	wait_for_number 5 $round grep -c 'va: attached in native mode in place of' "$TMP/log" ||
		fail "va is not taken over"
	expect "processes that would put it back" 1 "$(guards)"
	ip -n "$NET_HERE" link del va
	wait_for_number 5 0 guards || fail "the process for va stays"
done
host_stop
only_ours
check_clean

# ---- what would be done
other_on xdpdrv
host_run --plugin xdp --set iface=eth --set replace=true --dry-run
grep -q "to eth in native mode, or in generic mode where that cannot be, in place of program $OTHER 'xdp_other'" \
	"$TMP/out" "$TMP/log" || fail "the dry run does not name the occupant"
expect "on the interface" "$OTHER" "$(on_interface)"
other_off xdpdrv

# ---- without another program nothing of all this is needed
host_start --plugin xdp --set iface=eth --set replace=true
only_ours
expect "guards" "" "$(guard_of)"
kill -KILL "$HOST_PID"
host_wait
wait_until 5 is_on "" || fail "a program is left after SIGKILL"
check_clean
