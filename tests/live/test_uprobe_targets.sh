#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What a TARGET may be, and what is refused: processes, programs, libraries, mistakes.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
PLUGIN=uprobe
TARGET_PROGRAM=$TMP/calls
cp "$TARGETS_DIR/calls" "$TARGET_PROGRAM"

# finish_target COUNT: lets it go, and expects so many events of it alone
finish_target() {
	target_go
	host_stop
	expect "exit status" 0 "$STATUS"
	expect "events" "$1" "$(count)"
	expect "processes" "$TARGET_PID" "$(events | jq .pid | sort -u)"
	check_ledger
	check_clean
	target_end
}

# ---- processes ----------------------------------------------------------------------------------

target_start numbers 20
host_start --plugin uprobe --set "probes=pid:$TARGET_PID:numbers(a: i8)"
finish_target 20

target_start numbers 20
host_start --plugin uprobe --set 'probes=process:calls:numbers(a: i8) -> i32'
finish_target 20

# The file was replaced since: what runs is another.
target_start numbers 20
for wanted in 0 1; do
	host_run --plugin uprobe --set "probes=$TARGET_PROGRAM:numbers" --pid "$TARGET_PID" --dry-run
	expect "exit status" 0 "$STATUS"
	expect "words of a file that nobody runs" $wanted "$(grep -c 'no process of --pid runs' "$TMP/log")"
	cp "$TARGET_PROGRAM" "$TMP/newer"
	mv "$TMP/newer" "$TARGET_PROGRAM"
done
target_end

# ---- a program in PATH, a library ---------------------------------------------------------------

target_start numbers 20
PATH=$TMP:$PATH host_start --plugin uprobe --set 'probes=calls:numbers'
grep -q "calls is $TARGET_PROGRAM" "$TMP/log" || fail "the log does not say what calls is"
finish_target 20

# libc as this process has it mapped.
target_start leave 20
host_start --plugin uprobe --set 'probes=libc:pthread_exit' --pid "$TARGET_PID"
finish_target 20

# ---- a path that has to be quoted -----------------------------------------------------------------

mkdir "$TMP/my app"
odd="$TMP/my app/a:b (1), calls"
cp "$TARGET_PROGRAM" "$odd"
TARGET_PROGRAM=$odd
target_start numbers 20
host_start --plugin uprobe --set "probes=\"$odd\":numbers(a: i8)"
finish_target 20
TARGET_PROGRAM=$TMP/calls

# ---- mistakes -----------------------------------------------------------------------------------

# refused WORDS ARGUMENT...: exit status 2 and one error, which has these words
refused() {
	local words=$1

	shift
	host_run --plugin uprobe "$@"
	expect "exit status of $*" 2 "$STATUS"
	expect "errors of $*" 1 "$(grep -c ': error: ' "$TMP/log")"
	grep -qF "$words" "$TMP/log" || fail "no \"$words\""
}

refused 'did you mean "numbers"' --set "probes=$TARGET_PROGRAM:numbrs"
refused 'there is no library "libcx"' --set 'probes=libcx:getpid'
refused 'no.such.program' --set 'probes=no.such.program:main'
refused 'there is no process 99999999' --set 'probes=pid:99999999:main'
refused 'process 4194304' --set 'probes=pid:4194304:main'
refused 'target:function' --set 'probes=libc'
quoted='a path with such letters is quoted, as in "/opt/my app":main'
refused "unexpected 'a' at column $((${#TMP} + 5)); $quoted" --set "probes=$odd:numbers"
refused "unexpected '(' at column 10; $quoted" --set 'probes=/opt/app (1):numbers'
refused "so is a path that holds ':', as in" --set 'probes=/opt/a:b/app:numbers'
refused "there is no file \"$TMP/cals\"; did you mean \"$TMP/calls\"?" --set "probes=$TMP/cals:numbers"
refused '"." is a folder' --set 'probes=.:numbers'
printf '#!/bin/sh\n' >"$TMP/script"
refused 'it is a script; what runs' --set "probes=$TMP/script:main"
refused '/etc/passwd' --set 'probes=/etc/passwd:main'
refused 'is no name of a preset' --set 'preset=no/such/preset'

# ---- presets of one's own, below an /etc that nobody else sees ------------------------------------

# preset_run TEXT: a run with a preset of this text, escaped as for printf
preset_run() {
	printf '%b' "$1" >"$TMP/own.preset"
	# shellcheck disable=SC2016 # they are the arguments of the shell inside
	unshare -m bash -c 'mount -t tmpfs tmpfs /etc && mkdir -p /etc/bpfhost/uprobe.d &&
		cp "$0" /etc/bpfhost/uprobe.d && exec "$@"' "$TMP/own.preset" \
		"$BPFHOST" --plugin-dir "$PLUGIN_DIR" --trust "$PLUGIN_DIR" --plugin uprobe \
		--set preset=own --dry-run >"$TMP/out" 2>"$TMP/log"
	STATUS=$?
}

need_program unshare
preset_run "# a remark\\nnumber = $TARGET_PROGRAM:no_such\\nnumber = $TARGET_PROGRAM:numbers\\n"
expect "exit status of a preset" 0 "$STATUS"
grep -q 'to numbers' "$TMP/out" || fail "the preset's second choice is not taken"
preset_run "number = $TARGET_PROGRAM:numbers\\n\\0"
expect "exit status of a preset with a zero byte" 2 "$STATUS"
grep -q 'own.preset, line 2: this is no text' "$TMP/log" || fail "no word of the zero byte"

# ---- what a return probe would kill -------------------------------------------------------------

cat >"$TMP/go.c" <<'EOF'
#include <stdio.h>
#include <unistd.h>
__attribute__((section(".note.go.buildid"), used)) static const int note[] = { 3, 4, 4, 0x6f47, 7 };
__attribute__((noinline)) int stacked(int n) { __asm__ volatile("" : : : "memory"); return n; }
int main(void)
{
	char line[8];
	printf("pid %d\n", getpid());
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		for (int i = 0; i < 7; i++)
			stacked(i);
		puts("done");
		fflush(stdout);
	}
}
EOF
"$CC" -O1 -o "$TMP/go" "$TMP/go.c" || fail "the program does not compile"
refused 'is a Go program' --set "probes=$TMP/go:stacked -> i32"
TARGET_PROGRAM=$TMP/go
target_start
host_start --plugin uprobe --set "probes=$TMP/go:stacked(n: i32)"
finish_target 7
target_start
host_start --plugin uprobe --set "probes=$TMP/go:stacked(n: i32) -> i32" --set force=true
finish_target 7
