/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What lines say of the cgroup that an event's process is in, made once for each cgroup. */
#ifndef SINK_CGROUP_H
#define SINK_CGROUP_H

#include <stddef.h>
#include <stdint.h>

/* What that takes in any line at most; names for which it is not enough are left out. */
#define SINK_CGROUP_MAX 2048

struct sink_cgroup {
	uint16_t json_size;
	uint16_t text_size;
	char chars[]; /* JSON: ,"cgroup":"/a","container":"b"; then for people @b */
};

/* container may be NULL. The caller's to free(); NULL without memory, or when it would be too long. */
struct sink_cgroup *sink_cgroup_new(const char *path, const char *container);

#endif
