# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
# Whether uprobes left anything in the code of a traced program: what its processes have in memory, against
# what the file holds. Sourced behind lib.sh.

breakpoints_python() {
	python3 -c 'import os, sys, time

class Code:
    def __init__(self, pid, path):
        for line in open("/proc/%s/maps" % pid):
            words = line.split()
            if len(words) > 5 and words[5] == path and "x" in words[1]:
                start, end = (int(x, 16) for x in words[0].split("-"))
                self.start, self.size = start, end - start
                file = open(path, "rb")
                file.seek(int(words[2], 16))
                self.wanted = file.read(self.size)
        self.memory = open("/proc/%s/mem" % pid, "rb", 0)

    def found(self):
        self.memory.seek(self.start)
        return self.memory.read(self.size)

    def changed(self):
        return sum(a != b for a, b in zip(self.found(), self.wanted))

what, path, pids = sys.argv[1], sys.argv[2], sys.argv[3:]
if what == "count":
    print(sum(Code(pid, path).changed() for pid in pids))
else:
    first, end = Code(pids[0], path), time.time() + 20
    print("ready", flush=True)
    while first.found() == first.wanted and time.time() < end:
        pass
    os.kill(int(open(what).read()), 9)' "$@"
}

# How many bytes of the code of $TARGET_PROGRAM are not the file's, in all these processes.
breakpoints() {
	breakpoints_python count "$TARGET_PROGRAM" "$@"
}

no_breakpoints() {
	[ "$(breakpoints "$@")" = 0 ]
}

# kill_at_first_breakpoint PID: from now on watches this process; as soon as there is one in it, ends the
# host by SIGKILL, whose pid stands in $TMP/host by then. Wait for $WATCHER afterwards.
kill_at_first_breakpoint() {
	rm -f "$TMP/host"
	breakpoints_python "$TMP/host" "$TARGET_PROGRAM" "$1" >"$TMP/watcher" &
	# shellcheck disable=SC2034
	WATCHER=$!
	wait_until 10 grep -q ready "$TMP/watcher" || fail "nobody watches for breakpoints"
}
