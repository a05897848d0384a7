#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A running host tells how it does: what it says is compared with the target's own count, with bpftool and with
# /proc. And its socket: one host each, safe, gone at the end.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/control.sh
. "$(dirname "$0")/control.sh"
need_kernel

# ---- what it tells ----

target_start getppid 1000
host_start -n 1 --control "$CONTROL" --bpf-statistics --pid "$TARGET_PID" \
	--plugin tracepoint@good --set probes=syscalls:sys_enter_getppid \
	--plugin tracepoint@half --set probes=syscalls:sys_enter_getpid \
	--set probes=syscalls:sys_enter_getnothing
wait_until 5 host_attached 1
target_go
all_written() {
	[ "$(of_instance good .ledger.delivered)" = 1000 ]
}
wait_until 5 all_written || fail "the ledger does not get there: $(ctl stats)"

expect "state" ok "$(of_instance good .state)"
expect "probes" '1 1' "$(of_instance good '"\(.probes.attached) \(.probes.wanted)"')"
expect "produced" 1000 "$(of_instance good .ledger.produced)"
expect "ledger as JSON" 1000 "$(ctl stats --format json good | jq .delivered)"
expect "ledger as text" \
	"stats instance=good plugin=tracepoint produced=1000 delivered=1000 filtered=0 lost=0 lost_ring=0 lost_crash=0 lost_sink=0 lost_stop=0 late=0 truncated=0 restarts=0" \
	"$(ctl stats good)"
expect "one instance in the answer" 1 "$(ctl status --format json good | jq '.instances | length')"

worker=$(of_instance good .worker)
expect "name of the worker" bpfhost:good "$(cat "/proc/$worker/comm")"
expect "host" "$HOST_PID" "$(ctl status --format json | jq .pid)"
expect "programs" "$(bpf_ids | sed -n 's/^prog //p' | sort -n | words)" \
	"$(ctl status --format json | jq '.instances[].programs[].id' | sort -n | words)"
program=$(of_instance good '.programs[0].id')
oracle=$(bpftool -j prog show id "$program")
expect "name of the program" "$(jq -r .name <<<"$oracle")" "$(of_instance good '.programs[0].name')"
expect "type of the program" "$(jq -r .type <<<"$oracle")" "$(of_instance good '.programs[0].type')"
# Every process's system calls run it: so the count only lies between two of bpftool's.
low=$(bpftool -j prog show id "$program" | jq .run_cnt)
runs=$(of_instance good '.programs[0].run_count')
high=$(bpftool -j prog show id "$program" | jq .run_cnt)
[ "$low" -ge 1000 ] || fail "bpftool counts $low runs only"
expect_between "runs" "$low" "$high" "$runs"
[ "$(of_instance good '.programs[0].mean_ns')" -gt 0 ] || fail "runs take no time"
maps=$(cat "/proc/$worker/fdinfo/"* | sed -n 's/^map_id:[[:space:]]*//p' | sort -un)
expect "maps" "$(wc -l <<<"$maps")" "$(of_instance good .maps.count)"
bytes=0
for map in $maps; do
	bytes=$((bytes + $(bpftool -j map show id "$map" | jq .bytes_memlock)))
done
expect "memory of the maps" "$bytes" "$(of_instance good .maps.bytes)"

expect "state" failed "$(of_instance half .state)"
grep -q 'there is no tracepoint "syscalls:sys_enter_getnothing"' <<<"$(of_instance half .reason)" ||
	fail "no reason: $(of_instance half .reason)"
text=$(ctl status)
grep -q '^good: ok, 1 of 1 probes; plugin tracepoint, worker '"$worker" <<<"$text" || fail "$text"
grep -q '^half: failed; plugin tracepoint$' <<<"$text" || fail "$text"
grep -q "^  program $program .*(tracepoint), [0-9]* runs, [0-9]* ns each$" <<<"$text" || fail "$text"

