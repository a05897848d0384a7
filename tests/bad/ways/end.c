/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "ways.h"

WAY_UNCHECKED static int end_crash(struct bpfhost_instance *self)
{
	volatile int *nowhere = NULL;

	(void)self;
	signal(SIGSEGV, SIG_DFL);
	__asm__ volatile("" : "+r"(nowhere));
	*nowhere = 1;
	return 1;
}

/* Not every machine traps on a division by zero. */
WAY_UNCHECKED static int end_divide(struct bpfhost_instance *self)
{
	volatile int zero = 0, ten = 10;

	(void)self;
	signal(SIGFPE, SIG_DFL);
	ten /= zero;
	raise(SIGFPE);
	return ten ? 1 : 0;
}

WAY_UNCHECKED static int end_deeper(volatile char *above)
{
	volatile char here[4096];

	here[0] = above ? above[0] : 1;
	return here[0] ? end_deeper(here) + here[0] : 0;
}

static int end_overflow(struct bpfhost_instance *self)
{
	(void)self;
	signal(SIGSEGV, SIG_DFL);
	return end_deeper(NULL);
}

static int end_abort(struct bpfhost_instance *self)
{
	(void)self;
	abort();
}

static int end_loop(struct bpfhost_instance *self)
{
	for (;;)
		__asm__ volatile("" ::"r"(self));
	return 1;
}

static int end_sleep(struct bpfhost_instance *self)
{
	(void)self;
	for (;;)
		sleep(3600);
	return 1;
}

static int end_stopped(struct bpfhost_instance *self)
{
	(void)self;
	raise(SIGSTOP);
	return 1;
}

static int end_exit(struct bpfhost_instance *self)
{
	(void)self;
	exit(0);
}

static int end_quick_exit(struct bpfhost_instance *self)
{
	(void)self;
	_exit(0);
}

static int end_kill(struct bpfhost_instance *self)
{
	(void)self;
	raise(SIGKILL);
	return 1;
}

static int end_error(struct bpfhost_instance *self)
{
	(void)self;
	return -EIO;
}

static int end_text(struct bpfhost_instance *self)
{
	return bpfhost_fail(self, -EIO, "two\nlines, \033[31mred\033[0m and \"quoted\"");
}

static int end_option(struct bpfhost_instance *self)
{
	return bpfhost_fail(self, -EINVAL, "option how: not in this place");
}

const struct way ways_end[] = {
	{ .name = "crash", .run = end_crash },      { .name = "divide", .run = end_divide },
	{ .name = "deep", .run = end_overflow },    { .name = "abort", .run = end_abort },
	{ .name = "loop", .run = end_loop },        { .name = "sleep", .run = end_sleep },
	{ .name = "stop", .run = end_stopped },     { .name = "exit", .run = end_exit },
	{ .name = "_exit", .run = end_quick_exit }, { .name = "kill", .run = end_kill },
	{ .name = "error", .run = end_error },      { .name = "text", .run = end_text },
	{ .name = "option", .run = end_option },    { .name = NULL },
};
