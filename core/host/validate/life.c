/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* load, attach, poll and detach in every order that may happen, and what of it must not stay. */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

#include "sdk/kernel/kernel.h"
#include "validate/life.h"

#define LIFE_REPEAT         15
#define LIFE_AGAIN          2
#define LIFE_SETTLED        5    /* life cycles after which no more memory may be taken */
#define LIFE_SLACK          4096 /* bytes: the C library keeps what belongs to ended threads */
#define LIFE_CALLS_TO_BREAK 4

void life_unchanged(const struct suite *suite, const struct process *before)
{
	struct process after;
	char text[1024];

	process_look(&after);
	process_compare(before, &after, text, sizeof(text));
	if (*text)
		suite_fail(suite, "detach left something behind: %s", text);
}

/*
 * Whether it failed for what this machine or these privileges do not allow, and not by the plugin's fault. A load
 * that may do all and is denied access all the same was refused by the verifier.
 */
static bool life_is_impossible(int err, bool is_loaded, const char *why)
{
	const uint64_t all = 1ULL << CAP_BPF | 1ULL << CAP_PERFMON;

	if (err == -EACCES && !is_loaded)
		return kernel_capabilities_missing(all, kernel_capabilities_held());
	return err == -EPERM || err == -EACCES || err == -ENOENT || err == -EOPNOTSUPP ||
	       strstr(why, "it must be given");
}

/* The whole life once; what the plugin said of a load that these privileges do not allow. */
static void life_once(const struct suite *suite)
{
	struct fakehost *host = suite_host(suite);
	int err = suite_load(suite, host);
	bool is_loaded = !err;
	char why[512];

	snprintf(why, sizeof(why), "%s", fakehost_error(host));
	if (!err) {
		err = suite_attach(suite, host);
		snprintf(why, sizeof(why), "%s", fakehost_error(host));
	}
	if (!err)
		suite_poll(suite, host);
	suite_detach(suite, host);
	suite_end(suite, host);
	if (err && life_is_impossible(err, is_loaded, why))
		suite_skip(suite, "not possible here: %s", why);
	if (err)
		suite_fail(suite, "%s", why);
}

void check_life_cycle(struct suite *suite)
{
	struct process before;

	process_look(&before);
	life_once(suite);
	life_unchanged(suite, &before);
}

/* One life in which such a call fails but for the first `after`. Whether one was made: else later ones are not. */
static bool life_with_failing(struct suite *suite, enum fakehost_call call, uint32_t after)
{
	struct fakehost *host = suite_host(suite);
	bool failed;

	fakehost_break(host, call, after, call == FAKEHOST_CALL_EMIT ? -EAGAIN : -ENOMEM);
	if (!suite_load(suite, host))
		suite_attach(suite, host);
	suite_detach(suite, host);
	failed = fakehost_broke(host, call);
	suite_end(suite, host);
	return failed;
}

/* The host's own calls fail, one after the other: load or attach may fail, detach undoes both. */
void check_failing_calls(struct suite *suite)
{
	struct process before;

	process_look(&before);
	for (uint32_t call = 0; call < FAKEHOST_CALLS; call++)
		for (uint32_t after = 0; after < LIFE_CALLS_TO_BREAK; after++) {
			bool failed = life_with_failing(suite, call, after);

			life_unchanged(suite, &before);
			if (!failed)
				break;
		}
}

void check_detach_without_load(struct suite *suite)
{
	struct fakehost *host = suite_host(suite);
	struct process before;

	process_look(&before);
	suite_detach(suite, host);
	life_unchanged(suite, &before);
	suite_end(suite, host);
}

void check_detach_without_attach(struct suite *suite)
{
	struct fakehost *host = suite_host(suite);
	struct process before;

	process_look(&before);
	suite_load(suite, host);
	suite_detach(suite, host);
	life_unchanged(suite, &before);
	suite_end(suite, host);
}

/* The host calls detach once; a plugin's own error path may come first. */
void check_detach_twice(struct suite *suite)
{
	struct fakehost *host = suite_host(suite);
	struct process before;

	process_look(&before);
	if (!suite_load(suite, host))
		suite_attach(suite, host);
	suite_detach(suite, host);
	suite_detach(suite, host);
	life_unchanged(suite, &before);
	suite_end(suite, host);
}

/* How many bytes more are in use after so many life cycles. */
static size_t life_growth(struct suite *suite, int cycles)
{
	size_t before = process_memory(), after;

	for (int i = 0; i < cycles; i++)
		life_once(suite);
	after = process_memory();
	return after > before ? after - before : 0;
}

/*
 * The C library keeps what belongs to the stacks of threads that ended, a few more whenever more
 * threads than ever happened to run at once. A leak grows each time.
 */
void check_repeated(struct suite *suite)
{
	struct process before;
	size_t growth;

	process_look(&before);
	life_growth(suite, LIFE_SETTLED);
	growth = life_growth(suite, LIFE_REPEAT);
	for (int i = 0; i < LIFE_AGAIN && growth > LIFE_SLACK; i++)
		growth = life_growth(suite, LIFE_REPEAT);
	if (growth > LIFE_SLACK)
		suite_fail(suite, "%zu bytes more after %d more life cycles", growth, LIFE_REPEAT);
	life_unchanged(suite, &before);
}
