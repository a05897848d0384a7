/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/change.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/instance.h"
#include "control/control.h"
#include "control/words.h"
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

enum change_stage {
	CHANGE_GATHERING,
	CHANGE_OPENING,
	CHANGE_LOADING,
	CHANGE_STOPPING,
	CHANGE_ATTACHING,
};

struct change {
	enum change_stage stage;
	char what[128];
	struct config *fresh; /* NULL: the run's stays */
	struct bpfhost_filter_values values;
	char failures[2048]; /* a line for each that came and could not attach */
};

/* ---- gathering ------------------------------------------------------------------------------- */

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
		      const struct bpfhost_filter_values *values)
{
	run->change->fresh = fresh;
	run->change->values = *values;
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

static void change_take_kept(struct instance *instance)
{
	instance->from_file |= instance->next_from_file;
	instance->next_from_file = false;
	if (!instance->next_config)
		return;
	config_drop_instance(instance->own_config);
	instance->config = instance->own_config = instance->next_config;
	instance->next_config = NULL;
}

static void change_drop_kept(struct instance *instance)
{
	config_drop_instance(instance->next_config);
	instance->next_config = NULL;
	instance->next_from_file = false;
}

static void change_end(struct supervisor *run)
{
	if (run->change->fresh) {
		config_free(run->change->fresh);
		free(run->change->fresh);
	}
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

/* ---- one stage after the other --------------------------------------------------------------- */

static void change_tell(struct supervisor *run, const char *kind, const char *text)
{
	bool done = !strcmp(kind, CONTROL_OK);

	/* Why not stands in the log already. */
	log_write(run->log, done ? BPFHOST_INFO : BPFHOST_WARN, NULL, "%s: %s", run->change->what,
		  done                                     ? "done"
		  : run->change->stage == CHANGE_ATTACHING ? "did not come about as a whole"
							   : "nothing was changed");
	control_tell_change(run, kind, text);
}

static const char *change_why(const struct instance *instance)
{
	return instance->condition.reason ? instance->condition.reason
					  : "its worker has ended without a word";
}

/* One that failed before anything was changed: nothing is. */
static void change_refuse(struct supervisor *run, const struct instance *instance)
{
	char text[CONDITION_TEXT_MAX + 128];

	snprintf(text, sizeof(text), "%s: %s; nothing was changed", instance->config->name,
		 change_why(instance));
	change_tell(run, instance->condition.is_misuse ? CONTROL_WRONG : CONTROL_FAILED, text);
	change_cancel(run);
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

/* --filter may have been told names that nobody knew yet. */
static bool change_fits_filter(struct supervisor *run)
{
	struct bpfhost_error why = { 0 };
	char text[sizeof(why.text) + 32];

	if (!change_comes(run) || !filter_names_check(run, &why))
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

/* ---- its end --------------------------------------------------------------------------------- */

static void change_note_failure(struct change *change, const char *name, const char *why,
				const char *then)
{
	size_t used = strlen(change->failures);

	snprintf(change->failures + used, sizeof(change->failures) - used, "%s%s: %s%s",
		 used ? "; " : "", name, why, then);
}

/* One that ran is started anew; one that was disabled, or had failed, is so again. What is to be said of that. */
static const char *change_bring_back(struct supervisor *run, struct instance *before)
{
	struct instance *again;

	if (before->role_before != INSTANCE_STAYS || !before->told_stop) {
		before->role = before->role_before;
		return "";
	}
	if (instances_add(run, before->config, &again))
		return "";
	again->from_file = before->from_file;
	instance_spawn(again);
	return "; the one before is started again";
}

/* It could not attach: whom it was to replace comes back. */
static void change_undo(struct supervisor *run, struct instance *instance)
{
	struct instance *before = instance->instead_of;
	const char *then = before ? change_bring_back(run, before) : "";

	change_note_failure(run->change, instance->config->name, change_why(instance), then);
	instance->role = INSTANCE_GONE;
}

static void change_conclude(struct supervisor *run, struct instance *instance)
{
	if (instance->state == INSTANCE_RUNNING) {
		instance->role = INSTANCE_STAYS;
		instance->on_trial = false;
	} else {
		change_undo(run, instance);
	}
	instance->instead_of = NULL;
}

static bool change_is_decided(const struct instance *instance)
{
	return instance->state == INSTANCE_RUNNING || instance_over(instance);
}

static void change_finish(struct supervisor *run)
{
	struct instance *instance;

	SUPERVISOR_EACH(run, instance)
		if (instance->role == INSTANCE_COMES && !change_is_decided(instance))
			return;
	SUPERVISOR_EACH(run, instance)
		if (instance->role == INSTANCE_COMES)
			change_conclude(run, instance);
	if (*run->change->failures)
		change_tell(run, CONTROL_FAILED, run->change->failures);
	else
		change_tell(run, CONTROL_OK, "");
	change_end(run);
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
