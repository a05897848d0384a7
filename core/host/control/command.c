/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is asked for, and who does it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/fail.h"
#include "control/control_private.h"
#include "control/report.h"
#include "control/request.h"
#include "control/status.h"

/* Each name must be one of an instance's. */
static int command_check_names(const struct supervisor *run, const struct config_texts *names,
			       struct bpfhost_error *err)
{
	const char *known[SUPERVISOR_INSTANCES_MAX];
	const struct instance *instance;
	size_t count = 0;

	SUPERVISOR_EACH(run, instance)
		known[count++] = instance->config->name;
	for (size_t i = 0; i < names->count; i++) {
		bool found = false;

		for (size_t k = 0; k < count && !found; k++)
			found = !strcmp(names->items[i].text, known[k]);
		if (!found)
			return config_fail_unknown(err, "instance", names->items[i].text, known,
						   count);
	}
	return 0;
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
	default:
		client_answer(client, CONTROL_FAILED, "not in this version");
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
