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

/* Closes its control socket, which tells its worker to end. */
void instance_hang_up(struct instance *instance);
/* Notes that it has failed, for good; the reason has been logged. */
void instance_fail(struct instance *instance);

#endif
