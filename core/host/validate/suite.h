/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The conformance suite: what every plugin has to keep, one check each. A check runs in a child of its
 * own, in which the plugin is opened on a fake host: a dry run first, then, where the privileges suffice,
 * for real. Whatever happens, also half way, the process must be after detach as it was before load.
 */
#ifndef BPFHOST_HOST_VALIDATE_SUITE_H
#define BPFHOST_HOST_VALIDATE_SUITE_H

#include <stdbool.h>
#include <stddef.h>

#include <bpfhost/fakehost.h>

#include "config/config.h"
#include "worker/plugin.h"

#define SUITE_TEXT_MAX 2048

struct suite {
	const char *file; /* as the user wrote it */
	const struct config_instance *instance;
	struct worker_plugin plugin; /* admitted; its code is loaded in children only */
	unsigned int limit; /* seconds that a check may take, but for the one that lives often */
	bool live;          /* in a child: load into the kernel */
	int verdict;        /* in a child: where its text goes */
};

enum suite_mode {
	SUITE_CLOSED, /* the plugin is not opened */
	SUITE_DRY,
	SUITE_LIVE, /* loads into the kernel */
};

struct suite_check {
	const char *name;
	void (*check)(struct suite *suite);
	enum suite_mode mode;
};

/* All of them, in order; ends with a NULL name. */
extern const struct suite_check suite_checks[];

enum suite_verdict {
	SUITE_PASSED,
	SUITE_FAILED,
	SUITE_SKIPPED, /* it is not possible here */
};

/* Runs one in a child; what it says of a failure or of why it was not possible is in ret_text, else "". */
enum suite_verdict suite_run(const struct suite *suite, const struct suite_check *check,
			     char ret_text[SUITE_TEXT_MAX]);

/* Within a check: how it ends, unless it returns. */
_Noreturn void suite_fail(const struct suite *suite, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
_Noreturn void suite_skip(const struct suite *suite, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* An instance on a fake host, with the user's settings, for this process only. */
struct fakehost *suite_host(const struct suite *suite);
/* The functions; each fails the check where it returns what it may not. */
int suite_load(const struct suite *suite, struct fakehost *host);
int suite_attach(const struct suite *suite, struct fakehost *host);
void suite_poll(const struct suite *suite, struct fakehost *host);
void suite_detach(const struct suite *suite, struct fakehost *host);
/* Frees the host, which must have heard nothing for which a real one would end the worker. */
void suite_end(const struct suite *suite, struct fakehost *host);

/* The checks, each in the file of its concept. */
void check_exports(struct suite *suite);
void check_life_cycle(struct suite *suite);
void check_failing_calls(struct suite *suite);
void check_detach_without_load(struct suite *suite);
void check_detach_without_attach(struct suite *suite);
void check_detach_twice(struct suite *suite);
void check_repeated(struct suite *suite);
void check_unprivileged_load(struct suite *suite);
void check_unprivileged_attach(struct suite *suite);
void check_unprivileged_end(struct suite *suite);

#endif
