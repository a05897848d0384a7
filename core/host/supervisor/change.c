/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "supervisor/change_private.h"
#include "supervisor/instance.h"

int change_begin(struct supervisor *run, const char *what, struct bpfhost_error *err)
{
	if (run->change) {
		bpfhost_error_set(err, 0, "another change is under way: %s", run->change->what);
		return -EBUSY;
	}
	run->change = calloc(1, sizeof(*run->change));
	if (!run->change) {
		bpfhost_error_set(err, 0, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	snprintf(run->change->what, sizeof(run->change->what), "%s", what);
	return 0;
}

void change_configure(struct supervisor *run, struct config *fresh,
		      const struct bpfhost_filter_values *values, struct kept *kept,
		      enum config_format format)
{
	run->change->reloads = true;
	run->change->fresh = fresh;
	run->change->values = *values;
	run->change->kept = *kept;
	run->change->format = format;
	*kept = (struct kept){ 0 };
}

const struct config *change_config(const struct instance *instance)
{
	const struct change *change = instance->run->change;

	return instance->on_trial && change && change->fresh ? change->fresh
							     : instance->run->config;
}

const struct bpfhost_filter_values *change_filter_values(const struct instance *instance)
{
	const struct change *change = instance->run->change;

	return instance->on_trial && change && change->fresh ? &change->values
							     : &instance->run->filter_values;
}

void change_end(struct supervisor *run)
{
	if (run->change->fresh) {
		config_free(run->change->fresh);
		free(run->change->fresh);
	}
	kept_free(&run->change->kept);
	free(run->change);
	run->change = NULL;
}

void change_cancel(struct supervisor *run)
{
	struct instance *instance;

	SUPERVISOR_EACH(run, instance) {
		change_drop_kept(instance);
		if (instance->role == INSTANCE_GOES)
			instance->role = instance->role_before;
		if (instance->role != INSTANCE_COMES && instance->role != INSTANCE_COMES_DISABLED)
			continue;
		instance->role = INSTANCE_GONE;
		instance->instead_of = NULL;
		instance_stop_alone(instance);
	}
	change_end(run);
}

void change_free(struct supervisor *run)
{
	if (run->change)
		change_end(run);
}
