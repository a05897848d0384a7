#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Flows and counters under load: no packet of a known number is missing in either, however few flows there is room
# for, and rounds change while packets come in.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/net.sh
. "$(dirname "$0")/net.sh"
PLUGIN=xdp
need_kernel
need_program python3
net_up

# total NAME: of all events, read once after each run
total() {
	jq ".$1 // 0" "$TMP/totals"
}

read_totals() {
	python3 - "$TMP/out" >"$TMP/totals" <<'EOF'
import collections, json, sys
totals, ports = collections.Counter(), set()
for line in open(sys.argv[1]):
    if not line.endswith("\n"):
        break  # it is still being written
    event = json.loads(line)
    data = event["data"]
    if event["kind"] != "event":
        continue
    totals[event["event"]] += 1
    if event["event"] == "counter":
        totals["counted"] = data["packets"]
        continue
    totals["packets"] += data["packets"]
    totals["bytes"] += data["bytes"]
    if event["event"] == "flow":
        ports.add(data["sport"])
    else:
        totals["missed"] += data["packets"]
        totals["missed_flows"] += data["flows"]
print(json.dumps({**totals, "ports": len(ports)}))
EOF
}

# flood COUNT FLOWS [SIZE [A-SECOND]]
flood() {
	there "$TARGETS_DIR/packets" eth "$@" >"$TMP/sent" || fail "packets: $(cat "$TMP/sent")"
	expect "sent" "$1" "$(sed -n 's/^sent //p' "$TMP/sent")"
}

# Until as many packets are told, if they ever are: a slow machine is behind, and an end waits for nobody.
told_before_the_end() {
	local tries=20

	while read_totals && [ "$(total packets)" != "$1" ] && [ $((tries -= 1)) -gt 0 ]; do
		sleep 0.2
	done
}

# run [-w] FLOWS_MAX COUNT FLOWS [SIZE [A-SECOND]]: with -w all is told before the end
run() {
	local max wait=

	[ "$1" != -w ] || { wait=yes; shift; }
	max=$1
	shift
	host_start --plugin xdp --set iface=eth --set show=flows --set show=counters \
		--set interval=100ms --set "flows_max=$max" --set 'match=dport == 9'
	flood "$@"
	[ -z "$wait" ] || told_before_the_end "$1"
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger
	check_lost
	check_clean
	read_totals
	expect "packets of the last counter" "$1" "$(total counted)"
	expect "packets of flows, and missed" "$1" "$(total packets)"
	expect "bytes of flows, and missed" $(($1 * ${3:-60})) "$(total bytes)"
}

run 16384 100000 1000
expect "missed" 0 "$(total missed)"
expect "ports" 1000 "$(total ports)"

# Rounds enough for the maps to be emptied once; a flow comes back every second or third round.
run 16384 21000 700 200 3000
[ "$(total flow)" -gt 10000 ] || fail "the rounds do not change: $(total flow) flows were told"
expect "missed" 0 "$(total missed)"

# Where flows of earlier rounds leave no room, they go, and none of this round is missed.
run 1000 40000 1000 60 20000
expect "missed" 0 "$(total missed)"
expect "ports" 1000 "$(total ports)"

# As many as there is room for, on all CPUs; the kernel keeps some places apart.
host_start --plugin xdp --set iface=eth --set show=flows --set flows_max=1000 --set 'match=dport == 9' \
	--set interval=1h
for cpu in 0 $(($(nproc) - 1)); do
	there taskset -c "$cpu" "$TARGETS_DIR/packets" eth 2000 1000 >"$TMP/sent" || fail "packets"
done
host_stop
read_totals
expect "flows" "1000 4000 0" "$(total flow) $(total packets) $(total missed)"
check_clean

# Far more than there is room for.
run 64 100000 20000
[ "$(total missed)" -gt 0 ] || fail "nothing is told of flows without room"
[ "$(total missed_flows)" -gt 1000 ] || fail "their number is not told"

# More flows in a round than the bus holds at once.
run -w 131072 120000 40000
expect "missed" 0 "$(total missed)"
[ "$(total flow)" -ge 40000 ] || fail "flows are missing"

# More than can be told in the time that the end of a run has, whether somebody reads them or nobody does: what is
# left is counted as lost. Of fewer on a slow machine, where they take as long.
many=$((600000 / SLOW))
flood_to_the_end() {
	host_start --plugin xdp --set iface=eth --set show=flows --set "flows_max=$many" --set 'match=dport == 9' \
		--set interval=1h
	flood "$many" "$many"
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger
	check_clean
	expect "produced" "$many" "$(stat_of produced)"
	expect "lost, by the log" "$(stat_of lost_ring)" "$(sed -n 's/.* \([0-9]*\) flows are not told: .*/\1/p' "$TMP/log" |
		jq -s 'add // 0')"
}

flood_to_the_end
mkfifo "$TMP/pipe"
exec 7<>"$TMP/pipe"
HOST_STDOUT=$TMP/pipe
flood_to_the_end
exec 7<&-
