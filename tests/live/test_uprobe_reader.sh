#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The process that reads target files: what it holds, and that it takes nobody along when it ends. It is
# caught while it looks through a program with very many functions.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
need_program as
PLUGIN=uprobe
BIG=$TMP/big

seq -f 'f%.0f' 300000 | awk '
	BEGIN { print ".globl _start\n_start:" }
	{ printf ".type _ZN1a%d%sEv, @function\n_ZN1a%d%sEv: nop\n", length($0), $0, length($0), $0 }
' >"$BIG.s"
if ! as -o "$BIG.o" "$BIG.s" || ! ld -o "$BIG" "$BIG.o"; then
	fail "there is no program to look through"
fi

# The reader of the host's workers, once it is confined.
find_reader() {
	local worker

	for worker in $(workers); do
		READER=$(tr -d ' ' <"/proc/$worker/task/$worker/children")
		[ -z "$READER" ] || ! grep -qs '^Seccomp:.2' "/proc/$READER/status" || return 0
	done 2>/dev/null
	return 1
}

status_of() {
	sed -n "s/^$1:[[:space:]]*//p" "$TMP/status"
}

# meet SIGNAL WORDS [ARGUMENT...]: with this signal the reader ends, the probe fails for this reason, the other instance goes on
meet() {
	READER=
	host_spawn --plugin uprobe --set "probes=$BIG:\"b::f(int)\"" \
		--plugin tracepoint --set 'probes=syscalls:sys_enter_getppid' --pid "$TARGET_PID" "${@:3}"
	wait_until 10 find_reader || fail "no process reads the program"
	kill -STOP "$READER"
	cat "/proc/$READER/status" >"$TMP/status"
	ls -l "/proc/$READER/fd" >"$TMP/descriptors"
	cat "/proc/$READER/maps" >"$TMP/maps"
	[ "$1" = STOP ] || kill "-$1" "$READER"
	wait_until 20 grep -q ': error: uprobe: ' "$TMP/log" || fail "no error about it"
	expect "errors" 1 "$(grep -c ': error: ' "$TMP/log")"
	grep -q "uprobe: probe .*: failed to read $BIG: the process that reads it $2\$" "$TMP/log" ||
		fail "the error does not say why"
	[ ! -d "/proc/$READER" ] || fail "it is still there"
	wait_until 10 host_attached 1 || fail "the other instance does not attach"
}

ended() {
	target_go
	host_stop
	expect "exit status" 1 "$STATUS"
	expect "events of the other instance" 20 "$(count '.plugin == "tracepoint"')"
	check_ledger tracepoint
	check_clean
	target_end
}

TARGET_PROGRAM=$TARGETS_DIR/act
target_start getppid 20
meet KILL 'was ended by SIGKILL'
ended

# ---- what it holds --------------------------------------------------------------------------------

expect "name" bpfhost-reader "$(status_of Name)"
expect "user" "65534 65534 65534 65534" "$(status_of Uid | words | tr '\t' ' ')"
expect "group" "65534 65534 65534 65534" "$(status_of Gid | words | tr '\t' ' ')"
expect "other groups" "" "$(status_of Groups | tr -d ' ')"
for set in CapInh CapPrm CapEff CapAmb; do
	expect "$set" 0000000000000000 "$(status_of $set)"
done
expect "no_new_privs" 1 "$(status_of NoNewPrivs)"
expect "seccomp" 2 "$(status_of Seccomp)"
expect "threads" 1 "$(status_of Threads)"
expect "other descriptors" "" "$(sed -n 's/.* -> //p' "$TMP/descriptors" |
	grep -v -e '^/dev/null$' -e '^socket:' -e "^$BIG\$")"
expect "sockets" 1 "$(grep -c -- '-> socket:' "$TMP/descriptors")"
expect "memory that is shared" 0 "$(grep -c '^[^ ]* ...s ' "$TMP/maps")"

# ---- one that does not come to an end ---------------------------------------------------------------

target_start getppid 20
meet STOP 'took longer than 8.0 s: somebody has stopped it (SIGSTOP)'
ended

# Where a call may take less than that, it is still the file that is named.
target_start getppid 20
meet STOP 'took longer than 0.8 s: somebody has stopped it (SIGSTOP)' --call-limit 1s
ended
