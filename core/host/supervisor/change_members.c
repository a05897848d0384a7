/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who comes with a change, who goes with it, and who is told something else by it. */
#include <errno.h>

#include "config/instance.h"
#include "supervisor/change_private.h"
#include "supervisor/instances.h"

static int change_bring(struct supervisor *run, const struct config_instance *config,
			enum instance_role role, struct instance *instead_of,
			struct instance **ret_instance)
{
	struct instance *instance;
	int err = instances_add(run, config, &instance);

	if (err)
		return err;
	instance->role = role;
	instance->instead_of = instead_of;
	if (instead_of)
		change_remove(instead_of, INSTANCE_GONE);
	*ret_instance = instance;
	return 0;
}

int change_add(struct supervisor *run, const struct config_instance *config,
	       struct instance *instead_of, bool from_file)
{
	struct instance *instance;
	int err = change_bring(run, config, INSTANCE_COMES, instead_of, &instance);

	if (err)
		return err;
	instance->on_trial = true;
	instance->from_file = from_file;
	return 0;
}

int change_add_disabled(struct supervisor *run, const struct config_instance *config,
			struct instance *instead_of)
{
	struct instance *instance;
	int err = change_bring(run, config, INSTANCE_COMES_DISABLED, instead_of, &instance);

	if (err)
		return err;
	instance->state = INSTANCE_ENDED;
	instance->from_file = true;
	return 0;
}

void change_remove(struct instance *instance, enum instance_role after)
{
	instance->role_before = instance->role;
	instance->role_after = after;
	instance->role = INSTANCE_GOES;
}

int change_keep(struct instance *instance, const struct config_instance *next)
{
	if (next) {
		instance->next_config = config_copy_instance(next);
		if (!instance->next_config)
			return -ENOMEM;
	}
	instance->next_from_file = true;
	return 0;
}

void change_take_kept(struct instance *instance)
{
	instance->from_file |= instance->next_from_file;
	instance->next_from_file = false;
	if (!instance->next_config)
		return;
	config_drop_instance(instance->own_config);
	instance->config = instance->own_config = instance->next_config;
	instance->next_config = NULL;
}

void change_drop_kept(struct instance *instance)
{
	config_drop_instance(instance->next_config);
	instance->next_config = NULL;
	instance->next_from_file = false;
}
