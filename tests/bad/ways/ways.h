/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The ways to misbehave that the plugin "misbehave" has, each list in a file of its own. */
#ifndef BAD_WAYS_H
#define BAD_WAYS_H

#include <stdbool.h>

#include <bpfhost/sdk.h>

struct way {
	const char *name;
	/* What the function then returns: -errno; or 1, to go on as if nothing was. */
	int (*run)(struct bpfhost_instance *self);
	/* NULL, or called at the begin of load, while the process may still do all. */
	void (*prepare)(void);
	bool once; /* though the function is called again */
};

/* Each ends with a name that is NULL. */
extern const struct way ways_end[];     /* the process is over or stuck */
extern const struct way ways_process[]; /* it changes, takes or keeps what is the process' */
extern const struct way ways_bus[];     /* it puts on the bus what does not belong there */
extern const struct way ways_say[];     /* it says too much, or what is not true */

/* A fault must be one, whatever the sanitizers would like to make of it. */
#define WAY_UNCHECKED __attribute__((noinline, no_sanitize("address", "undefined")))

#endif
