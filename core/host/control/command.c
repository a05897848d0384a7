/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is asked for, and who does it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config/apply.h"
#include "config/fail.h"
#include "control/control_private.h"
#include "control/report.h"
#include "control/request.h"
#include "control/status.h"
#include "supervisor/change.h"
#include "supervisor/instance.h"
#include "supervisor/instances.h"
#include "supervisor/reload.h"

/* It must be one of an instance's. */
static int command_check_name(const struct supervisor *run, const char *name,
			      struct bpfhost_error *err)
{
	const char *known[SUPERVISOR_INSTANCES_MAX];
	const struct instance *instance;
	size_t count = 0;

	SUPERVISOR_EACH(run, instance) {
		if (!status_lists(instance))
			continue;
		if (!strcmp(name, instance->config->name))
			return 0;
		known[count++] = instance->config->name;
	}
	return config_fail_unknown(err, "instance", name, known, count);
}

static int command_check_names(const struct supervisor *run, const struct config_texts *names,
			       struct bpfhost_error *err)
{
	int failed = 0;

	for (size_t i = 0; i < names->count && !failed; i++)
		failed = command_check_name(run, names->items[i].text, err);
	return failed;
}

static void command_report(struct supervisor *run, struct client *client, struct config *request,
			   report_fn *text, report_fn *json)
{
	struct bpfhost_error why = { 0 };
	int err = command_check_names(run, &request->words, &why);

	if (err) {
		client_answer(client, CONTROL_WRONG, why.text);
		return;
	}
	err = report_begin(run, client, request->format == CONFIG_FORMAT_JSON ? json : text,
			   request);
	if (err)
		client_answer(client, CONTROL_FAILED, strerror(-err));
}

static void command_log_level(struct supervisor *run, struct client *client, struct config *request)
{
	static const char *const names[] = { "error\n", "warn\n", "info\n", "debug\n", "trace\n" };
	struct bpfhost_error why = { 0 };

	if (request->words.count) {
		if (config_apply_log_level(request, request->words.items[0].text, "", &why)) {
			client_answer(client, CONTROL_WRONG, why.text);
			return;
		}
		supervisor_set_log_level(run, (uint32_t)request->log_level + BPFHOST_ERROR);
	}
	client_answer(client, CONTROL_OK, names[run->log_level - BPFHOST_ERROR]);
}

/* ---- changes --------------------------------------------------------------------------------- */

static int command_load(struct supervisor *run, const struct config_instance *wanted,
			struct bpfhost_error *err)
{
	const struct instance *there = instances_find(run, wanted->name);

	if (!there)
		return change_add(run, wanted, NULL, false);
	bpfhost_error_set(err, 0,
			  "there is an instance \"%s\" already (plugin %s, %s); ctl replace puts "
			  "another in its place",
			  wanted->name, there->config->plugin, status_state(there));
	return -EEXIST;
}

/* Without any setting it is as before, but begins with the plugin's file of now. */
static int command_replace(struct supervisor *run, const struct config_instance *wanted,
			   struct bpfhost_error *err)
{
	struct instance *there = instances_find(run, wanted->name);
	bool as_before = !wanted->setting_count && !wanted->allowed;

	if (!there)
		return command_check_name(run, wanted->name, err);
	if (as_before && !strcmp(wanted->plugin, there->config->plugin))
		wanted = there->config;
	return change_add(run, wanted, there, there->from_file);
}

static int command_enable(struct supervisor *run, struct instance *instance,
			  struct bpfhost_error *err)
{
	if (instance->role == INSTANCE_DISABLED || instance_over(instance))
		return change_add(run, instance->config, instance, instance->from_file);
	bpfhost_error_set(err, 0, "%s is not disabled: %s", instance->config->name,
			  status_state(instance));
	return -EALREADY;
}

static int command_disable(struct instance *instance, struct bpfhost_error *err)
{
	if (instance->role != INSTANCE_DISABLED) {
		change_remove(instance, INSTANCE_DISABLED);
		return 0;
	}
	bpfhost_error_set(err, 0, "%s is disabled already", instance->config->name);
	return -EALREADY;
}

static int command_change_one(struct supervisor *run, const char *name, enum ctl_command command,
			      struct bpfhost_error *err)
{
	struct instance *instance = instances_find(run, name);

