/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/filter_names.h"

#include <errno.h>
#include <stdlib.h>

#include "config/fail.h"

/* Those that are there when the change under way is over, or those that ran before it. */
static bool filter_names_counts(const struct instance *instance, bool after)
{
	if (after && instance->role == INSTANCE_DISABLED)
		return true;
	return instance->role == INSTANCE_STAYS ||
	       instance->role == (after ? INSTANCE_COMES : INSTANCE_GOES);
}

/* How many there are; types may be NULL. */
static size_t filter_names_gather(const struct supervisor *run, bool after,
				  const struct sink_type **types)
{
	const struct instance *instance;
	size_t n = 0;

	SUPERVISOR_EACH(run, instance) {
		if (!filter_names_counts(instance, after))
			continue;
		for (size_t k = 0; k < instance->types.count; k++, n++)
			if (types)
				types[n] = instance->types.entries[k].type;
	}
	return n;
}

/* *ret_count: of how many types they were asked. 0, -ENOMEM, or that of filter_names_known(). */
static int filter_names_ask(const struct supervisor *run, const struct filter *filter, bool after,
			    size_t *ret_count, struct bpfhost_error *err)
{
	size_t count = filter_names_gather(run, after, NULL);
	const struct sink_type **types = calloc(count + 1, sizeof(*types));
	int failed = 0;

	if (!types)
		return config_fail_memory(err);
	filter_names_gather(run, after, types);
	if (count)
		failed = filter_names_known(filter, types, count, err);
	free(types);
	*ret_count = count;
	return failed;
}

/* An instance that was disabled or unloaded may have been the only one that knew a name. */
static bool filter_names_were_gone(const struct supervisor *run)
{
	struct bpfhost_error why;
	size_t count = 0;
	int failed = filter_names_ask(run, run->filter, false, &count, &why);

	return run->filter_known && (failed || !count);
}

int filter_names_check(struct supervisor *run, struct bpfhost_error *err)
{
	size_t count = 0;
	int failed = run->filter ? filter_names_ask(run, run->filter, true, &count, err) : 0;

	if (failed == -ENOMEM)
		return failed;
	if (failed && !filter_names_were_gone(run))
		return config_fail_option(err, -EINVAL, run->config->filter.origin, "filter");
	run->filter_known |= count && !failed;
	return 0;
}

int filter_names_check_other(const struct supervisor *run, const struct filter *filter,
			     const char *origin, struct bpfhost_error *err)
{
	size_t count = 0;
	int failed = filter_names_ask(run, filter, true, &count, err);

	if (!failed || failed == -ENOMEM)
		return failed;
	return config_fail_option(err, -EINVAL, origin, "filter");
}
