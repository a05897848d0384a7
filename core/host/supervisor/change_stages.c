/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A change takes its course: those that come open and load, those that go stop, those that come attach. */
#include <stdio.h>
#include <stdlib.h>

#include "control/words.h"
#include "supervisor/change_private.h"
#include "supervisor/filter_names.h"
#include "supervisor/instance.h"
#include "supervisor/instances.h"
#include "supervisor/stop.h"

/*
 * So long may one that goes wait for a slow output; then what it still holds is lost to the stop, and counted. It
 * has as long again as a call may take; then its worker, which is stopped or deaf, is ended.
 */
#define CHANGE_DROP_AFTER 2000000000ULL /* ns */

static uint64_t change_end_after(const struct instance *instance)
{
	return instance->told_stop_at + CHANGE_DROP_AFTER + instance->run->config->call_limit_ns;
}

static bool change_comes(const struct supervisor *run)
{
	const struct instance *instance;

	SUPERVISOR_EACH(run, instance)
		if (instance->role == INSTANCE_COMES)
			return true;
	return false;
}

/* Whether all that come are so far. One that has failed ends the change. */
static bool change_all_are(struct supervisor *run, enum instance_state state)
{
	struct instance *instance;
	bool all = true;

	SUPERVISOR_EACH(run, instance) {
		if (instance->role != INSTANCE_COMES)
			continue;
		if (instance_over(instance) || instance->state == INSTANCE_DRAINING ||
		    instance->state == INSTANCE_STOPPING) {
			change_refuse(run, instance);
			return false;
		}
		all &= instance->state == state;
	}
	return all;
}

static void change_load(struct supervisor *run)
{
	struct instance *instance;

	if (!change_all_are(run, INSTANCE_OPENED))
		return;
	run->change->stage = CHANGE_LOADING;
	SUPERVISOR_EACH(run, instance)
		if (instance->role == INSTANCE_COMES)
			instance_start(instance);
}

/* From here on it is the run's configuration, whatever happens. */
static void change_take_config(struct supervisor *run)
{
	struct change *change = run->change;

	if (!change->fresh)
		return;
	if (change->fresh->log_level != run->config->log_level)
		supervisor_set_log_level(run, (uint32_t)change->fresh->log_level + BPFHOST_ERROR);
	if (run->own_config) {
		config_free(run->own_config);
		free(run->own_config);
	}
	run->config = run->own_config = change->fresh;
	run->filter_values = change->values;
	change->fresh = NULL;
}

/* Whether all schemas of those that come were taken; behind events for which there is no room are none. */
static bool change_all_heard(const struct supervisor *run)
{
	const struct instance *instance;
	bool all = true;

	SUPERVISOR_EACH(run, instance)
		all &= instance->role != INSTANCE_COMES || instance->drained ||
		       merge_is_full(instance->source);
	return all;
}

/* --filter may have been told names that nobody knew yet, or a file that is read again may have another. */
static int change_check_filter(struct supervisor *run, struct bpfhost_error *err)
{
	int failed = 0;

	if (change_comes(run) && !run->change->kept.filter)
		failed = filter_names_check(run, err);
	return failed ? failed : kept_check_names(run, &run->change->kept, err);
}

static bool change_fits_filter(struct supervisor *run)
{
	struct bpfhost_error why = { 0 };
	char text[sizeof(why.text) + 32];

	if (!change_check_filter(run, &why))
		return true;
	log_write(run->log, BPFHOST_ERROR, NULL, "%s", why.text);
	snprintf(text, sizeof(text), "%s; nothing was changed", why.text);
	change_tell(run, CONTROL_WRONG, text);
	change_cancel(run);
	return false;
}

static void change_stop(struct supervisor *run)
{
	struct instance *instance;

	if (!change_all_are(run, INSTANCE_LOADED) || !change_all_heard(run) ||
	    !change_fits_filter(run))
		return;
	run->change->stage = CHANGE_STOPPING;
	change_take_config(run);
	SUPERVISOR_EACH(run, instance) {
		change_take_kept(instance);
		if (instance->role == INSTANCE_GOES && !instance_over(instance))
			instance_stop_alone(instance);
	}
}

/* What is on the bus still has a chance to be written, unless the output takes nothing at all. */
static void change_drop(struct instance *instance)
{
	bus_discard_set(instance->bus);
	instance->dropping |= instance->run->sink_blocked;
}

static void change_hurry(struct instance *instance)
{
	uint64_t now = instance->run->now;

	if (!instance->bus || !instance->told_stop)
		return;
	if (instance->told_stop_at + CHANGE_DROP_AFTER <= now)
		change_drop(instance);
	if (change_end_after(instance) <= now)
		stop_end_slow(instance, instance->told_stop_at);
}

/* What the kernel still has to free is nobody's concern. */
static bool change_has_gone(struct instance *instance)
{
	bool drained = instance->drained_all && instance->drained;

	if (instance->bus && drained)
		instance_close_books(instance);
	else
		change_hurry(instance);
	return drained || (instance_over(instance) && !instance->bus);
}

static void change_attach(struct supervisor *run)
{
	struct instance *instance;
	bool all = true;

	SUPERVISOR_EACH(run, instance)
		if (instance->role == INSTANCE_GOES)
			all &= change_has_gone(instance);
	if (!all)
		return;
	run->change->stage = CHANGE_ATTACHING;
	SUPERVISOR_EACH(run, instance) {
		if (instance->role == INSTANCE_GOES)
			instance->role = instance->role_after;
		if (instance->role == INSTANCE_COMES_DISABLED) {
			instance->role = INSTANCE_DISABLED;
			instance->instead_of = NULL;
		}
		if (instance->role == INSTANCE_COMES && instance->state == INSTANCE_LOADED)
			instance_attach(instance);
	}
}

void change_go(struct supervisor *run)
{
	struct instance *instance;

	run->change->stage = CHANGE_OPENING;
	SUPERVISOR_EACH(run, instance)
		if (instance->role == INSTANCE_COMES)
			instance_spawn(instance);
	change_tick(run);
}

/* Each stage may be over at once, where nothing comes or nothing goes. */
void change_tick(struct supervisor *run)
{
	if (run->stopping_since)
		return;
	if (run->change && run->change->stage == CHANGE_OPENING)
		change_load(run);
	if (run->change && run->change->stage == CHANGE_LOADING)
		change_stop(run);
	if (run->change && run->change->stage == CHANGE_STOPPING)
		change_attach(run);
	if (run->change && run->change->stage == CHANGE_ATTACHING)
		change_finish(run);
	if (!run->change)
		instances_tidy(run);
}

/* The next of the two limits of one that goes. */
static uint64_t change_hurry_due(const struct instance *instance)
{
	if (instance->role != INSTANCE_GOES || !instance->bus || !instance->told_stop)
		return UINT64_MAX;
	if (!bus_discard(instance->bus))
		return instance->told_stop_at + CHANGE_DROP_AFTER;
	return instance->killed_at ? UINT64_MAX : change_end_after(instance);
}

uint64_t change_due(const struct supervisor *run)
{
	uint64_t due = UINT64_MAX, other;
	const struct instance *instance;

	if (!run->change || run->change->stage != CHANGE_STOPPING)
		return due;
	SUPERVISOR_EACH(run, instance) {
		other = change_hurry_due(instance);
		due = other < due ? other : due;
	}
	return due;
}
