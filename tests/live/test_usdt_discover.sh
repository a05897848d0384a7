#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Without probes, those of running programs are found, up to a limit and without the noisy ones; what is
# mapped later is noticed; and only an instance that looks for it keeps its privileges.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

need_kernel
TARGET_PROGRAM=$TMP/probed$$
cp "$TARGETS_DIR/probed" "$TARGET_PROGRAM"
# Names that nobody else has.
COMM=probed$$

worker_uids() {
	local pid

	for pid in $(workers); do
		awk '/^Uid:/ { print $2 }' "/proc/$pid/status"
	done | sort -u | words
}

finish_run() {
	target_go
	host_stop
	expect "exit status" 0 "$STATUS"
	check_ledger usdt
	check_clean
	check_json
	target_end
}

note "one process, by --pid"
target_start threads 100 floats
host_start --plugin usdt --pid "$TARGET_PID" --set rescan=0s
expect "user of the worker" 65534 "$(worker_uids)"
finish_run
expect "hits" 400 "$(count '.event == "bt:hit"')"
expect "floats" '{"arg0":1.5,"arg1":-2.25}' "$(jq -c 'select(.event == "bt:floats") | .data' "$TMP/out")"
grep -q "found $TARGET_PROGRAM: 8 static probes$" "$TMP/log" ||
	fail "the log does not list the file"
expect "attached" 1 "$(grep -c ': attached 10 of 10 probes' "$TMP/log")"

note "noisy ones are left out, by the word of a catalogue"
printf 'noisy bt:h?t\nbt:floats(d: f64)\n' >"$TMP/quiet.probes"
target_start threads 100 floats
host_start --plugin usdt --pid "$TARGET_PID" --set "catalogue=$TMP/quiet.probes"
finish_run
expect "hits" 0 "$(count '.event == "bt:hit"')"
expect "floats" '{"d":1.5,"arg1":-2.25}' "$(jq -c 'select(.event == "bt:floats") | .data' "$TMP/out")"

note "the limit"
target_start threads 100
host_start --plugin usdt --pid "$TARGET_PID" --set limit=4
grep -q 'the limit of 4 sites is reached: ' "$TMP/log" || fail "the limit is not told"
attached=$(sed -n 's/.*: attached \([0-9]*\) of \([0-9]*\) probes$/\1/p' "$TMP/log")
expect_between "attached" 1 4 "$attached"
finish_run

note "what is mapped later"
host_start --plugin usdt --comm $COMM --set rescan=100ms
expect "user of the worker" 0 "$(worker_uids)"
target_start wait threads 100 strings numbers 10 floats guarded 10
wait_until 10 grep -q "found $TARGET_PROGRAM: " "$TMP/log" || fail "the program is not noticed"
wait_until 5 grep -q 'attached to 10 more sites' "$TMP/log" || fail "nothing was attached"
BPF_IDS=$(bpf_ids)
target_poke
wait_until 5 target_reached waiting
finish_run
expect "hits" 400 "$(count '.event == "bt:hit"')"
expect "numbers" 10 "$(count '.event == "bt:numbers"')"
expect "guarded" 10 "$(count '.event == "bt:guarded"')"
expect "strings" 'alpha' "$(jq -r 'select(.event == "bt:strings") | .data.arg0_text' "$TMP/out")"
expect "guarded, as told" 10 "$(target_said guarded)"

note "a probe that is too large for what is still to come spoils itself only, and no file stays open"
printf 'bt:strings(first: str[1024])\n' >"$TMP/long.probes"
host_start --plugin usdt --comm $COMM --set rescan=100ms --set "catalogue=$TMP/long.probes"
target_start wait threads 10 strings
wait_until 10 grep -q 'attached to 9 more sites' "$TMP/log" || fail "nothing was attached"
grep -q "$TARGET_PROGRAM: 1 probes cannot be attached" "$TMP/log" || fail "nothing is said of it"
expect "open files" "" "$(for pid in $(workers); do readlink "/proc/$pid/fd/"*; done | grep probed)"
BPF_IDS=$(bpf_ids)
target_poke
wait_until 5 target_reached waiting
finish_run
expect "hits" 40 "$(count '.event == "bt:hit"')"
expect "strings" 0 "$(count '.event == "bt:strings"')"

note "another file with the inode of one that was looked at"
cp /bin/sleep "$TMP/again$$"
"$TMP/again$$" 30 &
again=$!
host_start --plugin usdt --comm "again$$" --set rescan=100ms
kill $again
wait $again 2>/dev/null
cat "$TARGET_PROGRAM" >"$TMP/again$$"
TARGET_PROGRAM=$TMP/again$$
target_start wait threads 10
wait_until 10 grep -q 'attached to 10 more sites' "$TMP/log" || fail "it is not noticed"
BPF_IDS=$(bpf_ids)
target_poke
wait_until 5 target_reached waiting
finish_run
expect "hits" 40 "$(count '.event == "bt:hit"')"
TARGET_PROGRAM=$TMP/probed$$

note "a process of which the kernel lists more than is read keeps nobody from the others"
mkdir "$TMP/deep"
mkfifo "$TMP/crowd.in"
"$TARGETS_DIR/crowd" "$TMP/deep" <"$TMP/crowd.in" >"$TMP/crowd" &
crowd=$!
exec 8>"$TMP/crowd.in"
wait_until 20 grep -q '^ready ' "$TMP/crowd" || fail "the crowd does not come together"
[ "$(wc -c <"/proc/$crowd/maps")" -gt $((64 << 20)) ] || fail "it is not large enough"
host_start --plugin usdt --comm $COMM --set rescan=100ms
target_start wait threads 10
wait_until 20 grep -q 'attached to 10 more sites' "$TMP/log" || fail "the others are not looked at"
sleep 4
worker=$(workers)
used=$(awk '{ print $14 + $15 }' "/proc/${worker%% *}/stat")
expect_between "CPU, in ticks" 0 $((250 * SLOW)) "$used"
BPF_IDS=$(bpf_ids)
target_poke
wait_until 5 target_reached waiting
finish_run
exec 8>&-
wait $crowd
expect "hits" 40 "$(count '.event == "bt:hit"')"

note "a process with nothing to see"
sleep 30 &
quiet=$!
host_spawn --plugin usdt --pid $quiet --duration 1s --set rescan=0s
host_wait
kill $quiet
expect "exit status" 0 "$STATUS"
grep -q 'none of the .* has static probes.*postgresql-15' "$TMP/log" || fail "nothing is said of it"

note "with probes given, privileges go"
target_start floats
host_start --plugin usdt --set "probes=$TARGET_PROGRAM:floats"
expect "user of the worker" 65534 "$(worker_uids)"
finish_run
expect "floats" 1 "$(events | wc -l)"
