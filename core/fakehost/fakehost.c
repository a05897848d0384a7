/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One instance through its life. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "private.h"

#define FAKEHOST_BUDGET   4096
#define FAKEHOST_PAUSE_NS 1000000L

struct fakehost *fakehost_new(const struct bpfhost_plugin *plugin)
{
	struct fakehost *host = calloc(1, sizeof(*host));

	if (!host)
		return NULL;
	host->plugin = plugin;
	if (fakehost_options_read(host)) {
		free(host);
		return NULL;
	}
	fakehost_calls_setup(host);
	host->instance = (struct bpfhost_instance){
		.size = sizeof(host->instance),
		.host = &host->host,
		.plugin = plugin,
	};
	return host;
}

void fakehost_free(struct fakehost *host)
{
	if (!host)
		return;
	fakehost_record_free(host);
	fakehost_options_drop(host);
	free(host);
}

int fakehost_set(struct fakehost *host, const char *key, const char *text)
{
	return fakehost_options_add(host, key, text);
}

void fakehost_live(struct fakehost *host)
{
	host->host.flags &= ~(uint32_t)BPFHOST_RUN_DRY;
}

struct bpfhost_filter_values *fakehost_filter(struct fakehost *host)
{
	return &host->filter;
}

void fakehost_break(struct fakehost *host, enum fakehost_call call, uint32_t after, int err)
{
	host->broken[call] = (struct fakehost_broken){ after, err, false };
}

bool fakehost_broke(const struct fakehost *host, enum fakehost_call call)
{
	return host->broken[call].hit;
}

/* ---- the four functions ------------------------------------------------------------------------ */

int fakehost_load(struct fakehost *host)
{
	const struct bpfhost_vtable *own = &host->plugin->vtable;
	int err;

	host->error[0] = '\0';
	err = fakehost_options_settle(host);
	if (err)
		return err;
	return (own->load ? own->load : host->plugin->defaults->load)(&host->instance);
}

int fakehost_attach(struct fakehost *host)
{
	const struct bpfhost_vtable *own = &host->plugin->vtable;

	host->error[0] = '\0';
	return (own->attach ? own->attach : host->plugin->defaults->attach)(&host->instance);
}

int fakehost_poll(struct fakehost *host, uint32_t budget)
{
	const struct bpfhost_vtable *own = &host->plugin->vtable;

	host->error[0] = '\0';
	return (own->poll ? own->poll : host->plugin->defaults->poll)(&host->instance, budget);
}

/* A plugin may look at its options while detaching, also where load was never called. */
int fakehost_detach(struct fakehost *host)
{
	const struct bpfhost_vtable *own = &host->plugin->vtable;

	host->error[0] = '\0';
	fakehost_options_settle(host);
	return (own->detach ? own->detach : host->plugin->defaults->detach)(&host->instance);
}

static uint64_t fakehost_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

int fakehost_await(struct fakehost *host, uint32_t records, uint32_t timeout_ms)
{
	uint64_t deadline = fakehost_now() + timeout_ms * 1000000ULL;

	for (;;) {
		int taken = fakehost_poll(host, FAKEHOST_BUDGET);

		if (taken < 0)
			return taken;
		if (fakehost_count(host, FAKEHOST_RECORD) >= records)
			return 0;
		if (fakehost_now() >= deadline)
			return -ETIME;
		if (!taken)
			nanosleep(&(struct timespec){ .tv_nsec = FAKEHOST_PAUSE_NS }, NULL);
	}
}

/* ---- looking ----------------------------------------------------------------------------------- */

struct bpfhost_instance *fakehost_instance(struct fakehost *host)
{
	return &host->instance;
}

const char *fakehost_error(const struct fakehost *host)
{
	return host->error;
}

struct fakehost_sums fakehost_sums(const struct fakehost *host)
{
	return host->sums;
}
