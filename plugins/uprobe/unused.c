/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "unused.h"

#include <string.h>

static int unused_found(void *ctx, const struct bpfhost_mapped *mapped)
{
	const struct bpfhost_target *target = ctx;

	return mapped->device == target->device && mapped->inode == target->inode;
}

static bool unused_begins(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

bool uprobe_is_unused(const struct bpfhost_filter_values *filter,
		      const struct bpfhost_target *target)
{
	/* These were found in the process itself. */
	if (!filter->npids || unused_begins(target->text, "pid:") ||
	    unused_begins(target->text, "process:") || unused_begins(target->text, "lib"))
		return false;
	for (uint32_t i = 0; i < filter->npids; i++)
		if (bpfhost_mapped_each(filter->pids[i], unused_found, (void *)target))
			return false; /* or nobody can tell */
	return true;
}
