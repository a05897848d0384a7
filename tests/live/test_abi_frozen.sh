#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A plugin that was built when ABI 1.0 was frozen, and not since (tests/data/abi-1.0), is listed, inspected,
# found sound, and does in a run what it did then: everything that there is in ABI 1.0.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

frozen=$SOURCE_DIR/tests/data/abi-1.0/frozen.$(uname -m).so
[ -e "$frozen" ] || skip "no plugin of ABI 1.0 was built for $(uname -m)"
need_kernel
PLUGIN=frozen
PLUGIN_DIR=$TMP/plugins
mkdir "$PLUGIN_DIR"
cp "$frozen" "$PLUGIN_DIR/frozen.so"
cp /bin/true "$TMP/started"
there=(--plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR")

# ---- looked at ----------------------------------------------------------------------------------

expect "listed" "frozen 1.0 1.0 ok" "$("$BPFHOST" --list --format json "${there[@]}" |
	jq -r --arg path "$PLUGIN_DIR/frozen.so" 'select(.path == $path) | "\(.name) \(.version) \(.abi) \(.state)"')"
"$BPFHOST" inspect frozen --format json "${there[@]}" >"$TMP/inspected" || fail "inspect ends with $?"
inspected() {
	expect "$1" "$2" "$(jq -rc "$3" "$TMP/inspected")"
}
inspected "options" \
	'text:string flag:bool int:int uint:uint size:size time:time choice:choice list:string probes:probe' \
	'[.options[] | "\(.name):\(.type)"] | join(" ")'
inspected "events" \
	'frozen: number:uint took:ns ret:errno mask:hex flags:flags address:ipv4 port:port_be mac:mac here:uint not_here:uint text:string bytes:bytes
frozen_sum: seen:uint woken:uint' \
	'.events[] | "\(.name): " + ([.fields[] | "\(.name):\(.kind // .type)"] | join(" "))'
expect "probes" "any_thing" "$("$BPFHOST" probes frozen any_thing "${there[@]}")"
expect "probes -v" "any_thing   with a detail" "$("$BPFHOST" probes frozen any_thing -v "${there[@]}" 2>/dev/null | words)"
"$BPFHOST" validate "$PLUGIN_DIR/frozen.so" --trust "$PLUGIN_DIR" --call-limit $((20 * SLOW))s >"$TMP/valid" ||
	fail "validate: $(cat "$TMP/valid")"
expect "sound" "20 checks, 0 errors, 0 warnings" "$(tail -n 1 "$TMP/valid" | sed 's/^[^:]*: //')"
note "ok: looked at"

# ---- run ----------------------------------------------------------------------------------------

host_start --plugin frozen --comm started --set uint=100 --set size=1MiB --set time=20ms --set choice=blue \
	--set list=a --set list=b
for _ in 1 2 3 4 5 6; do "$TMP/started"; done
wait_until 5 grep -q '"event":"frozen_made"' "$TMP/out" || fail "the timer is not heard"
wait_until 5 grep -q '"seen":6' "$TMP/out" || fail "the handler has not seen 6"
host_stop
expect "exit status" 0 "$STATUS"
expect "every second event" "101 103 105" "$(jq -r 'select(.event == "frozen") | .data.number' "$TMP/out" | words)"
expect "its fields" '{"number":101,"took":1500,"ret":-2,"mask":"0xff","flags":"FROZEN_ONE|FROZEN_TWO","address":"127.0.0.1","port":80,"mac":"02:00:00:00:00:01","here":7,"text":"frozen","bytes":"01020304"}' \
	"$(jq -c 'select(.event == "frozen") | .data' "$TMP/out" | head -n 1)"
expect "made with a builder" 1 "$(count '.event == "frozen_made" and .data.answer == 42')"
expect "the last sum" '{"seen":6,"woken":1}' "$(tail -n 1 "$TMP/out" | jq -c .data)"
sums=$(count '.event == "frozen_sum"')
check_ledger
check_lost ring=3
expect "filtered" 3 "$(stat_of filtered)"
expect "produced" $((6 + 1 + sums + 3)) "$(stat_of produced)"
grep -q 'frozen: options text=none flag=0 int=-5 uint=100 size=1048576 time=20000000 choice=2 list=2:b given=1' \
	"$TMP/log" || fail "the options"
expect "the log of the BPF side" "100 101 102 103 104 105" \
	"$(sed -n 's/^.*frozen: number \([0-9]*\).*$/\1/p' "$TMP/log" | words)"
grep -q 'frozen: counted 6$' "$TMP/log" || fail "the program's memory"
check_json
check_clean
note "ok: run"

# ---- half of it, and not at all -----------------------------------------------------------------

host_start --plugin frozen --comm started --set flag=true
host_stop
grep -q 'degraded: 1 of 2 probes' "$TMP/log" || fail "a missing probe is not told"
host_run --plugin frozen --set text=fail
expect "exit status" 2 "$STATUS"
grep -q 'failed to start instance frozen: it is to fail' "$TMP/log" || fail "its error is not told"
host_run --plugin frozen --set int=11
expect "exit status" 2 "$STATUS"
host_run --plugin frozen --dry-run
expect "exit status" 0 "$STATUS"
grep -q 'would attach program frozen_exec to tracepoint/sched/sched_process_exec' "$TMP/log" "$TMP/out" ||
	fail "no plan"
note "ok: errors"
