/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Many bad plugins in one: sound in all but the function that the option `where` names, in which it
 * does what `how` says; in poll, once `after` records were taken.
 */
#include "plain.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpfhost/sdk.h>

#include "misbehave_event.h"

#define LEAK_BYTES  65536
#define FLOOD_LINES 20000

enum where { WHERE_NOWHERE, WHERE_LOAD, WHERE_ATTACH, WHERE_POLL, WHERE_DETACH };

static const char *const misbehave_where[] = {
	"nowhere", "load", "attach", "poll", "detach", NULL
};

static int64_t misbehave_option(const struct bpfhost_instance *self, const char *name)
{
	return bpfhost_option(self, name)->items[0].number.i;
}

/* ---- each of the ways; returns what the function returns, 1: as if nothing was ------------------- */

/* A real fault, whatever the sanitizers would like to make of it. */
__attribute__((no_sanitize("address", "undefined"))) static int how_crash(
	struct bpfhost_instance *self)
{
	volatile int *nowhere = NULL;

	(void)self;
	signal(SIGSEGV, SIG_DFL);
	__asm__ volatile("" : "+r"(nowhere));
	*nowhere = 1;
	return 1;
}

static int how_abort(struct bpfhost_instance *self)
{
	(void)self;
	abort();
}

static int how_loop(struct bpfhost_instance *self)
{
	for (;;)
		__asm__ volatile("" ::"r"(self));
	return 1;
}

static int how_exit(struct bpfhost_instance *self)
{
	(void)self;
	exit(0);
}

static int how_quick_exit(struct bpfhost_instance *self)
{
	(void)self;
	_exit(0);
}

static int how_error(struct bpfhost_instance *self)
{
	(void)self;
	return -EIO;
}

static int how_leak(struct bpfhost_instance *self)
{
	char *bytes = malloc(LEAK_BYTES);

	(void)self;
	if (bytes)
		memset(bytes, 1, LEAK_BYTES);
	__asm__ volatile("" ::"r"(bytes) : "memory");
	(void)!open("/dev/null", O_RDONLY | O_CLOEXEC);
	return 1;
}

static int how_close(struct bpfhost_instance *self)
{
	(void)self;
	close_range(3, ~0U, 0);
	return 1;
}

static int how_short(struct bpfhost_instance *self)
{
	struct misbehave_event event = { .number = 1 };

	if (bpfhost_emit_struct(self, "misbehave_event", &event.header, sizeof(event)))
		return -EIO;
	return self->host->emit(self->host, &event, sizeof(event) - 8) ?: 1;
}

static int how_unknown(struct bpfhost_instance *self)
{
	struct bpfhost_event event = { .type = 0x7fffffff };

	return self->host->emit(self->host, &event, sizeof(event)) ?: 1;
}

static int how_flood(struct bpfhost_instance *self)
{
	for (int i = 0; i < FLOOD_LINES; i++)
		bpfhost_info(self, "flood %d", i);
	return 1;
}

static void how_handler(int signal)
{
	(void)signal;
}

static int how_signals(struct bpfhost_instance *self)
{
	(void)self;
	signal(SIGTERM, how_handler);
	return 1;
}

static int how_umask(struct bpfhost_instance *self)
{
	(void)self;
	umask(0);
	return 1;
}

static int how_folder(struct bpfhost_instance *self)
{
	(void)self;
	return chdir("/") ? -errno : 1;
}

static int how_child(struct bpfhost_instance *self)
{
	pid_t parent = getpid(), pid = fork();

	(void)self;
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (getppid() == parent)
			pause();
		_exit(0);
	}
	return pid < 0 ? -errno : 1;
}

static const struct {
	const char *name;
	int (*way)(struct bpfhost_instance *self);
} misbehave_ways[] = {
	{ "crash", how_crash },     { "abort", how_abort },      { "loop", how_loop },
	{ "exit", how_exit },       { "_exit", how_quick_exit }, { "error", how_error },
	{ "leak", how_leak },       { "close", how_close },      { "short", how_short },
	{ "unknown", how_unknown }, { "flood", how_flood },      { "signals", how_signals },
	{ "umask", how_umask },     { "folder", how_folder },    { "child", how_child },
};

static int misbehave(struct bpfhost_instance *self, enum where where)
{
	const char *how = bpfhost_option(self, "how")->items[0].text;

	if (misbehave_option(self, "where") != where)
		return 1;
	for (size_t i = 0; i < sizeof(misbehave_ways) / sizeof(misbehave_ways[0]); i++)
		if (!strcmp(misbehave_ways[i].name, how))
			return misbehave_ways[i].way(self);
	return bpfhost_fail(self, -EINVAL, "option how: \"%s\" is no way to misbehave", how);
}

/* ---- the vtable ---------------------------------------------------------------------------------- */

static int misbehave_load(struct bpfhost_instance *self)
{
	int err = bpfhost_default_load(self) ?: misbehave(self, WHERE_LOAD);

	return err < 0 ? err : 0;
}

static int misbehave_attach(struct bpfhost_instance *self)
{
	int err = misbehave(self, WHERE_ATTACH);

	return err < 0 ? err : bpfhost_default_attach(self);
}

/* self->state counts the records that were taken. */
static int misbehave_poll(struct bpfhost_instance *self, uint32_t budget)
{
	uint64_t left = (uint64_t)misbehave_option(self, "after") - (uintptr_t)self->state;
	int taken, err;

	if (misbehave_option(self, "where") != WHERE_POLL)
		return bpfhost_default_poll(self, budget);
	if (!left) {
		err = misbehave(self, WHERE_POLL);
		return err < 0 ? err : bpfhost_default_poll(self, budget);
	}
	taken = bpfhost_default_poll(self, budget < left ? budget : (uint32_t)left);
	if (taken > 0)
		self->state = (char *)self->state + taken;
	/* Called again at once, so that what comes next does not wait for a record. */
	return taken == (int)left ? (int)budget : taken;
}

static int misbehave_detach(struct bpfhost_instance *self)
{
	int err = misbehave(self, WHERE_DETACH), closed = bpfhost_default_detach(self);

	return err < 0 ? err : closed;
}

static const struct bpfhost_option misbehave_options[] = {
	{ .name = "where",
	  .type = BPFHOST_OPT_CHOICE,
	  .default_text = "nowhere",
	  .choices = misbehave_where,
	  .help = "the function that misbehaves" },
	{ .name = "how",
	  .type = BPFHOST_OPT_STRING,
	  .default_text = "crash",
	  .help = "what it does there" },
	{ .name = "after",
	  .type = BPFHOST_OPT_UINT,
	  .default_text = "0",
	  .help = "how many records poll takes before it misbehaves" },
	{ .name = NULL },
};

BAD_PLUGIN(.name = "misbehave", .options = misbehave_options,
	   .vtable = {
		   .load = misbehave_load,
		   .attach = misbehave_attach,
		   .poll = misbehave_poll,
		   .detach = misbehave_detach,
	   });
