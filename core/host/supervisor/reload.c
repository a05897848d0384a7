/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/reload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/instance.h"
#include "config/reload.h"
#include "supervisor/change.h"
#include "supervisor/filter_values.h"
#include "supervisor/instances.h"
#include "supervisor/kept.h"
#include "supervisor/manager.h"

static void reload_drop(struct config **fresh)
{
	if (*fresh)
		config_free(*fresh);
	free(*fresh);
	*fresh = NULL;
}

static int reload_fail_memory(struct bpfhost_error *err)
{
	bpfhost_error_set(err, 0, "%s", strerror(ENOMEM));
	return -ENOMEM;
}

/* ---- the settings of the host ---------------------------------------------------------------- */

static int reload_gather(struct supervisor *run, struct config **ret_fresh,
			 struct bpfhost_filter_values *ret_values, struct kept *kept,
			 struct bpfhost_error *err)
{
	__attribute__((cleanup(reload_drop))) struct config *fresh = calloc(1, sizeof(*fresh));
	int failed;

	if (!fresh)
		return reload_fail_memory(err);
	config_setup(fresh);
	failed = config_gather_again(run->config, fresh, err);
	if (!failed)
		failed = filter_values_gather(fresh, ret_values, err);
	if (!failed)
		failed = kept_take(run, fresh, kept, err);
	if (failed)
		return failed == -ENOMEM ? failed : -EINVAL;
	if (*kept->names)
		log_write(run->log, BPFHOST_WARN, NULL,
			  "reload: changes only when the host is started again: %s", kept->names);
	*ret_fresh = fresh;
	fresh = NULL;
	return 0;
}

/* ---- its instances --------------------------------------------------------------------------- */

/* Whether a worker is to be started for it, in the place of instance if that is not NULL. */
static bool reload_starts(const struct instance *instance, const struct config_instance *wanted,
			  bool all_differ)
{
	if (!instance)
		return true;
	return instance->role != INSTANCE_DISABLED &&
	       (all_differ || !config_same_instance(instance->config, wanted));
}

/* Whether what is disabled is another plugin's from now on. */
static bool reload_exchanges(const struct instance *instance, const struct config_instance *wanted)
{
	return instance && instance->role == INSTANCE_DISABLED &&
	       strcmp(instance->config->plugin, wanted->plugin) != 0;
}

static int reload_one(struct supervisor *run, const struct config_instance *wanted, bool all_differ)
{
	struct instance *instance = instances_find(run, wanted->name);

	if (reload_starts(instance, wanted, all_differ))
		return change_add(run, wanted, instance, true);
	if (reload_exchanges(instance, wanted))
		return change_add_disabled(run, wanted, instance);
	/* One that is disabled begins with what it was told last. */
	return change_keep(instance,
			   config_same_instance(instance->config, wanted) ? NULL : wanted);
}

/* Those of the file that it has no more. */
static void reload_remove(struct supervisor *run, const struct config *fresh)
{
	struct instance *instance;

	SUPERVISOR_EACH(run, instance)
		if (instance->from_file &&
		    (instance->role == INSTANCE_STAYS || instance->role == INSTANCE_DISABLED) &&
		    !config_find_instance(fresh, instance->config->name))
			change_remove(instance, INSTANCE_GONE);
}

/* What somebody asked for is told other things too, where the settings for all workers differ. */
static bool reload_is_other(const struct instance *instance, const struct config *fresh)
{
	return !instance->from_file && instance->role == INSTANCE_STAYS &&
	       !config_find_instance(fresh, instance->config->name);
}

static int reload_others(struct supervisor *run, const struct config *fresh)
{
	struct instance *instance;
	int err = 0;

	SUPERVISOR_EACH(run, instance)
		if (!err && reload_is_other(instance, fresh))
			err = change_add(run, instance->config, instance, false);
	return err;
}

/* How many places it takes, beside those that there are. */
static size_t reload_count(const struct supervisor *run, const struct config *fresh,
			   bool all_differ)
{
	const struct instance *instance;
	size_t count = 0;

	for (size_t i = 0; i < fresh->instance_count; i++) {
		instance = instances_find(run, fresh->instances[i].name);
		count += reload_starts(instance, &fresh->instances[i], all_differ) ||
			 reload_exchanges(instance, &fresh->instances[i]);
	}
	SUPERVISOR_EACH(run, instance)
		count += all_differ && reload_is_other(instance, fresh);
	return count;
}

static int reload_instances(struct supervisor *run, const struct config *fresh,
			    const struct bpfhost_filter_values *values, struct bpfhost_error *err)
{
	bool all_differ = !config_same_for_workers(run->config, fresh) ||
			  memcmp(values, &run->filter_values, sizeof(*values)) != 0;
	size_t count = reload_count(run, fresh, all_differ);
	int failed = 0;

	for (size_t i = 0; i < fresh->instance_count && !failed; i++)
		failed = reload_one(run, &fresh->instances[i], all_differ);
	if (!failed && all_differ)
		failed = reload_others(run, fresh);
	if (!failed)
		reload_remove(run, fresh);
	else if (failed == -E2BIG)
		instances_fail_many(run, count, err);
	else
		reload_fail_memory(err);
	return failed;
}

int reload_begin(struct supervisor *run, enum config_format format, struct bpfhost_error *err)
{
	struct bpfhost_filter_values values;
	struct kept kept = { 0 };
	struct config *fresh = NULL;
	int failed = change_begin(run, "reload", err);

	if (failed)
		return failed;
	manager_begin_reload(run);
	failed = reload_gather(run, &fresh, &values, &kept, err);
	if (!failed) {
		change_configure(run, fresh, &values, &kept, format);
		failed = reload_instances(run, fresh, &values, err);
	}
	if (!failed) {
		change_go(run);
		return 0;
	}
	kept_free(&kept);
	log_write(run->log, BPFHOST_ERROR, NULL, "reload: %s; nothing was changed", err->text);
	change_cancel(run);
	return failed;
}
