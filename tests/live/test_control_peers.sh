#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Who may talk to a host: root and the group bpfhost, also where that is not one's first group; nobody else, even
# where the socket's mode would let him, and no worker. Group and user are there in a mount namespace of this
# test's own.
if [ -z "${OWN_MOUNTS:-}" ]; then
	unshare --mount true 2>/dev/null || {
		echo "skipped: no mount namespace can be made (CAP_SYS_ADMIN)"
		exit 77
	}
	OWN_MOUNTS=1 exec unshare --mount --propagation private bash "$0"
fi
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/control.sh
. "$(dirname "$0")/control.sh"
need_kernel
need_program setpriv

# with FILE LINE: an /etc/FILE with this line behind the others
with() {
	{ grep -v '^bpfhost:' "/etc/$1"; echo "$2"; } >"$TMP/$1"
	chmod 0644 "$TMP/$1"
	mount --bind "$TMP/$1" "/etc/$1" || fail "/etc/$1 cannot be covered"
}
with passwd bpfhost:x:5151:5252::/nonexistent:/usr/sbin/nologin
with group bpfhost:x:5252:

# By a copy that everyone may run, wherever this tree stands.
install -m 0755 "$BPFHOST" "$TMP/ctl"
as() {
	setpriv --reuid "$1" --regid "$2" "${@:3}" "$TMP/ctl" ctl --control "$CONTROL" log-level 2>&1
}

target_start getppid 3
host_start --control "$CONTROL" --pid "$TARGET_PID" --plugin tracepoint --set probes=syscalls:sys_enter_getppid
expect "socket" '660 0 5252' "$(stat -c '%a %u %g' "$CONTROL")"
expect "uid of the worker" 5151 "$(awk '/^Uid/ { print $2 }' "/proc/$(of_instance tracepoint .worker)/status")"

expect "root" info "$(as 0 0 --clear-groups)"
expect "a member" info "$(as 1001 1001 --groups 7,5252)"
expect "a member at first" info "$(as 1001 5252 --clear-groups)"
expect "a stranger" "bpfhost: error: failed to connect to $CONTROL: only root and group bpfhost may" \
	"$(as 1001 1001 --clear-groups)"
expect "the workers' user" "bpfhost: error: only root and the group bpfhost may ask" \
	"$(as 5151 5252 --clear-groups)"
chmod 0666 "$CONTROL"
expect "a stranger whom the mode lets in" "bpfhost: error: only root and the group bpfhost may ask" \
	"$(as 1001 1001 --groups 7,8)"

# What changes the traced side only root may grant.
expect "granting by a member" "bpfhost: error: --allow is for root to grant" \
	"$(setpriv --reuid 1001 --regid 5252 --clear-groups "$TMP/ctl" ctl --control "$CONTROL" \
		load tracepoint@b --allow signal 2>&1)"

# Options name files that are read and written with root's privileges.
for request in "load tracepoint@b" "replace tracepoint --set probes=sched:sched_process_exec"; do
	# shellcheck disable=SC2086
	expect "${request%% *} by a member" "bpfhost: error: what a plugin is told to do is for root to say: a member of the group bpfhost may not load or replace" \
		"$(setpriv --reuid 1001 --regid 5252 --clear-groups "$TMP/ctl" ctl --control "$CONTROL" $request 2>&1)"
done

# A stranger's socket is no host's.
cat >"$TMP/false.py" <<'SCRIPT'
import os, socket, sys
s = socket.socket(socket.AF_UNIX)
os.setuid(1001)
s.bind(sys.argv[1])
s.listen()
print("ready", flush=True)
s.accept()
SCRIPT
if command -v python3 >/dev/null; then
	mkdir -m 0777 "$TMP/anyone"
	chmod 0777 "$TMP/anyone"
	python3 "$TMP/false.py" "$TMP/anyone/control" >"$TMP/false" &
	false=$!
	wait_until 5 grep -q ready "$TMP/false" || fail "no false host"
	expect "a false host" \
		"bpfhost: error: $TMP/anyone/control: user 1001 listens there, who is neither root nor you" \
		"$("$BPFHOST" ctl --control "$TMP/anyone/control" stats 2>&1)"
	kill "$false" 2>/dev/null
fi

target_go
host_stop
expect "exit status" 0 "$STATUS"
check_clean
