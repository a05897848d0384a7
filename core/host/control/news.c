/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A line of the log for each plugin that was put into a folder while the host runs. */
#include <inttypes.h>
#include <string.h>

#include "control/control_private.h"
#include "supervisor/instance.h"

/* What a line weighs in said.h's bytes: 64 at once, then four a second. */
#define NEWS_WEIGHT (64U << 10)

static unsigned int news_users(const struct supervisor *run, const char *plugin)
{
	const struct instance *instance;
	unsigned int users = 0;

	SUPERVISOR_EACH(run, instance)
		users += instance_alive(instance) && !strcmp(instance->config->plugin, plugin);
	return users;
}

static void news_tell(void *ctx, const char *folder, const char *plugin)
{
	struct supervisor *run = ctx;
	unsigned int users = news_users(run, plugin);

	if (!said_admit(&run->control->said, NEWS_WEIGHT, run->now))
		return;
	if (users)
		log_write(run->log, BPFHOST_INFO, NULL,
			  "plugin %s/%s.so is new; %u instance%s with the one before until ctl "
			  "replace",
			  folder, plugin, users, users == 1 ? " goes on" : "s go on");
	else
		log_write(run->log, BPFHOST_INFO, NULL,
			  "there is a new plugin %s/%s.so; ctl load %s begins to use it", folder,
			  plugin, plugin);
}

void control_tell_plugins(struct supervisor *run)
{
	if (run->control->folders)
		folders_read(run->control->folders, news_tell, run);
}
