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
net_up

# sum FILTER FIELD: over all events that the filter lets through
sum() {
	jq -s "[.[] | select($1).data.$2] | add // 0" "$TMP/out"
}

# flood COUNT FLOWS [SIZE [A-SECOND]]
flood() {
	there "$TARGETS_DIR/packets" eth "$@" >"$TMP/sent" || fail "packets: $(cat "$TMP/sent")"
	expect "sent" "$1" "$(sed -n 's/^sent //p' "$TMP/sent")"
}

# run FLOWS_MAX COUNT FLOWS [SIZE [A-SECOND]]
run() {
	local max=$1

	shift
	host_start --plugin xdp --set iface=eth --set show=flows --set show=counters \
		--set interval=200ms --set "flows_max=$max" --set 'match=dport == 9'
	flood "$@"
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger
	check_lost
	check_clean
	expect "packets of the last counter" "$1" \
		"$(jq -s '[.[] | select(.event == "counter")][-1].data.packets' "$TMP/out")"
	expect "packets of flows, and missed" "$1" \
		$(($(sum '.event == "flow"' packets) + $(sum '.event == "flows_missed"' packets)))
	expect "bytes of flows, and missed" $(($1 * ${3:-60})) \
		$(($(sum '.event == "flow"' bytes) + $(sum '.event == "flows_missed"' bytes)))
}

run 16384 100000 1000
expect "missed" 0 "$(sum '.event == "flows_missed"' packets)"
expect "ports" 1000 "$(jq -s '[.[] | select(.event == "flow").data.sport] | unique | length' "$TMP/out")"

run 16384 20000 10 200 20000
[ "$(count '.event == "flow"')" -gt 10 ] || fail "the rounds do not change"
expect "missed" 0 "$(sum '.event == "flows_missed"' packets)"

# Far more than there is room for.
run 64 200000 20000
[ "$(sum '.event == "flows_missed"' packets)" -gt 0 ] || fail "nothing is told of flows without room"
[ "$(sum '.event == "flows_missed"' flows)" -gt 1000 ] || fail "their number is not told"

# More flows in a round than the bus holds at once.
run 131072 150000 60000
expect "missed" 0 "$(sum '.event == "flows_missed"' packets)"
[ "$(count '.event == "flow"')" -ge 60000 ] || fail "flows are missing"