# ---- what cannot be asked ----

refused 2 'unknown instance "god"; did you mean "good"?' status god
refused 2 'argument 4: unknown request "statsu"; did you mean "status"?' statsu
refused 2 'ctl unload takes INSTANCE...' unload
refused 2 'argument 5: unexpected "now"' reload now
refused 2 'there is no file to read again: the command line says what to run, without --config' reload
kill -HUP "$HOST_PID"
refused_twice() {
	[ "$(grep -c 'error: reload: there is no file to read again' "$TMP/log")" = 2 ]
}
wait_until 5 refused_twice ||
	fail "SIGHUP says nothing"
nowhere=$("$BPFHOST" ctl --control "$TMP/nowhere" stats 2>&1)
expect "no host" \
	"bpfhost: error: no host listens to $TMP/nowhere; a host has one with --control PATH, or control = \"PATH\" in its file" \
	"$nowhere"

# A host that is stopped is not waited for for ever, and does not do later what nobody waits for any more.
kill -STOP "$HOST_PID"
wait_until 5 grep -q '^State:.T' "/proc/$HOST_PID/status"
stopped="it is stopped, by SIGSTOP or another signal (SIGCONT lets it go on)"
refused 1 "the host (pid $HOST_PID) has not answered within 0.3 s: $stopped" status --timeout 300ms
refused 1 "the host (pid $HOST_PID) has not answered within 0.3 s: $stopped; what it has begun by now it may still do" \
	disable good --timeout 300ms
kill -CONT "$HOST_PID"
expect "state after what nobody waits for" ok "$(of_instance good .state)"
expect "worker after that" "$worker" "$(of_instance good .worker)"

# A worker that is stopped is not well, and one that is started again is: why it had to be is told as that.
kill -STOP "$worker"
wait_until 5 state_is good stopped || fail "a worker that is stopped is $(of_instance good .state)"
expect "why" "$stopped" "$(of_instance good .reason)"
grep -qF "  reason: $stopped" <<<"$(ctl status good)" || fail "$(ctl status good)"
kill -CONT "$worker"
wait_until 5 state_is good ok || fail "good is $(of_instance good .state)"
expect "why, and why it was started again" 'null null' "$(of_instance good '"\(.reason) \(.last_restart)"')"
kill -KILL "$worker"
again() {
	[ "$(of_instance good '"\(.state) \(.restarts)"')" = "ok 1" ]
}
wait_until 5 again || fail "good is $(of_instance good .state)"
crash="plugin tracepoint: its worker was ended by SIGKILL"
expect "reason after that" null "$(of_instance good .reason)"
grep -qF "$crash" <<<"$(of_instance good .last_restart)" || fail "$(ctl status good)"
grep -qF "  last restart: $crash" <<<"$(ctl status good)" || fail "$(ctl status good)"
! grep -q '^  reason: ' <<<"$(ctl status good)" || fail "$(ctl status good)"
BPF_IDS=$(bpf_ids)

# Without a descriptor for who comes, it does nothing; who waits is served when there is one again.
ticks() {
	awk '{ print $14 + $15 }' "/proc/$HOST_PID/stat"
}
files=$(prlimit --noheadings --raw --output SOFT --nofile --pid "$HOST_PID")
prlimit --nofile=3: --pid "$HOST_PID"
ctl status good --format json >"$TMP/late" &
late=$!
wait_until 5 grep -q 'control socket: nobody can be taken in: Too many open files' "$TMP/log" ||
	fail "a host without descriptors says nothing"
before=$(ticks)
sleep 1
expect_between "ticks of a host without descriptors" 0 30 $(($(ticks) - before))
expect "lines of that" 1 "$(grep -c 'nobody can be taken in' "$TMP/log")"
prlimit "--nofile=$files:" --pid "$HOST_PID"
wait "$late" || fail "who waited is not answered"
expect "answer to who waited" good "$(jq -r '.instances[].instance' "$TMP/late")"

