/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/instances.h"

#include <errno.h>
#include <stdlib.h>

#include "config/instance.h"
#include "supervisor/instance.h"

/* SUPERVISOR_INSTANCES_MAX: there is none. */
static uint32_t instances_free_place(const struct supervisor *run)
{
	uint32_t place = 0;

	while (place < SUPERVISOR_INSTANCES_MAX && run->instances[place])
		place++;
	return place;
}

static void instances_put(struct supervisor *run, struct instance *instance, uint32_t place)
{
	*instance = (struct instance){
		.run = run,
		.index = place,
		.own_config = instance->own_config,
		.config = instance->own_config,
		.pidfd = -1,
		.control = -1,
		.notify = -1,
		.wake = -1,
	};
	run->instances[place] = instance;
	if (place >= run->ninstances)
		run->ninstances = place + 1;
}

int instances_add(struct supervisor *run, const struct config_instance *config,
		  struct instance **ret_instance)
{
	uint32_t place = instances_free_place(run);
	struct instance *instance;

	if (place == SUPERVISOR_INSTANCES_MAX)
		return -E2BIG;
	instance = calloc(1, sizeof(*instance));
	if (!instance)
		return -ENOMEM;
	instance->own_config = config_copy_instance(config);
	if (!instance->own_config) {
		free(instance);
		return -ENOMEM;
	}
	instances_put(run, instance, place);
	*ret_instance = instance;
	return 0;
}

void instances_remove(struct supervisor *run, struct instance *instance)
{
	if (!instance)
		return;
	run->instances[instance->index] = NULL;
	instance_free(instance);
	config_drop_instance(instance->own_config);
	free(instance);
}

void instances_free(struct supervisor *run)
{
	for (uint32_t i = 0; i < run->ninstances; i++)
		instances_remove(run, run->instances[i]);
	run->ninstances = 0;
}
