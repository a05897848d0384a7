#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Programs that cannot be followed to returns: an exception that leaves such a function would end them, and with
# several stacks a call would return to another one's caller.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
# shellcheck source=tests/live/traced.sh
. "$(dirname "$0")/traced.sh"
need_program g++
PROGRAM=$TMP/thrower

cat >"$TMP/thrower.cc" <<'EOF_PROGRAM'
#include <cstdio>
#include <stdexcept>
#include <unistd.h>
extern "C" {
__attribute__((noinline)) int throws(int n)
{
	__asm__("");
	if (n % 2)
		throw std::runtime_error("odd");
	return n;
}
/* Lets exceptions through. */
__attribute__((noinline)) int passes(int n) { __asm__(""); return throws(n) + 1; }
/* None leaves it. */
__attribute__((noinline)) int catches(int n)
{
	try {
		return passes(n);
	} catch (const std::exception &) {
		return -n;
	}
}
}
int main()
{
	int sum = 0;
	char byte;

	alarm(60);
	std::printf("pid %d\n", (int)getpid());
	std::fflush(stdout);
	if (read(0, &byte, 1) < 0)
		return 1;
	for (int i = 0; i < 10; i++)
		sum += catches(i);
	std::printf("sum %d\n", sum);
}
EOF_PROGRAM
g++ -O1 -o "$PROGRAM" "$TMP/thrower.cc" || fail "the program does not compile"

# traced ARGUMENT...: the program, beside the host
traced() {
	beside --pid PID "$@" -- "$PROGRAM"
	expect "exit status" 0 "$SAID_STATUS"
	expect "what the program comes to" "sum 0" "$(tail -n 1 "$TMP/said")"
	check_ledger
}

values() {
	events | jq -r "$1" | paste -s -d ' ' -
}

# ---- a return is not waited for -------------------------------------------------------------------

# not_followed PROGRAM FUNCTION
not_followed() {
	host_run --plugin uprobe --set "probes=$1:$2(n: i32) -> i32" --dry-run
	[ "$STATUS" -ne 0 ] || fail "$2 of $1 is followed to its return"
	grep -q "an exception or panic that leaves a function of $1 would end the program" "$TMP/log" ||
		fail "not told why $2 of $1 is not followed"
}
for function in throws passes catches; do
	not_followed "$PROGRAM" $function
done

# Those that bring the unwinder with them.
for way in -static-pie '-static-libgcc -static-libstdc++'; do
	# shellcheck disable=SC2086
	g++ -O1 $way -o "$TMP/alone" "$TMP/thrower.cc" || fail "the program does not compile with $way"
	not_followed "$TMP/alone" throws
done

# ---- entries, which do no harm ------------------------------------------------------------------------

traced --set "probes=$PROGRAM:passes(n: i32)"
expect "arguments" "0 1 2 3 4 5 6 7 8 9" "$(values .data.n)"

# ---- several stacks ---------------------------------------------------------------------------------

cat >"$TMP/stacks.c" <<'EOF_PROGRAM'
#include <ucontext.h>
static ucontext_t contexts[2];
__attribute__((noinline)) int turns(int n) { return swapcontext(&contexts[n], &contexts[!n]); }
int main(void) { return turns(0); }
EOF_PROGRAM
gcc -o "$TMP/stacks" "$TMP/stacks.c" || fail "the program does not compile"
host_run --plugin uprobe --set "probes=$TMP/stacks:turns(n: i32) -> i32" --dry-run
[ "$STATUS" -ne 0 ] || fail "calls of several stacks are followed"
grep -q "$TMP/stacks has several stacks in a thread" "$TMP/log" || fail "not told why they are not followed"
host_run --plugin uprobe --set "probes=$TMP/stacks:turns(n: i32)" --dry-run
expect "exit status" 0 "$STATUS"

# ---- whoever knows that none leaves the function ----------------------------------------------------

traced --set "probes=$PROGRAM:catches(n: i32) -> i32" --set force=true
expect "results" "1 -1 3 -3 5 -5 7 -7 9 -9" "$(values .data.ret)"

# ---- functions that return more than once ---------------------------------------------------------

cat >"$TMP/again.c" <<'EOF_PROGRAM'
#include <setjmp.h>
#include <stdio.h>
#include <ucontext.h>
#include <unistd.h>
static jmp_buf there;
static sigjmp_buf signals;
__attribute__((noinline)) int once(int n) { __asm__(""); return n; }
static int jumps(void)
{
	volatile int n = 0;

	if (_setjmp(there) < 3)
		longjmp(there, once(++n));
	if (sigsetjmp(signals, 1) < 3)
		siglongjmp(signals, once(++n) - 3);
	return n;
}
static int changes(void)
{
	volatile int n = 0;
	ucontext_t context;

	getcontext(&context);
	if (++n < 4)
		setcontext(&context);
	return n;
}
int main(void)
{
	char byte;

	alarm(60);
	printf("pid %d\n", (int)getpid());
	fflush(stdout);
	if (read(0, &byte, 1) < 0)
		return 1;
	printf("sum %d\n", jumps() + changes() - 10);
}
EOF_PROGRAM
PROGRAM=$TMP/again
gcc -O1 -static -o "$PROGRAM" "$TMP/again.c" || fail "the program does not compile"
for function in _setjmp __sigsetjmp getcontext _start _dl_runtime_resolve_xsavec; do
	[ "$(uname -m)" = x86_64 ] || [[ $function != _dl_* ]] || continue
	host_run --plugin uprobe --set "probes=$PROGRAM:$function -> i32" --dry-run
	[ "$STATUS" -ne 0 ] || fail "$function is followed to its return"
	grep -q ": $function cannot be followed to its return, for " "$TMP/log" || fail "not told why $function is not"
	host_run --plugin uprobe --set "probes=$PROGRAM:$function" --dry-run
	expect "exit status of $function without its return" 0 "$STATUS"
done
host_run --plugin uprobe --set "probes=$PROGRAM:_setjm? -> i32" --dry-run
[ "$STATUS" -ne 0 ] || fail "a list of nothing else is followed"
# Of a list they are left out.
traced --set "probes=$PROGRAM:*jmp* -> i32" --set "probes=$PROGRAM:*context* -> i32" --set "probes=$PROGRAM:once -> i32"
expect "results of once" "1 2 3 4 5 6" "$(values "select(.event | endswith(\":once\")) | .data.ret")"
expect "functions that were followed twice" "" "$(values '.data.function // empty' | tr ' ' '\n' | grep 'setjmp$\|getcontext$')"

# The same functions of libc, which may have other names for itself.
PROGRAM=$TMP/again-by-libc
gcc -O1 -o "$PROGRAM" "$TMP/again.c" || fail "the program does not compile"
traced --set 'probes=libc:*jmp* -> i32' --set 'probes=libc:*context* -> i32' --set "probes=$PROGRAM:once -> i32"
expect "results of once" "1 2 3 4 5 6" "$(values 'select(.event | endswith(":once")) | .data.ret')"
