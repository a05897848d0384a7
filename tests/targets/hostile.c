/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A program that makes it hard to trace it. Its arguments are verbs, each with a number, all done at each
 * line of stdin; it begins and tells as act.c does.
 *
 *	names N     N times a new name for itself, openat(path) and named(path) of a path that never was before
 *	tree N      forks two that fork two, N levels deep: 2^(N+1)-2 children, each of which calls
 *		    getppid and handed("child") once
 *	pulled N    N times handed(text) and openat(text), while another thread takes the memory away
 *	padded N    N times padded(), which begins with a nop of five bytes
 *	strict N    from now on under strict seccomp; at the next line N times handed("") and
 *		    padded(), then it ends
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE        4096
#define TEXT        "a text that lies on two pages"
#define TEXT_BEFORE 10 /* bytes on the first of them */

static atomic_int hostile_over;

__attribute__((noinline, used)) static int handed(const char *text)
{
	__asm__ volatile("" : : "r"(text) : "memory");
	return 7;
}

#if defined(__x86_64__)
__asm__(".pushsection .text\n"
	".type padded, @function\n"
	"padded: .byte 0x0f, 0x1f, 0x44, 0, 0\n"
	" mov %edi, %eax\n ret\n"
	".size padded, . - padded\n"
	".popsection\n");
int padded(int value);
#else
__attribute__((noinline, used)) static int padded(int value)
{
	__asm__ volatile("" : "+r"(value));
	return value;
}
#endif

__attribute__((noinline, used)) static int named(const char *text)
{
	__asm__ volatile("" : : "r"(text) : "memory");
	return 1;
}

static void hostile_die(const char *what)
{
	dprintf(1, "failed %s: %s\n", what, strerror(errno));
	exit(1);
}

static void hostile_names(long count)
{
	static long number;
	char text[64];

	for (long end = number + count; number < end; number++) {
		snprintf(text, sizeof(text), "n%ld", number);
		prctl(PR_SET_NAME, text);
		snprintf(text, sizeof(text), "/nonexistent/%ld", number);
		syscall(SYS_openat, AT_FDCWD, text, O_RDONLY, 0);
		named(text);
	}
}

static void hostile_tree(long levels)
{
	pid_t child;

	for (int i = 0; levels && i < 2; i++) {
		child = fork();
		if (child < 0)
			hostile_die("fork");
		if (child)
			continue;
		syscall(SYS_getppid);
		handed("child");
		hostile_tree(levels - 1);
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
}

static void hostile_write(char *pages)
{
	memcpy(pages + PAGE - TEXT_BEFORE, TEXT, sizeof(TEXT));
}

static void *hostile_pull(void *data)
{
	char *pages = data;

	while (!hostile_over) {
		hostile_write(pages);
		mprotect(pages + PAGE, PAGE, PROT_NONE);
		mprotect(pages + PAGE, PAGE, PROT_READ | PROT_WRITE);
		madvise(pages, 2 * PAGE, MADV_DONTNEED);
		hostile_write(pages);
		munmap(pages + PAGE, PAGE);
		if (mmap(pages + PAGE, PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
			hostile_die("mmap");
	}
	return NULL;
}

static void hostile_pulled(long count)
{
	char *pages =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_t thread;

	hostile_over = 0;
	if (pages == MAP_FAILED || pthread_create(&thread, NULL, hostile_pull, pages))
		hostile_die("pulled");
	for (long i = 0; i < count; i++) {
		handed(pages + PAGE - TEXT_BEFORE);
		syscall(SYS_openat, AT_FDCWD, pages + PAGE - TEXT_BEFORE, O_RDONLY, 0);
	}
	hostile_over = 1;
	pthread_join(thread, NULL);
}

static void hostile_padded(long count)
{
	for (long i = 0; i < count; i++)
		padded((int)i);
}

/* Unbuffered; whether there was a line. */
static int hostile_line(void)
{
	char c = 0;

	while (read(0, &c, 1) == 1)
		if (c == '\n')
			return 1;
	return 0;
}

/* Nothing but read, write, exit and sigreturn from here on. */
static void hostile_strict(long count)
{
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT))
		hostile_die("seccomp");
	(void)!write(1, "strict\n", 7);
	hostile_line();
	for (long i = 0; i < count; i++)
		handed("");
	hostile_padded(count);
	(void)!write(1, "lives\n", 6);
	syscall(SYS_exit, 42);
}

static const struct {
	const char *name;
	void (*act)(long number);
} hostile_verbs[] = {
	{ "names", hostile_names },   { "tree", hostile_tree },     { "pulled", hostile_pulled },
	{ "padded", hostile_padded }, { "strict", hostile_strict },
};

static void hostile_do(const char *verb, long number)
{
	for (size_t i = 0; i < sizeof(hostile_verbs) / sizeof(hostile_verbs[0]); i++) {
		if (strcmp(verb, hostile_verbs[i].name))
			continue;
		hostile_verbs[i].act(number);
		dprintf(1, "%s %ld\n", verb, number);
		return;
	}
	dprintf(1, "unknown verb %s\n", verb);
	exit(2);
}

int main(int argc, char **argv)
{
	prctl(PR_SET_PDEATHSIG, 9);
	alarm(60);
	dprintf(1, "pid %d\n", getpid());
	while (hostile_line()) {
		for (int i = 1; i + 1 < argc; i += 2)
			hostile_do(argv[i], atol(argv[i + 1]));
		dprintf(1, "done\n");
	}
	return 0;
}
