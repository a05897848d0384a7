/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Functions to probe, each called as often as the arguments say: a verb and how many rounds of it, at
 * the next line on stdin, and again at each line after that. Begins and stays as act.c does.
 *
 *	numbers N     numbers(-1, 2, -3, 4, -5, 6, -7, 8), eight arguments of four widths
 *	texts N       texts("text 0"), ...
 *	fib N         the N-th Fibonacci number, by recursion
 *	threads N     four threads, N rounds of numbers each
 *	swarm N       four threads for each CPU, N rounds of texts each; says how many threads
 *	jump N        leaps(0), which leaves by longjmp, and leaps(1), which returns
 *	scatter N     leaps(0) from N places of the stack, the deepest first
 *	nest N        nests(N), which calls itself until nests(0)
 *	leave N       leaves(), which ends a thread of its own
 *	marked N      begins with endbr64
 *	padded N      begins with a ten-byte nop
 *	loops N       loops(10), begins with endbr64 and goes back to right behind it, nine times
 *	tails N       tail_one, which ends by a jump to tail_two
 *	falls N       falls_one, which is endbr64 and goes on as falls_two
 *	many N        1,000 functions many_0000 to many_0999, called in turn
 *	filter N      goes under a seccomp filter that kills at the system call of return probes
 */
#include <alloca.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define CALLS_THREADS     4
#define CALLS_THREADS_MAX 256
#define CALLS_MANY        1000

#define CALLS_NR_URETPROBE 335 /* arch/x86/entry/syscalls/syscall_64.tbl */

#if defined(__clang__)
#define CALLS_PROBED __attribute__((noinline, used)) static
#else
#define CALLS_PROBED __attribute__((noinline, noclone, used)) static
#endif

/* The compiler must not see that a function has no effect. */
static volatile int64_t calls_sink;
static jmp_buf calls_back;

CALLS_PROBED int32_t numbers(int8_t a, uint8_t b, int16_t c, uint16_t d, int32_t e, uint32_t f,
			     int64_t g, uint64_t h)
{
	calls_sink = a + b + c + d + e + (int64_t)f + g + (int64_t)h;
	return (int32_t)calls_sink;
}

CALLS_PROBED const char *texts(const char *text)
{
	calls_sink = text[0];
	return text + 1;
}

CALLS_PROBED uint64_t fib(uint32_t n)
{
	uint64_t first, second;

	calls_sink = n;
	if (n < 2)
		return n;
	first = fib(n - 1);
	second = fib(n - 2);
	/* Or an optimising compiler makes a loop of this call. */
	__asm__ volatile("" : "+r"(second));
	return first + second;
}

CALLS_PROBED int leaps(int how)
{
	calls_sink = how;
	if (!how)
		longjmp(calls_back, 1);
	return how;
}

CALLS_PROBED int nests(int n)
{
	int below = n ? nests(n - 1) : 0;

	calls_sink = below; /* behind the call, so that it is one */
	return below + 1;
}

CALLS_PROBED void leaves(void)
{
	calls_sink = 1;
	pthread_exit(NULL);
}

#if defined(__x86_64__)
__asm__(".pushsection .text\n"
	".type marked, @function\n"
	"marked: endbr64\n push %rbp\n pop %rbp\n mov %edi, %eax\n ret\n"
	".size marked, . - marked\n"
	".type padded, @function\n"
	"padded: .byte 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0\n"
	" push %rbp\n pop %rbp\n mov %edi, %eax\n ret\n"
	".size padded, . - padded\n"
	".type loops, @function\n"
	"loops: endbr64\n mov %edi, %eax\n dec %edi\n jnz loops + 4\n ret\n"
	".size loops, . - loops\n"
	".type tail_one, @function\n"
	"tail_one: push %rbp\n pop %rbp\n jmp tail_two\n"
	".size tail_one, . - tail_one\n"
	".type tail_two, @function\n"
	"tail_two: push %rbp\n pop %rbp\n mov %edi, %eax\n ret\n"
	".size tail_two, . - tail_two\n"
	".type falls_one, @function\n"
	"falls_one: endbr64\n"
	".type falls_two, @function\n"
	"falls_two: push %rbp\n pop %rbp\n mov %edi, %eax\n ret\n"
	".size falls_one, . - falls_one\n"
	".size falls_two, . - falls_two\n"
	".altmacro\n"
	".macro calls_one n\n"
	".type many_\\n, @function\n"
	"many_\\n: push %rbp\n pop %rbp\n mov %edi, %eax\n ret\n"
	".size many_\\n, . - many_\\n\n"
	".p2align 4\n"
	".endm\n"
	".p2align 4\n"
	"calls_many:\n"
	".set i, 1000\n"
	".rept 1000\n"
	"calls_one %i\n"
	".set i, i + 1\n"
	".endr\n"
	".noaltmacro\n"
	".popsection\n");
