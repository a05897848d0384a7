#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The process that reads target files: what it holds, and that it takes nobody along when it ends, neither other
# instances nor the other probes of its own. It is caught while it looks through a program with very many
# functions.
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

# ---- among other probes of the same instance ----------------------------------------------------------

# A program of which nothing is wrong but that its symbols take more memory than there is.
need_program python3
python3 - "$TMP/heavy" <<'EOF'
import struct, sys
count, code = 1500000, 4096
table = struct.pack("<IBBHQQ", 1, 0x12, 0, 1, 0x400000 + code, 1)
symbols = b"\0" * 24 + table * count
strings = b"\0main\0"
at = [code + 16, code + 16 + len(symbols)]
section = lambda *words: struct.pack("<IIQQQQIIQQ", *words)
sections = (section(*[0] * 10) + section(0, 1, 6, 0x400000 + code, code, 16, 0, 0, 16, 0) +
            section(0, 2, 0, 0, at[0], len(symbols), 3, 0, 8, 24) +
            section(0, 3, 0, 0, at[1], len(strings), 0, 0, 1, 0))
end = at[1] + len(strings)
head = b"\x7fELF\2\1\1" + b"\0" * 9 + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400000 + code, 64, end,
                                                      0, 64, 56, 1, 64, 4, 3)
load = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, code + 16, code + 16, 4096)
with open(sys.argv[1], "wb") as file:
    file.write((head + load).ljust(code, b"\0") + b"\x90" * 16 + symbols + strings + sections)
EOF

# among SIGNAL WORDS [ARGUMENT...]: the same, with probes before and behind it that are attached
among() {
	READER=
	target_start getppid 3 gets 2
	host_spawn --plugin uprobe --memory-limit 64MiB --set "probes=$BIG:\"b::f(int)\"" \
		--set "probes=$TARGET_PROGRAM:act_getppid" --set "probes=$TMP/heavy:main" \
		--set "probes=$TARGET_PROGRAM:act_gets" "${@:3}"
	wait_until 10 find_reader || fail "no process reads the program"
	kill "-$1" "$READER"
	wait_until 20 host_attached 1 || fail "the other probes are not attached"
	BPF_IDS=$(bpf_ids)
	grep -q "failed to attach probe \"$BIG:.*\": failed to read $BIG: the process that reads it $2\$" \
		"$TMP/log" || fail "the log does not say why"
	grep -q "failed to attach probe \"$TMP/heavy:.*: the process that reads it needed more than" "$TMP/log" ||
		[[ ${CFLAGS:-} == *sanitize* ]] || fail "nothing was too large"
	target_go
	host_stop
	expect "exit status" 0 "$STATUS"
	expect "events of the other probes" 2 "$(count)"
	check_ledger
	check_clean
	target_end
}

among KILL 'was ended by SIGKILL'
grep -q 'degraded: 2 of 4 probes' "$TMP/log" || [[ ${CFLAGS:-} == *sanitize* ]] || fail "not two of four"
among STOP 'took longer than 0.8 s: somebody has stopped it (SIGSTOP)' --call-limit 1s
