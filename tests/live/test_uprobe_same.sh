#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Programs do the same while all of their functions are traced, those of libc and of the dynamic loader included, at
# their begin and to their return: one that does with its stacks and its control flow what programs do, and some of
# those that are on every machine. Only in these processes, should a probe break what it touches.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
need_kernel
# shellcheck source=tests/live/traced.sh
. "$(dirname "$0")/traced.sh"
need_program gcc
[ "$(uname -m)" = x86_64 ] || skip "needs x86-64"
PROGRAM=$TMP/same
LOADER=$(readlink -f /lib64/ld-linux-x86-64.so.2)

cat >"$PROGRAM.c" <<'EOF_PROGRAM'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#define FUNCTION __attribute__((noinline, noclone))
static jmp_buf target;
static volatile int caught;
unsigned long flags_pushed(void);
unsigned long exchanged(unsigned long);
long called(void);
__asm__(".globl flags_pushed, exchanged, called\n.type flags_pushed,@function\n.type exchanged,@function\n"
	".type called,@function\nflags_pushed: pushf\npop %rax\nret\n.size flags_pushed,.-flags_pushed\n"
	"exchanged: xchg %r8,%rax\nret\n.size exchanged,.-exchanged\ncalled: syscall\nret\n.size called,.-called\n");
FUNCTION int deep(int n) { return n ? deep(n - 1) + (int)strlen("abc") : 1; }
FUNCTION void jump(int n) { if (!n) longjmp(target, 7); jump(n - 1); __asm__(""); }
static void jumps(void) { int n = setjmp(target); if (!n) jump(5); printf("setjmp %d %d\n", n, deep(3)); }
static void contexts(void)
{
	ucontext_t context;
	volatile int n = 0;
	getcontext(&context);
	if (++n < 3)
		setcontext(&context);
	printf("getcontext %d\n", n);
}
static void handler(int number) { (void)number; caught += deep(2) > 0; }
static void signals(void)
{
	stack_t other = { .ss_sp = malloc(65536), .ss_size = 65536 };
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_ONSTACK };
	sigaltstack(&other, NULL);
	sigaction(SIGALRM, &action, NULL);
	raise(SIGALRM);
	ualarm(1000, 1000);
	while (caught < 20)
		deep(5);
	ualarm(0, 0);
	printf("signals\n");
}
static void cleaned(void *n) { printf("cleaned %d\n", deep((int)(long)n)); }
static void *wait_for_cancel(void *unused)
{
	pthread_cleanup_push(cleaned, (void *)4L);
	for (;;)
		pause();
	pthread_cleanup_pop(0);
	return unused;
}
FUNCTION void leave(int n) { if (!n) pthread_exit((void *)5L); leave(n - 1); __asm__(""); }
static void *leaves(void *unused) { leave(3); return unused; }
static void *forks(void *unused)
{
	int status;
	pid_t pid = fork();
	(void)unused;
	if (!pid)
		_exit(deep(3));
	waitpid(pid, &status, 0);
	return (void *)(long)WEXITSTATUS(status);
}
static long thread(void *(*function)(void *), int is_cancelled)
{
	pthread_t id;
	void *result;
	pthread_create(&id, NULL, function, NULL);
	if (is_cancelled)
		pthread_cancel(id);
	pthread_join(id, &result);
	return (long)result;
}
static void threads(void)
{
	printf("cancelled %d\n", (void *)thread(wait_for_cancel, 1) == PTHREAD_CANCELED);
	printf("left %ld\n", thread(leaves, 0));
	printf("forked %ld\n", thread(forks, 0));
}
static void children(void)
{
	extern char **environ;
	char *words[] = { "sh", "-c", "exit 3", NULL };
	int status, result = posix_spawn(&(pid_t){ 0 }, "/bin/sh", NULL, NULL, words, environ);
	pid_t pid;
	wait(&status);
	printf("spawned %d %d, system %d\n", result, WEXITSTATUS(status), system("exit 4") >> 8);
	pid = vfork();
	if (!pid)
		_exit(6);
	waitpid(pid, &status, 0);
	printf("vfork %d\n", WEXITSTATUS(status));
}
static void libraries(void)
{
	void *library = dlopen("libm.so.6", RTLD_NOW);
	double (*root)(double) = library ? (double (*)(double))dlsym(library, "sqrt") : NULL;
	printf("dlopen %g, next %d\n", root ? root(16) : 0, dlsym(RTLD_NEXT, "malloc") != NULL);
	if (library)
		dlclose(library);
}
static void instructions(void)
{
	unsigned long result = 1;
	__asm__ volatile("mov $0x1234,%%r8d\nmov $39,%%eax\ncall exchanged" : "=a"(result) : : "r8", "memory", "cc");
	printf("flags %lx, exchanged %lx\n", flags_pushed() & 0x100, result);
	__asm__ volatile("call called" : "=a"(result) : "a"(39) : "rcx", "r11", "memory", "cc");
	printf("called %d\n", (pid_t)result == getpid());
}
static void (*const parts[])(void) = { jumps, contexts, signals, threads, children, libraries, instructions };
int main(void)
{
	char line[8];
	alarm(60);
	setvbuf(stdout, NULL, _IONBF, 0);
	printf("pid %d\n", (int)getpid());
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		int status;
		if (!fork()) {
			alarm(20);
			parts[i]();
			exit(0);
		}
		wait(&status);
		if (status)
			printf("part %zu ended with %x\n", i, (unsigned)status);
	}
	return 3;
}
EOF_PROGRAM
gcc -O1 -w -o "$PROGRAM" "$PROGRAM.c" -ldl -lpthread || fail "the program does not compile"

