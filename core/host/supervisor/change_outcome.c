/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How a change ends: refused, come about, or undone where one could not attach. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/control.h"
#include "control/words.h"
#include "supervisor/change_private.h"
#include "supervisor/instance.h"
#include "supervisor/instances.h"

void change_tell(struct supervisor *run, const char *kind, const char *text)
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

void change_refuse(struct supervisor *run, const struct instance *instance)
{
	char text[CONDITION_TEXT_MAX + 128];

	snprintf(text, sizeof(text), "%s: %s; nothing was changed", instance->config->name,
		 change_why(instance));
	change_tell(run, instance->condition.is_misuse ? CONTROL_WRONG : CONTROL_FAILED, text);
	change_cancel(run);
}

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
	char why[2 * CONDITION_TEXT_MAX + 64];

	condition_tell(&instance->condition, why, sizeof(why));
	change_note_failure(run->change, instance->config->name, *why ? why : change_why(instance),
			    then);
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

static void change_tell_done(struct supervisor *run)
{
	const struct change *change = run->change;
	char *text = change->reloads ? kept_tell(&change->kept, change->format) : NULL;

	change_tell(run, CONTROL_OK, text ? text : "");
	free(text);
}

void change_finish(struct supervisor *run)
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
		change_tell_done(run);
	change_end(run);
}
