/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of the instance share; the others use instance.h. */
#ifndef SUPERVISOR_INSTANCE_PRIVATE_H
#define SUPERVISOR_INSTANCE_PRIVATE_H

#include <unistd.h>

#include "supervisor/state.h"

static inline const char *instance_name(const struct instance *instance)
{
	return instance->config->name;
}

static inline void instance_close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Whether it is to wait for the others of its change before it goes on: see change.h. */
static inline bool instance_waits(const struct instance *instance)
{
	return instance->on_trial && !instance->told_attach;
}

/* Closes its control socket, which tells its worker to end. */
void instance_hang_up(struct instance *instance);
/*
 * Whether a text of this size, which its worker wants in the log, may go there: see said.h. Tells of those
 * that did not before the next that does.
 */
bool instance_may_say(struct instance *instance, size_t size);
/* The same, at the end of its worker. */
void instance_tell_unsaid(struct instance *instance);
/*
 * What its worker counted, as far as it can be: a number that no worker reaches is cut, so that no sum runs
 * over, and losses that the stream has told of do not become fewer.
 */
uint64_t instance_claim(const struct instance *instance, enum bus_counter counter);
/* Notes that it has failed, for good; the reason has been logged. */
void instance_fail(struct instance *instance);

#endif
