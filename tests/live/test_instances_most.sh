#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# As many instances as there can be, 256: each has the events of its own probe, all of them and no others; one more is
# refused, in words, and comes once another has gone.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/control.sh
. "$(dirname "$0")/control.sh"
need_kernel
need_program python3

most=256
# The kernel runs 64 programs at one tracepoint, of whoever traces here.
calls=(getppid getuid getgid geteuid getegid gettid getpgid getsid)
# Three calls of each for a line that it reads, for which it writes one.
cat >"$TMP/caller.py" <<'END'
import os, sys, threading
for line in sys.stdin:
    for _ in range(3):
        os.getppid(), os.getuid(), os.getgid(), os.geteuid(), os.getegid()
        threading.get_native_id(), os.getpgid(0), os.getsid(0)
    print("called", flush=True)
END
mkfifo "$TMP/caller.in"
python3 "$TMP/caller.py" <"$TMP/caller.in" >"$TMP/caller.out" &
TARGET_PID=$!
exec 7>"$TMP/caller.in"
rounds=0

go() {
	echo >&7
	: $((++rounds))
	wait_for_number 10 $rounds grep -c '^called$' "$TMP/caller.out" || fail "the target does not call"
}

# probe_of INSTANCE: their names are numbers behind a letter
probe_of() {
	echo "syscalls:sys_enter_${calls[${1#i} % ${#calls[@]}]}"
}

instances=()
for ((i = 0; i < most; i++)); do
	instances+=(--plugin "tracepoint@i$i" --set "probes=$(probe_of i$i)")
done

host_run "${instances[@]}" --plugin tracepoint@more
expect "exit status with one more" 2 "$STATUS"
grep -qE "^bpfhost: error: argument [0-9]+: --plugin: more than $most instances\$" "$TMP/log" ||
	fail "one more on the command line is not refused in words"

host_start -n $most --control "$CONTROL" --ring-size 4KiB --pid "$TARGET_PID" "${instances[@]}"
expect "workers" $most "$(workers | wc -w)"
go
refused 1 "1 instance cannot come beside the $most that there are: $most can be at once, those among them that are to be replaced" \
	load tracepoint@i256 --set "probes=$(probe_of i256)"
ctl unload i0 || fail "unloading fails"
ctl load tracepoint@i256 --set "probes=$(probe_of i256)" || fail "another cannot come in the place of one that has gone"
go
# There are thousands; to look for each takes longer than all else.
BPF_IDS=$(bpf_ids | awk 'NR % 16 == 1')
host_stop
expect "exit status" 0 "$STATUS"

for ((i = 0; i <= most; i++)); do
	each=6
	[ $i != 0 ] && [ $i != $most ] || each=3
	echo "i$i $each $(probe_of i$i)"
done | sort >"$TMP/wanted"
jq -r 'select(.kind == "event") | "\(.instance) \(.event)"' "$TMP/out" | sort | uniq -c |
	awk '{ print $2, $1, $3 }' | sort >"$TMP/found"
expect "events by instance and probe" "" "$(diff "$TMP/wanted" "$TMP/found")"
expect "other lines" 0 "$(jq -c 'select(.kind != "event")' "$TMP/out" | wc -l)"
books() {
	grep -cE "^stats instance=i[0-9]+ plugin=tracepoint produced=$1 delivered=$1 filtered=0 lost=0 .* restarts=0\$" "$TMP/log"
}
expect "books of those that saw both rounds" $((most - 1)) "$(books 6)"
expect "books of those that saw one" 2 "$(books 3)"
for i in i0 i1 i$most; do
	check_ledger "$i"
done
check_clean
note "$most instances at once, $(wc -l <"$TMP/out") events"
