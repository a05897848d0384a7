/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The event types of one instance by their ids, ready for the sink and with the filter bound. */
#ifndef SUPERVISOR_TYPES_H
#define SUPERVISOR_TYPES_H

#include <stddef.h>
#include <stdint.h>

#include "filter/filter.h"
#include "sink/type.h"

struct type_entry {
	uint32_t id;
	uint32_t hash; /* of the schema's bytes, to tell the same one from another */
	struct sink_type *type;
	struct filter_bound *filter; /* NULL: none is set */
};

struct types {
	struct type_entry *entries; /* by id */
	size_t count;
	uint64_t bytes; /* of the schemas that they came from */
};

/*
 * Takes a schema that came from a worker: `bytes` is a private copy of `size` bytes. filter may be
 * NULL. A schema that is known already, as after a restart, is fine. -EINVAL when it does not hold
 * together, -EEXIST when this id has another, -E2BIG, -ENOMEM.
 */
int types_add(struct types *types, const void *bytes, uint32_t size, const char *instance,
	      const char *plugin, const struct filter *filter);
void types_free(struct types *types);

/* NULL when there is none with this id. */
const struct type_entry *types_find(const struct types *types, uint32_t id);

#endif