refused 2 'argument 5: --timeout: must be more than 0' status --timeout 0s

# ---- the socket ----

expect "mode of the socket" 'socket 660 0' "$(stat -c '%F %a %u' "$CONTROL")"
for pid in $HOST_PID $(workers); do
	grep -q '[0-9]' < <(ls "/proc/$pid/fd") || fail "the descriptors of $pid cannot be read"
done
inode=$(awk -v path="$CONTROL" '$NF == path { print $7 }' /proc/net/unix | head -n 1)
[ -n "$inode" ] || fail "no socket in /proc/net/unix"
expect "holders of the socket" "$HOST_PID" \
	"$(for pid in $HOST_PID $(workers); do
		find "/proc/$pid/fd" -lname "socket:\[$inode\]" -printf "$pid\n"
	done | sort -u | words)"

# A second host is told who the first is, and leaves its socket alone.
"$BPFHOST" --control "$CONTROL" --duration 5s --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" \
	--plugin tracepoint --set probes=syscalls:sys_enter_getppid >"$TMP/second" 2>&1
expect "exit status of a second host" 1 $?
grep -q "control socket: $CONTROL: a host that runs has it (pid $HOST_PID)" "$TMP/second" ||
	fail "$(cat "$TMP/second")"
expect "answer after that" ok "$(of_instance good .state)"

host_stop
expect "exit status" 1 "$STATUS" # for the instance that failed
check_ledger good
check_clean
target_end
[ ! -e "$CONTROL" ] || fail "the socket is left behind"

# One that was killed leaves its socket; the next host takes its place.
target_start getppid 5
host_start --control "$CONTROL" --pid "$TARGET_PID" --plugin tracepoint --set probes=syscalls:sys_enter_getppid
kill -KILL "$HOST_PID"
host_wait
check_clean
[ -S "$CONTROL" ] || fail "no socket is left behind to be replaced"
host_start --control "$CONTROL" --pid "$TARGET_PID" --plugin tracepoint --set probes=syscalls:sys_enter_getppid
expect "answer at the same place" ok "$(of_instance tracepoint .state)"
host_stop
check_clean

# begins_not WHY PATH: no host begins with its socket there
begins_not() {
	host_run --control "$2" --plugin tracepoint --set probes=syscalls:sys_enter_getppid
	expect "exit status" 1 "$STATUS"
	grep -qF "$1" "$TMP/log" || fail "wanted: $1"
}
touch "$TMP/file"
begins_not "$TMP/file: something stands there that is no socket" "$TMP/file"
[ -f "$TMP/file" ] || fail "it was removed"
mkdir -m 0777 "$TMP/open"
chmod 0777 "$TMP/open"
begins_not "$TMP/open: the folder of a control socket must be root's or your own" "$TMP/open/control"
begins_not "has 1 to 107 bytes" "$TMP/$(printf '%0120d' 0)"
begins_not "No such file or directory" "$TMP/none/of/these"

# The last folder is made, and goes with the socket: not one that there was, nor with what somebody put into it.
folder_is() {
	mkdir -p "$TMP/was"
	host_start --control "$TMP/$1/control" --plugin tracepoint --set probes=syscalls:sys_enter_getpid
	[ -S "$TMP/$1/control" ] || fail "there is no socket"
	[ -z "$2" ] || touch "$TMP/$1/$2"
	host_stop
	expect "what is left of $1" "$3" "$(cd "$TMP" && find "$1" 2>/dev/null | words)"
}
folder_is was '' was
folder_is made '' ''
folder_is made file 'made made/file'
rm -r "$TMP/made"
host_start --control "$TMP/made/control" --pid "$TARGET_PID" --plugin tracepoint \
	--set probes=syscalls:sys_enter_getppid
expect "mode of the folder" 750 "$(stat -c %a "$TMP/made")"
target_go
host_stop
expect "exit status" 0 "$STATUS"
check_clean
