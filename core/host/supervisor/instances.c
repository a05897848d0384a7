/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/instances.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/instance.h"
#include "supervisor/instance.h"
#include "supervisor/stop.h"

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

/* All that it produced is in its books, and the stream knows nothing of it any more. */
static bool instances_is_quiet(const struct instance *instance)
{
	return instance_over(instance) && !instance_alive(instance) && !instance->left_pid &&
	       !instance->bus && !ledger_pending(&instance->ledger) && !instance->untold &&
	       !(instance->source && merge_held(instance->run->merge, instance->source));
}

static bool instances_are_one(const struct instance *a, const struct instance *b)
{
	return !strcmp(a->config->name, b->config->name) &&
	       !strcmp(a->config->plugin, b->config->plugin);
}

/* Where the ledger of one that is taken away goes on: another of its name and plugin; NULL: there is none. */
static struct instance *instances_other(const struct instance *instance)
{
	struct instance *other;

	SUPERVISOR_EACH(instance->run, other)
		if (other != instance && instances_are_one(instance, other))
			return other;
	return NULL;
}

static void instances_hand_over(const struct instance *instance, struct instance *heir)
{
	ledger_add(&heir->ledger, &instance->ledger);
	heir->has_books |= instance->has_books;
}

/* One that has gone, and that the change under way does not look back to. */
static bool instances_is_needless(const struct instance *instance)
{
	const struct instance *other;

	if (instance->role != INSTANCE_GONE || !instances_is_quiet(instance))
		return false;
	SUPERVISOR_EACH(instance->run, other)
		if (other->instead_of == instance)
			return false;
	return true;
}

/* Takes the place of one that has gone, whose ledger is told now instead of at the end. */
static uint32_t instances_recycle(struct supervisor *run)
{
	struct instance *instance, *heir;
	uint32_t place;

	SUPERVISOR_EACH(run, instance) {
		if (!instances_is_needless(instance))
			continue;
		heir = instances_other(instance);
		if (heir)
			instances_hand_over(instance, heir);
		else
			stop_tell_ledger(instance);
		place = instance->index;
		instances_remove(run, instance);
		return place;
	}
	return SUPERVISOR_INSTANCES_MAX;
}

int instances_add(struct supervisor *run, const struct config_instance *config,
		  struct instance **ret_instance)
{
	uint32_t place = instances_free_place(run);
	struct instance *instance;

	if (place == SUPERVISOR_INSTANCES_MAX)
		place = instances_recycle(run);
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

/* Those that were added for the same change are among the others. */
void instances_fail_many(const struct supervisor *run, size_t more, struct bpfhost_error *err)
{
	const struct instance *instance;
	size_t there = 0;

	SUPERVISOR_EACH(run, instance)
		there += instance->role != INSTANCE_COMES &&
			 instance->role != INSTANCE_COMES_DISABLED &&
			 !instances_is_needless(instance);
	bpfhost_error_set(err, 0,
			  "%zu instance%s cannot come beside the %zu that there are: %d can be at "
			  "once, those among them that are to be replaced",
			  more, more == 1 ? "" : "s", there, SUPERVISOR_INSTANCES_MAX);
}

struct instance *instances_find(const struct supervisor *run, const char *name)
{
	struct instance *instance;

	SUPERVISOR_EACH(run, instance)
		if ((instance->role == INSTANCE_STAYS || instance->role == INSTANCE_DISABLED) &&
		    !strcmp(instance->config->name, name))
			return instance;
	return NULL;
}

void instances_remove(struct supervisor *run, struct instance *instance)
{
	if (!instance)
		return;
	run->instances[instance->index] = NULL;
	instance_free(instance);
	config_drop_instance(instance->own_config);
	config_drop_instance(instance->next_config);
	free(instance);
}

/* The one of its name and plugin that runs or may do so again; else the first of those that have gone. */
static struct instance *instances_keeper(const struct instance *instance)
{
	struct instance *other, *first = NULL;

	SUPERVISOR_EACH(instance->run, other) {
		if (!instances_are_one(instance, other))
			continue;
		if (other->role != INSTANCE_GONE)
			return other;
		first = first ? first : other;
	}
	return first;
}

struct instance *instances_heir(const struct instance *instance)
{
	struct instance *keeper = instances_keeper(instance);

	return keeper == instance ? NULL : keeper;
}

void instances_ledger(const struct instance *instance, struct ledger *ret_ledger)
{
	struct ledger sum = { 0 }, one;
	struct instance *other;

	SUPERVISOR_EACH(instance->run, other) {
		if (other != instance && instances_heir(other) != instance)
			continue;
		instance_ledger(other, &one);
		ledger_add(&sum, &one);
	}
	*ret_ledger = sum;
}

void instances_tidy(struct supervisor *run)
{
	struct instance *instance, *heir;

	SUPERVISOR_EACH(run, instance) {
		if (instance->role != INSTANCE_GONE || !instances_is_quiet(instance))
			continue;
		heir = instances_heir(instance);
		if (heir)
			instances_hand_over(instance, heir);
		if (heir || !instance->has_books)
			instances_remove(run, instance);
	}
}

void instances_free(struct supervisor *run)
{
	for (uint32_t i = 0; i < run->ninstances; i++)
		instances_remove(run, run->instances[i]);
	run->ninstances = 0;
}