int marked(int value);
int padded(int value);
int loops(int rounds);
int tail_one(int value);
int falls_one(int value);
extern const char calls_many[];

static void calls_call_many(void)
{
	for (int i = 0; i < CALLS_MANY; i++)
		((int (*)(int))(uintptr_t)(calls_many + 16 * i))(i);
}
#else
CALLS_PROBED int marked(int value)
{
	return value;
}
CALLS_PROBED int padded(int value)
{
	return value;
}
CALLS_PROBED int loops(int rounds)
{
	return rounds;
}
CALLS_PROBED int tail_one(int value)
{
	return value;
}
CALLS_PROBED int falls_one(int value)
{
	return value;
}
static void calls_call_many(void)
{
}
#endif

static void calls_numbers(void)
{
	numbers(-1, 2, -3, 4, -5, 6, -7, 8);
}

static void calls_texts(uint32_t round)
{
	char text[32];

	snprintf(text, sizeof(text), "text %u", round);
	texts(text);
}

static void calls_jump(void)
{
	if (!setjmp(calls_back))
		leaps(0);
	leaps(1);
}

__attribute__((noinline)) static void calls_jump_from(size_t depth)
{
	volatile char *room = alloca(depth);

	room[0] = 1;
	if (!setjmp(calls_back))
		leaps(0);
}

static void calls_scatter(uint32_t rounds)
{
	for (size_t i = rounds; i > 0; i--)
		calls_jump_from(16 * i);
}

static void *calls_leaving(void *unused)
{
	leaves();
	return unused;
}

static void calls_leave(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, calls_leaving, NULL);
	pthread_join(thread, NULL);
}

static void calls_filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALLS_NR_URETPROBE, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(code[0]), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		printf("failed: filter\n");
}

static void calls_one_round(const char *verb, uint32_t round)
{
	if (!strcmp(verb, "numbers"))
		calls_numbers();
	else if (!strcmp(verb, "texts"))
		calls_texts(round);
	else if (!strcmp(verb, "jump"))
		calls_jump();
	else if (!strcmp(verb, "leave"))
		calls_leave();
	else if (!strcmp(verb, "marked"))
		calls_sink = marked((int)round);
	else if (!strcmp(verb, "padded"))
		calls_sink = padded((int)round);
	else if (!strcmp(verb, "loops"))
		calls_sink = loops(10);
	else if (!strcmp(verb, "tails"))
		calls_sink = tail_one((int)round);
	else if (!strcmp(verb, "falls"))
		calls_sink = falls_one((int)round);
	else if (!strcmp(verb, "many"))
		calls_call_many();
	else if (!strcmp(verb, "filter"))
		calls_filter();
}

/* What each of several threads does. */
struct calls_share {
	const char *verb;
	uint32_t rounds;
};

static void *calls_thread(void *arg)
{
	const struct calls_share *share = arg;

	for (uint32_t i = 0; i < share->rounds; i++)
		calls_one_round(share->verb, i);
	return NULL;
}

static void calls_threads(long count, const char *verb, uint32_t rounds)
{
	struct calls_share share = { verb, rounds };
	pthread_t threads[CALLS_THREADS_MAX];

	for (long i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, calls_thread, &share))
			printf("failed: thread\n");
	for (long i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

static void calls_swarm(uint32_t rounds)
{
	long count = 4 * sysconf(_SC_NPROCESSORS_ONLN);

	if (count > CALLS_THREADS_MAX)
		count = CALLS_THREADS_MAX;
	calls_threads(count, "texts", rounds);
	printf("swarm %ld\n", count);
}

static void calls_do(const char *verb, uint32_t rounds)
{
	if (!strcmp(verb, "fib"))
		calls_sink = (int64_t)fib(rounds);
	else if (!strcmp(verb, "nest"))
		calls_sink = nests((int)rounds);
	else if (!strcmp(verb, "scatter"))
		calls_scatter(rounds);
	else if (!strcmp(verb, "threads"))
		calls_threads(CALLS_THREADS, "numbers", rounds);
	else if (!strcmp(verb, "swarm"))
		calls_swarm(rounds);
	else
		for (uint32_t i = 0; i < rounds; i++)
			calls_one_round(verb, i);
}

int main(int argc, char **argv)
{
	char line[16];

	if (argc < 3)
		return 2;
	prctl(PR_SET_PDEATHSIG, 9);
	alarm(60);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("pid %d\n", (int)getpid());
	while (fgets(line, sizeof(line), stdin)) {
		for (int i = 1; i + 1 < argc; i += 2)
			calls_do(argv[i], (uint32_t)strtoul(argv[i + 1], NULL, 10));
		printf("done\n");
	}
	return 0;
}
