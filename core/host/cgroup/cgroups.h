/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From the id of a cgroup, which each event carries, to what lines say of it. The kernel is asked once for each
 * id, by the id itself and not by way of a process: so it does not matter whether that is there still, as long as
 * the cgroup is. Where that is gone as well, nothing is said. A cgroup's path never changes, and ids do not come
 * back before the machine starts again.
 */
#ifndef CGROUP_CGROUPS_H
#define CGROUP_CGROUPS_H

#include <stdint.h>

#include "sink/cgroup.h"

/* Cgroups that are remembered; when there are more, all are forgotten and asked for anew. */
#define CGROUPS_MAX 1024

struct cgroups;

/*
 * folder: where cgroup v2 is mounted, NULL for where it usually is. Without one, or without
 * CAP_DAC_READ_SEARCH, nothing is said of any cgroup. NULL without memory.
 */
struct cgroups *cgroups_new(const char *folder);
void cgroups_free(struct cgroups *cgroups);

/*
 * What is said of a cgroup; NULL: nothing, for it is the root, 0, unknown or gone. Valid until the next call.
 * Asked for the same id again, it does nothing but compare. cgroups may be NULL.
 */
const struct sink_cgroup *cgroups_find(struct cgroups *cgroups, uint64_t id);

#endif
