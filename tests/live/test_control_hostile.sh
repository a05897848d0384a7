#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Clients of the control socket that mean no good: they cost the host nothing but themselves. Beside them a
# producer that no event of may be lost, and a client that means well and is always answered.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/control.sh
. "$(dirname "$0")/control.sh"
need_kernel
need_program python3

target_start rate 30000 5
host_start --control "$CONTROL" --pid "$TARGET_PID" --plugin tracepoint --set probes=syscalls:sys_enter_getppid
ctl status >/dev/null || fail "there is no answer"
descriptors=$(host_descriptors)
memory=$(host_memory)
target_poke

cat >"$TMP/hostile.py" <<'SCRIPT'
import os, resource, socket, sys, time

path = sys.argv[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))

def connect():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.connect(path)
    s.settimeout(5)
    return s

def answer(s):
    got = b""
    try:
        while part := s.recv(65536):
            got += part
    except (ConnectionError, socket.timeout):
        pass
    return got

def say(data):
    s = connect()
    try:
        s.sendall(data)
    except ConnectionError:
        pass
    return answer(s)

def well():
    began = time.monotonic()
    got = say(b'["stats"]\n')
    assert got.startswith(b'["ok",'), got[:200]
    return time.monotonic() - began

# What is no request is answered as such, whatever it is.
for line in (b"\n", b"{}\n", b"[\n", b'["status"\n', b"\0\n", b"\xff\xfe\n", b'["lod"]\n', b'["status","nobody"]\n',
             b'["status","--output","/etc/passwd"]\n', b'[' * 1000 + b"\n", b'["' + b"a" * 100000 + b'"]\n',
             b'["a"' + b',"a"' * 100000 + b']\n', os.urandom(5000).replace(b"\n", b"") + b"\n"):
    got = say(line)
    assert got.startswith(b'["wrong",'), (line[:50], got[:200])

# Longer than any request: turned away before it is all sent.
got = say(b'["' + b"a" * (1 << 20))
assert got.startswith(b'["wrong",') or got == b"", got[:200]

# Half a request, then nothing: the others are answered meanwhile, and this one is told.
half = connect()
half.sendall(b'["sta')
assert well() < 3
assert answer(half).startswith(b'["wrong","no whole request'), "half a request is waited for"

# A thousand connections that say nothing. Others get in all the same, for the oldest of them make room.
crowd = []
for i in range(1000):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.setblocking(False)
    try:
        s.connect(path)
        crowd.append(s)
    except BlockingIOError:
        s.close()
        time.sleep(0.001)
assert well() < 5
for s in crowd:
    s.close()
assert well() < 5

# Going away in the middle: before, while and after being answered.
for i in range(200):
    s = connect()
    s.sendall((b'["status"]\n', b'["status","--format","json"]\n', b'["sta', b'["log-level"]\n')[i % 4])
    if i % 3:
        s.close()
    del s

# Not reading what one has asked for.
deaf = [connect() for i in range(8)]
for s in deaf:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    s.sendall(b'["status"]\n')
assert well() < 5

# A flood of requests, more than one in a connection.
flooding = time.monotonic() + 1
count = 0
while time.monotonic() < flooding:
    s = connect()
    try:
        s.sendall(b'["log-level"]\n' * 1000)
    except ConnectionError:
        pass
    s.close()
    count += 1
assert well() < 5
print("floods", count)
SCRIPT
timeout $((60 * SLOW)) python3 "$TMP/hostile.py" "$CONTROL" || fail "the host does not stand that"
ctl status >/dev/null || fail "there is no answer any more"
nothing_left() {
	[ "$(host_descriptors)" -le "$descriptors" ]
}
wait_until 20 nothing_left || fail "descriptors: $descriptors before, $(host_descriptors) now"
check_host_memory $((memory + 2048))
expect "children of the host" 1 "$(workers | wc -w)"
wait_until 50 target_reached "done"
host_stop
expect "exit status" 0 "$STATUS"
expect "events" 30000 "$(count)"
expect "late" 0 "$(stat_of late)"
check_lost
check_ledger
check_clean
