#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# One plugin emits as fast as a program can make it, another ten events a second: the slow one loses none, and
# none of its events comes late. Then an output that answers EIO.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
[ "$SLOW" -lt 10 ] || skip "an emulated machine has no time to spare"
need_program python3

reader='' slow=''
cleanup() {
	# shellcheck disable=SC2086 # those that are empty are none
	kill -KILL $reader $slow
}

tally_of() {
	sed -n "s/^$1 .*\b$2=\([0-9]*\).*/\1/p" "$TMP/tally" | grep . || echo 0
}

# How long those between the kernel and here were ready to run and did not, all together
waited_ms() {
	local pid

	for pid in $HOST_PID $(workers) $reader; do
		cat "/proc/$pid/schedstat"
	done | awk '{ sum += $2 } END { printf "%d\n", sum / 1000000 }'
}

nothing_waits() {
	local before

	before=$(grep -c '^stats ' "$TMP/log")
	kill -USR1 "$HOST_PID"
	wait_until 5 told $((before + 1)) || fail "SIGUSR1 prints no ledger"
	[ -z "$(stat_of pending fast)$(stat_of pending slow)" ]
}

# None of the slow one's is late, but where somebody in between waited for a CPU; and that is not the rule.
in_time() {
	expect_between "ms of the latest" 0 $((LIMIT + waited)) "$LATE"
	expect_between "events later than $LIMIT ms" 0 $((few / 4)) "$(tally_of slow later)"
}

# beside COUNT PER_MS [ARGUMENT...]: so many events of one instance, and ten a second of another meanwhile
few=40 LIMIT=$((50 * SLOW)) waited=''
beside() {
	local count=$1 rate=$2 name begin took

	shift 2
	rm -f "$TMP/slow.in" "$TMP/pipe"
	mkfifo "$TMP/pipe" "$TMP/slow.in"
	"$TARGETS_DIR/tally" "$TMP/tally" $LIMIT <"$TMP/pipe" &
	reader=$!
	"$TARGETS_DIR/act" slowly 100000 gets $few <"$TMP/slow.in" >"$TMP/slow.out" &
	slow=$!
	exec 8>"$TMP/slow.in"
	target_start rate "$count" "$rate"
	HOST_STDOUT=$TMP/pipe
	host_start -n 2 --pid "$TARGET_PID" --pid $slow "$@" \
		--plugin tracepoint@fast --set probes=syscalls:sys_enter_getppid \
		--plugin tracepoint@slow --set probes=syscalls:sys_enter_getuid
	echo >&8
	begin=${EPOCHREALTIME/[.,]/}
	target_go 50
	took=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
	wait_until 20 grep -q '^done' "$TMP/slow.out" || fail "the slow target does not end"
	# What a stop finds waiting it may have no time for.
	wait_until 30 nothing_waits || fail "it never comes to rest"
	waited=$(waited_ms)
	host_stop
	wait $reader
	exec 8>&-
	reader='' slow='' HOST_STDOUT=''
	expect "exit status" 0 "$STATUS"
	for name in fast slow; do
		check_ledger $name
		expect "events of $name" "$(stat_of delivered $name)" "$(tally_of $name events)"
		expect "gaps of $name" "$(stat_of lost $name)" "$(tally_of $name lost)"
	done
	expect "produced by the fast one" "$count" "$(stat_of produced fast)"
	expect "produced by the slow one" $few "$(stat_of produced slow)"
	expect "delivered of the slow one" $few "$(stat_of delivered slow)"
	LATE=$(tally_of slow late_ms)
	note "$((count / took)) events a ms, $(stat_of lost fast) of $count lost; the slow one's at most $LATE ms" \
		"late; host, workers and reader waited $waited ms for a CPU"
	check_clean
	target_end
}

# A million a second are more than a small machine can write; what waits is written in the order of time.
beside 4000000 1000

# The same, and the sink keeps up, having next to nothing to write. Where the host does not take as many, a small ring
# bounds what stands before an event in the order of time.
beside 4000000 1000 --ring-size 1MiB --filter 'event == "syscalls:sys_enter_getuid"'
expect "written of the fast one" 0 "$(stat_of delivered fast)"
in_time

# Far fewer than that, all of them written: no ring is ever full.
beside 400000 100
expect "lost by the fast one" 0 "$(stat_of lost fast)"
in_time

# ---- a terminal that hangs up: EIO -------------------------------------------------------------

cat >"$TMP/hangup.py" <<'EOF'
import os, pty, subprocess, sys, tty
near, far = pty.openpty()
tty.setraw(far)
host = subprocess.Popen(sys.argv[1:], stdout=far)
os.read(near, 1)
os.close(near)
sys.exit(host.wait())
EOF
printf '#!/bin/sh\nexec python3 "%s/hangup.py" "%s" "$@"\n' "$TMP" "$BPFHOST" >"$TMP/on_terminal"
chmod +x "$TMP/on_terminal"
BPFHOST=$TMP/on_terminal
target_start getppid 100000
host_spawn --plugin tracepoint --set probes=syscalls:sys_enter_getppid --pid "$TARGET_PID"
wait_until 10 host_attached 1 || fail "the host does not attach"
target_go
host_wait
expect "exit status" 1 "$STATUS"
expect "errors" 1 "$(grep -c '^bpfhost: error: .*stdout: Input/output error' "$TMP/log")"
check_ledger
[ "$(stat_of lost_sink)" -gt 0 ] || fail "no event is lost to the sink"
check_clean
target_end
