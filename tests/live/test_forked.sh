#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A worker that is started again while events of another instance wait in the supervisor does not find these in
# its memory.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
readers=()
cleanup() {
	kill "${readers[@]}"
}
need_kernel
need_program python3

# How often a text stands in the memory of a process.
cat >"$TMP/count.py" <<'END'
import re, sys
found = 0
with open(f"/proc/{sys.argv[1]}/maps") as maps, open(f"/proc/{sys.argv[1]}/mem", "rb", 0) as memory:
    for line in maps:
        first, last, rights = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()
        size = int(last, 16) - int(first, 16)
        # What is larger is the sanitizers' own.
        if not rights.startswith("r") or "[v" in line or size > 1 << 30:
            continue
        try:
            memory.seek(int(first, 16))
            found += memory.read(size).count(sys.argv[2].encode())
        except OSError:
            pass
print(found)
END

worker_of() {
	local pid

	for pid in $(workers); do
		[ "$(cat "/proc/$pid/comm")" != "bpfhost:$1" ] || echo "$pid"
	done
}

marker=/var/tmp/zebra-7c1e3f
TARGET_PROGRAM=$TARGETS_DIR/open_files
mkfifo "$TMP/lines" "$TMP/go"
exec 8<>"$TMP/lines"
"$TARGET_PROGRAM" 30000 "$marker" <"$TMP/go" &
TARGET_PID=$!
exec 9>"$TMP/go"
HOST_STDOUT=$TMP/lines
host_start -n 2 --plugin tracepoint@one --set 'probes=syscalls:sys_enter_openat(filename: str)' \
	--plugin tracepoint@two --set probes=syscalls:sys_enter_getpgid --pid "$TARGET_PID"
exec 9>&-
wait "$TARGET_PID"
TARGET_PID=
in_supervisor() {
	[ "$(python3 "$TMP/count.py" "$HOST_PID" $marker)" -gt 10000 ]
}
# Nobody reads, so they wait there.
wait_until 10 in_supervisor || fail "the events do not wait in the supervisor"

# It is started again while the sink takes something, which here it does slowly.
python3 -c 'import os, time
while os.write(1, os.read(8, 32768)): time.sleep(0.02)' >"$TMP/out" &
readers+=($!)
kill -KILL "$(worker_of two)"
wait_until 10 host_attached 3 || fail "the other instance is not started again"
pid=$(worker_of two)
[ -n "$pid" ] || fail "the other instance has no worker"
in_supervisor || fail "no events wait in the supervisor any more"
# The stack of the supervisor may show the last one that it handled.
expect_between "events of another instance in the worker" 0 2 "$(python3 "$TMP/count.py" "$pid" $marker)"
note "$(python3 "$TMP/count.py" "$HOST_PID" $marker) in the supervisor"

cat <&8 >"$TMP/rest" &
readers+=($!)
host_stop
kill "${readers[@]}"
readers=()
expect "exit status" 1 "$STATUS"
check_ledger one
check_clean