# Each waits for a line when it has told that it is there.
cat >"$TMP/script.sh" <<'EOF_SCRIPT'
echo here
read -r
f() { local words=(one two three); echo "${words[@]/two/2}"; }
x=0; for i in {1..300}; do ((x += i * i)); done; echo "$x"
f | tr a-z A-Z
trap 'echo trapped' USR1; kill -USR1 $$
echo "$(printf '%05d' 7) $((1 << 40)) ${BASH_VERSION:0:1}" | sed 's/0/o/g'
[[ abcabc =~ (b)(c)a ]] && echo "${BASH_REMATCH[@]}"
(exit 5); echo $?
false || exit 3
EOF_SCRIPT
cat >"$TMP/script.pe" <<'EOF_SCRIPT'
$| = 1; print "here\n"; my $line = <STDIN>;
my %h; $h{$_ % 17} .= chr(65 + $_ % 26) for 1 .. 2000; print join(",", map { length $h{$_} } sort keys %h), "\n";
eval { die "caught\n" }; print $@; printf "%.9f %s\n", sin(1), scalar reverse "abc";
print `echo child`; if (!fork) { exit 4 } wait; print $? >> 8, "\n"; exit 3;
EOF_SCRIPT
cat >"$TMP/script.py" <<'EOF_SCRIPT'
import hashlib, json, os, re, subprocess, sys, threading, zlib
print("here", flush=True); sys.stdin.readline()
text = json.dumps({str(i): i * i for i in range(300)})
print(hashlib.sha256(text.encode()).hexdigest(), zlib.crc32(zlib.compress(text.encode())), len(re.findall("1+", text)))
sums = []; threads = [threading.Thread(target=lambda i=i: sums.append(sum(range(i * 1000)))) for i in range(4)]
[t.start() for t in threads]; [t.join() for t in threads]; print(sorted(sums), flush=True)
print(subprocess.run(["echo", "child"], capture_output=True).stdout)
pid = os.fork()
if not pid: os._exit(5)
print(os.waitpid(pid, 0)[1]); sys.exit(3)
EOF_SCRIPT

# said PROGRAM ARGUMENT...: what it comes to untraced, with its errors and its end
said() {
	"$@" <<<go 2>&1 | tail -n +2
	echo "${PIPESTATUS[0]}"
}

# same WHAT PROBES -- PROGRAM ARGUMENT...: PROBES are files, each with what stands behind the functions
same() {
	local what=$1 untraced probes=()

	shift
	while [ "$1" != -- ]; do
		probes+=(--set "probes=$1")
		shift
	done
	shift
	untraced=$(said "$@")
	beside --pid PID "${probes[@]}" -- "$@"
	echo "$SAID_STATUS" >>"$TMP/said"
	expect "what $what comes to" "$untraced" "$(tail -n +2 "$TMP/said")"
	[ "$(stat_of produced)" -gt 20 ] || fail "hardly anything of $what was traced"
}

for way in '' ' -> void'; do
	same "the program$way" "$PROGRAM:*$way" "libc:*$way" "$LOADER:*$way" -- "$PROGRAM"
	same "bash$way" "libc:*$way" -- bash "$TMP/script.sh"
	for name in perl python3; do
		path=$(command -v /usr/bin/$name) || continue
		same "$name$way" "libc:*$way" -- "$path" "$TMP/script.${name:0:2}"
	done
done

# ---- what was left out ------------------------------------------------------------------------------

for name in setjmp getcontext dlsym; do
	host_run --plugin uprobe --set "probes=libc:$name -> void" --dry-run
	[ "$STATUS" -ne 0 ] || fail "$name is followed to its return"
	grep -q "$name cannot be followed to its return" "$TMP/log" || fail "not told why $name is not followed"
	host_run --plugin uprobe --set "probes=libc:$name" --dry-run
	expect "exit status of $name" 0 "$STATUS"
done
while read -r name why; do
	host_run --plugin uprobe --set "probes=$PROGRAM:$name" --dry-run
	expect "exit status of $name" 2 "$STATUS"
	grep -q "takes no probe on the instruction at \"$name\" .*$why" "$TMP/log" || fail "not told why $name is not traced"
done <<'END'
flags_pushed pushf
exchanged xchg
called system call
END
