#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Under a service manager: when it is told that the host is ready, lives and stops, and what the journal gets.
# The manager is tools/manager, the journal a file.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel

MANAGER=''
cleanup() {
	[ -z "$MANAGER" ] || kill "$MANAGER"
}

# manager_start SOCKET
manager_start() {
	"$TOOLS_DIR/manager" "$1" >"$TMP/heard" 9>&- &
	MANAGER=$!
	wait_until 5 grep -q listens "$TMP/heard" || fail "the manager does not start"
	export NOTIFY_SOCKET=$1
}

manager_end() {
	kill "$MANAGER"
	wait "$MANAGER" 2>/dev/null
	MANAGER=
	unset NOTIFY_SOCKET
}

# All that came but signs of life, as one line; it all comes from the supervisor.
heard() {
	expect "others that the manager heard" "" "$(awk -v pid="${HOST_PID:-$HOST_SESSION}" \
		'$1 != pid && $1 != "listens"' "$TMP/heard")"
	sed -n 's/^[0-9]* [0-9]* //p' "$TMP/heard" | grep -v '^WATCHDOG' | words
}

has_heard() {
	grep -q "$1" "$TMP/heard"
}

signs() {
	grep -c 'WATCHDOG=1' "$TMP/heard"
}

more_signs() {
	[ "$(signs)" -gt "$1" ]
}

# ---- ready, alive, hung, stopping --------------------------------------------------------------

probe=syscalls:sys_enter_getppid
target_start getppid 3 wait
manager_start "$TMP/notify"
WATCHDOG_USEC=400000 host_start -n 2 --plugin tracepoint --set probes=$probe --plugin tracepoint@two \
	--set probes=$probe --pid "$TARGET_PID"
wait_until 5 has_heard READY=1 || fail "the manager is not told that the host is ready"
expect "what the manager heard" "READY=1 STATUS=2 of 2 instances run" "$(heard)"
before=$(signs)
sleep 1
expect_between "signs of life in a second" 2 7 $(($(signs) - before))

# One that hangs gives none: they come from the loop that does the work.
kill -STOP "$HOST_PID"
sleep 0.1
before=$(signs)
sleep 1
expect "signs of life of a stopped host" "$before" "$(signs)"
kill -CONT "$HOST_PID"
wait_until 5 more_signs "$before" || fail "no sign of life behind SIGCONT"

target_poke
wait_for_number 5 6 count || fail "there are not six events"
host_stop
expect "what the manager heard" \
	"READY=1 STATUS=2 of 2 instances run STOPPING=1 STATUS=stopping" "$(heard)"
check_ledger
check_clean
target_end
manager_end

# ---- the configuration is read again -------------------------------------------------------------

printf 'plugins = ( { plugin = "tracepoint"; probes = [ "%s" ]; } );\n' "$probe" >"$TMP/host.conf"
target_start wait
manager_start "$TMP/notify-again"
host_start --control "$TMP/control" --config "$TMP/host.conf" --pid "$TARGET_PID"
wait_until 5 has_heard READY=1 || fail "the manager is not told that the host is ready"
wanted="READY=1 STATUS=1 of 1 instances run"
ready_again() {
	[ "$(grep -c READY=1 "$TMP/heard")" = "$1" ]
}
again=1 began=0
# One that comes about, one whose instance does not open, and a file that cannot be read.
for change in 's/plugin =/name = "a"; &/' 's/"a"/"b"; prober = 1/' 's/prober/probes/'; do
	before=$began
	sed -i "$change" "$TMP/host.conf"
	kill -HUP "$HOST_PID"
	wait_until 10 ready_again $((again += 1)) || fail "a reload has no end"
	wanted+=" RELOADING=1 MONOTONIC_USEC=N READY=1"
	began=$(sed -n 's/.*MONOTONIC_USEC=//p' "$TMP/heard" | tail -n 1)
	[ "$began" -gt "$before" ] || fail "a reload begins at $began, behind one at $before"
done
expect "what the manager heard" "$wanted" "$(heard | sed 's/MONOTONIC_USEC=[0-9]*/MONOTONIC_USEC=N/g')"
expect "reloads that were done" 1 "$(grep -c 'reload: done' "$TMP/log")"
BPF_IDS=$(bpf_ids)
host_stop
expect "exit status" 0 "$STATUS"
check_clean
target_end
manager_end

# ---- an instance that fails; signs of life that are meant for somebody else ---------------------

target_start wait
manager_start "@bpfhost-test-$$"
WATCHDOG_USEC=200000 WATCHDOG_PID=$$ host_start --plugin tracepoint --set probes=$probe \
	--plugin tracepoint@two --set probes=no:such --pid "$TARGET_PID"
wait_until 5 has_heard READY=1 || fail "the manager is not told that the host is ready"
sleep 0.5
expect "what the manager heard" "READY=1 STATUS=1 of 2 instances run" "$(heard)"
expect "signs of life" 0 "$(signs)"
# One that is started again is told of meanwhile.
kill -SEGV "$(workers | tr -d ' ')"
wait_until 5 has_heard 'STATUS=0 of' || fail "the manager is not told of the crash"
again() {
	[ "$(grep -c 'STATUS=1 of' "$TMP/heard")" -eq 2 ]
}
wait_until 5 again || fail "the manager is not told that the instance runs again"
host_stop
expect "exit status" 1 "$STATUS"
check_clean
target_end

# Where nothing comes up, the host is never ready.
: >"$TMP/heard"
host_run --plugin tracepoint --set probes=no:such
expect "exit status" 2 "$STATUS"
expect "the manager heard READY" "" "$(grep READY "$TMP/heard")"
manager_end

# A manager that is not there is a line of the log.
target_start getppid 3
NOTIFY_SOCKET=$TMP/nobody host_start --plugin tracepoint --set probes=$probe --pid "$TARGET_PID"
target_go
host_stop
expect "exit status" 0 "$STATUS"
expect "events" 3 "$(count)"
grep -q 'warning: failed to tell the service manager: No such file or directory' "$TMP/log" ||
	fail "a manager that is not there is not told of"
check_clean
target_end

# ---- the journal --------------------------------------------------------------------------------

: >"$TMP/log"
JOURNAL_STREAM=$(stat -c '%d:%i' "$TMP/log")
export JOURNAL_STREAM
target_start getppid 3
host_start --plugin tracepoint --set probes=$probe --plugin tracepoint@two --set probes=no:such \
	--pid "$TARGET_PID" --log-level debug
target_go
host_stop
expect "lines without a priority" "" "$(grep -v '^<[3-7]>' "$TMP/log")"
expect "the ledgers" 2 "$(grep -c '^<6>stats ' "$TMP/log")"
for line in '<6>bpfhost: info: tracepoint: attached 1 of 1 probes' '<3>bpfhost: error: two: ' \
	'<7>bpfhost: debug: '; do
	grep -q "^$line" "$TMP/log" || fail "no line of the log begins with $line"
done
expect "events" 3 "$(count)"
check_json
host_run --plugin tracepoint --no-such-option
expect "exit status" 2 "$STATUS"
grep -q '^<3>bpfhost: error: argument' "$TMP/log" || fail "a mistake has no priority"
# stderr is something else: a service's, whose stderr was led elsewhere.
JOURNAL_STREAM=1:2
host_run --plugin tracepoint --no-such-option
grep -q '^bpfhost: error: argument' "$TMP/log" || fail "a priority where no journal is"
