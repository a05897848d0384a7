#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# More clients at once than the host serves: those that ask wait for their turn and are all answered. Those that do
# not ask make room, and hear why.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/control.sh
. "$(dirname "$0")/control.sh"
need_kernel
need_program python3
need_program strace

host_start --control "$CONTROL" --plugin tracepoint --set probes=syscalls:sys_enter_getppid

# ---- a hundred that ask ----

clients=()
for i in $(seq 100); do
	ctl status >"$TMP/status.$i" 2>"$TMP/error.$i" 9>&- &
	clients+=($!)
done
for i in $(seq 100); do
	wait "${clients[i - 1]}" || fail "client $i ends with $?: $(cat "$TMP/error.$i")"
done
expect "clients that were told the status" 100 "$(cat "$TMP"/status.* | grep -c '^tracepoint: ok, 1 of 1 probes')"

# ---- twenty that are slow to ask: those that had to make room come again ----

clients=()
for i in $(seq 20); do
	ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -qq -o /dev/null -e trace=sendto -e inject=sendto:delay_enter=600000 \
		"$BPFHOST" ctl --control "$CONTROL" log-level >"$TMP/level.$i" 2>"$TMP/error.$i" 9>&- &
	clients+=($!)
done
for i in $(seq 20); do
	wait "${clients[i - 1]}" || fail "slow client $i ends with $?: $(cat "$TMP/error.$i")"
done
expect "slow clients that were told the level" 20 "$(cat "$TMP"/level.* | grep -cx info)"

# ---- sixty that all come before the host looks; then sixteen that do not ask ----

cat >"$TMP/idle.py" <<'SCRIPT'
import os, signal, socket, sys

def connect():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.connect(sys.argv[1])
    s.settimeout(20)
    return s

def answer(s):
    got = b""
    while part := s.recv(65536):
        got += part
    return got

os.kill(int(sys.argv[2]), signal.SIGSTOP)
asking = []
for i in range(60):
    asking.append(connect())
    asking[i].sendall(b'["log-level"]\n')
os.kill(int(sys.argv[2]), signal.SIGCONT)
for s in asking:
    got = answer(s)
    assert got == b'["ok","5"]\ninfo\n', got

crowded = b'["failed","the host has too many clients at this moment'
idle = [connect() for i in range(16)]
late = connect()
late.sendall(b'["log-level"]\n')
assert answer(late) == b'["ok","5"]\ninfo\n'
# The first of them has made room for that one, as none has gone by itself.
got = answer(idle[0])
assert got == crowded + b', and this one did not ask in time"]\n', got
# The others may ask still.
idle[15].sendall(b'["log-level"]\n')
assert answer(idle[15]) == b'["ok","5"]\ninfo\n'
SCRIPT
timeout $((30 * SLOW)) python3 "$TMP/idle.py" "$CONTROL" "$HOST_PID" ||
	fail "the host does not see to its clients"
host_stop
expect "exit status" 0 "$STATUS"
check_clean