	if (!instance) { /* it is there, so this change has taken it already */
		bpfhost_error_set(err, 0, "%s is named twice", name);
		return -EINVAL;
	}
	if (command == CTL_ENABLE)
		return command_enable(run, instance, err);
	if (command == CTL_DISABLE)
		return command_disable(instance, err);
	change_remove(instance, INSTANCE_GONE);
	return 0;
}

static int command_gather(struct supervisor *run, const struct config *request,
			  enum ctl_command command, struct bpfhost_error *err)
{
	int failed = 0;

	if (command == CTL_LOAD)
		return command_load(run, &request->instances[0], err);
	if (command == CTL_REPLACE)
		return command_replace(run, &request->instances[0], err);
	for (size_t i = 0; i < request->words.count && !failed; i++)
		failed = command_change_one(run, request->words.items[i].text, command, err);
	return failed;
}

/* "load pg", "disable a b" */
static void command_describe(const struct config *request, char *out, size_t size)
{
	size_t used = (size_t)snprintf(out, size, "%s", request->target);

	if (request->instance_count)
		used += (size_t)snprintf(out + used, size - used, " %s",
					 request->instances[0].name);
	for (size_t i = 0; i < request->words.count && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, " %s",
					 request->words.items[i].text);
}

static int command_begin_change(struct supervisor *run, const struct config *request,
				enum ctl_command command, struct bpfhost_error *err)
{
	char what[128];
	int failed;

	command_describe(request, what, sizeof(what));
	failed = change_begin(run, what, err);
	if (failed)
		return failed;
	failed = command_gather(run, request, command, err);
	if (!failed) {
		change_go(run);
		return 0;
	}
	if (failed == -E2BIG)
		instances_fail_many(run, request->words.count ?: 1, err);
	else if (!*err->text)
		bpfhost_error_set(err, 0, "%s", strerror(-failed));
	change_cancel(run);
	return failed;
}

/* NULL: nothing is in its way. */
static const char *command_why_not(const struct supervisor *run, const struct client *client,
				   const struct config *request)
{
	if (run->stopping_since)
		return "the host ends";
	if (!run->started)
		return "the host is still starting";
	/*
	 * What changes the traced side is root's to grant, and so is what a worker does before it gives up root's
	 * privileges: options name files that it reads and writes.
	 */
	if (!client->peer.uid || client->peer.uid == geteuid() || !request->instance_count)
		return NULL;
	return request->instances[0].allowed
		       ? "--allow is for root to grant"
		       : "what a plugin is told to do is for root to say: a member "
			 "of the group bpfhost may not load or replace";
}

static void command_change(struct supervisor *run, struct client *client,
			   const struct config *request, enum ctl_command command)
{
	const char *why_not = command_why_not(run, client, request);
	struct bpfhost_error why = { 0 };
	int err;

	if (why_not) {
		client_answer(client, CONTROL_FAILED, why_not);
		return;
	}
	err = command_check_names(run, &request->words, &why);
	if (!err) {
		log_write(run->log, BPFHOST_INFO, NULL, "ctl %s, asked for by pid %d of user %u",
			  request->target, (int)client->peer.pid, (unsigned int)client->peer.uid);
		err = command == CTL_RELOAD ? reload_begin(run, request->format, &why)
					    : command_begin_change(run, request, command, &why);
	}
	if (err)
		client_answer(client, err == -EINVAL ? CONTROL_WRONG : CONTROL_FAILED, why.text);
}

/* ---------------------------------------------------------------------------------------------- */

static void command_do(struct supervisor *run, struct client *client, struct config *request,
		       enum ctl_command command)
{
	switch (command) {
	case CTL_STATUS:
		command_report(run, client, request, status_text, status_json);
		break;
	case CTL_STATS:
		command_report(run, client, request, stats_text, stats_json);
		break;
	case CTL_LOG_LEVEL:
		command_log_level(run, client, request);
		break;
	default:
		command_change(run, client, request, command);
	}
}

void control_obey(struct supervisor *run, struct client *client, const struct control_words *words)
{
	__attribute__((cleanup(config_free))) struct config request;
	const struct ctl_word *command;
	struct bpfhost_error why = { 0 };

	config_setup(&request);
	if (control_request_read(words, &request, &command, &why))
		client_answer(client, CONTROL_WRONG, why.text);
	else
		command_do(run, client, &request, command->command);
}
