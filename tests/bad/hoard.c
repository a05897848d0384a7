/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Takes, in its first poll, all that it gets of one thing and keeps it, and logs how much that was and what
 * it was told then. With `crash` it then does not look at what it was told.
 */
#include "plain.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpfhost/sdk.h>

#define FIRST_POLL_NS 50000000ULL
#define CHUNK         (1 << 20)
#define STACK         32768

enum what { WHAT_MEMORY, WHAT_FILES, WHAT_THREADS };

static const char *const hoard_what[] = { "memory", "files", "threads", NULL };

static bool hoard_memory(void)
{
	char *bytes = malloc(CHUNK);

	if (bytes)
		memset(bytes, 1, CHUNK);
	__asm__ volatile("" ::"r"(bytes) : "memory");
	return bytes;
}

static bool hoard_file(void)
{
	return dup(0) >= 0;
}

static void *hoard_wait(void *ctx)
{
	pause();
	return ctx;
}

static bool hoard_thread(void)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	errno = pthread_create(&thread, &attr, hoard_wait, NULL);
	return !errno;
}

/* A real fault, whatever the sanitizers would like to make of it. */
__attribute__((no_sanitize("address", "undefined"))) static void hoard_crash(void)
{
	volatile char *nothing = NULL;

	__asm__ volatile("" : "+r"(nothing));
	*nothing = 1;
}

static void hoard(struct bpfhost_instance *self)
{
	static bool (*const take[])(void) = { hoard_memory, hoard_file, hoard_thread };
	int64_t what = bpfhost_option(self, "what")->items[0].number.i;
	uint32_t count = 0;

	while (take[what]())
		count++;
	bpfhost_info(self, "hoarded %u: %s", count, strerrorname_np(errno));
	if (bpfhost_option(self, "crash")->items[0].number.i)
		hoard_crash();
}

static int hoard_attach(struct bpfhost_instance *self)
{
	int err = bpfhost_default_attach(self);

	return err < 0 ? err : self->host->timer(self->host, FIRST_POLL_NS);
}

/* self->state: it has. */
static int hoard_poll(struct bpfhost_instance *self, uint32_t budget)
{
	if (!self->state)
		hoard(self);
	self->state = self;
	return bpfhost_default_poll(self, budget);
}

static const struct bpfhost_option hoard_options[] = {
	{ .name = "what",
	  .type = BPFHOST_OPT_CHOICE,
	  .default_text = "memory",
	  .choices = hoard_what,
	  .help = "what it takes" },
	{ .name = "crash",
	  .type = BPFHOST_OPT_BOOL,
	  .default_text = "no",
	  .help = "whether it crashes then" },
	{ .name = NULL },
};

BAD_PLUGIN(.name = "hoard", .options = hoard_options,
	   .vtable = { .attach = hoard_attach, .poll = hoard_poll });
