/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/filter_names.h"

#include <errno.h>
#include <stdlib.h>

#include "config/fail.h"

/* How many there are; types may be NULL. */
static size_t filter_names_gather(const struct supervisor *run, const struct sink_type **types)
{
	const struct instance *instance;
	size_t n = 0;

	SUPERVISOR_EACH(run, instance) {
		if (instance->role != INSTANCE_STAYS && instance->role != INSTANCE_COMES)
			continue;
		for (size_t k = 0; k < instance->types.count; k++, n++)
			if (types)
				types[n] = instance->types.entries[k].type;
	}
	return n;
}

int filter_names_check(const struct supervisor *run, struct bpfhost_error *err)
{
	size_t count = run->filter ? filter_names_gather(run, NULL) : 0;
	const struct sink_type **types;
	int failed;

	if (!count)
		return 0;
	types = calloc(count, sizeof(*types));
	if (!types)
		return config_fail_memory(err);
	filter_names_gather(run, types);
	failed = filter_names_known(run->filter, types, count, err);
	free(types);
	return failed ? config_fail_option(err, -EINVAL, run->config->filter.origin, "filter") : 0;
}
