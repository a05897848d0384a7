#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Whom workers and the sandbox become: the user bpfhost where /etc/passwd has one. Here it has, in a mount
# namespace of this test's own.
if [ -z "${OWN_MOUNTS:-}" ]; then
	unshare --mount true 2>/dev/null || {
		echo "skipped: no mount namespace can be made (CAP_SYS_ADMIN)"
		exit 77
	}
	OWN_MOUNTS=1 exec unshare --mount --propagation private bash "$0"
fi
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
need_program strace

# with_user LINE: an /etc/passwd with this line behind the others
with_user() {
	umount /etc/passwd 2>/dev/null
	{ grep -v '^bpfhost:' /etc/passwd; echo "$1"; } >"$TMP/passwd"
	chmod 0644 "$TMP/passwd"
	mount --bind "$TMP/passwd" /etc/passwd || fail "/etc/passwd cannot be covered"
}

ids_of() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$(workers | tr -d ' ')/status" | tr '\t' ' '
}

# becomes UID GID WARNINGS: worker and sandbox
becomes() {
	target_start getppid 5
	trace syscalls:sys_enter_getppid
	expect "uid of the worker" "$1 $1 $1 $1" "$(ids_of Uid)"
	expect "gid of the worker" "$2 $2 $2 $2" "$(ids_of Gid)"
	expect "words about that user" "$3" "$(grep -c 'warning: the user bpfhost of /etc/passwd is not taken' "$TMP/log")"
	target_go
	host_stop
	expect "events" 5 "$(count)"
	check_ledger
	check_clean
	target_end
	# The search for leaks is a ptrace of its own.
	ASAN_OPTIONS=detect_leaks=0 strace -f -q -e trace=setresuid,setresgid -o "$TMP/strace" "$BPFHOST" inspect \
		"$PLUGIN_DIR/tracepoint.so" --trust "$PLUGIN_DIR" >"$TMP/inspect" ||
		fail "inspect fails: $(cat "$TMP/inspect")"
	grep -q "setresuid($1, $1, $1) *= 0" "$TMP/strace" || fail "the sandbox: $(cat "$TMP/strace")"
	grep -q "setresgid($2, $2, $2) *= 0" "$TMP/strace" || fail "the sandbox: $(cat "$TMP/strace")"
}

with_user "bpfhost:x:7654:8765:bpfhost:/nonexistent:/usr/sbin/nologin"
becomes 7654 8765 0
# One that is root, or of root's group, is none.
with_user "bpfhost:x:0:0:bpfhost:/root:/bin/sh"
becomes 65534 65534 1
# ... or what the kernel takes for "as it is", which is root.
with_user "bpfhost:x:4294967295:4294967295:bpfhost:/:/bin/sh"
becomes 65534 65534 1
with_user "bpfhostess:x:7655:8766::/:/bin/sh"
becomes 65534 65534 0
umount /etc/passwd
