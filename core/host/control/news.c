/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A line of the log for each plugin that was put into a folder while the host runs. What is checked before a
 * plugin is loaded is checked here already: it runs nothing of it, reads no more than a bounded file, and of a
 * stranger's not a byte.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/control_private.h"
#include "loader/catalogue.h"
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

/* Whether it is in this folder that the plugin is found. */
static int news_wins(const char *found, const char *folder, struct bpfhost_error *why)
{
	size_t size = strlen(folder);

	while (size && folder[size - 1] == '/')
		size--;
	/* "/opt/x" begins "/opt/xdp.so" too, which is in another folder. */
	if (!strncmp(found, folder, size) && found[size] == '/' &&
	    !strchr(found + size + strspn(found + size, "/"), '/'))
		return 0;
	bpfhost_error_set(why, 0, "%s comes before it", found);
	return -EEXIST;
}

/* As "ctl load" would. 0, or -errno with a sentence in why; -ENOENT: it has gone again. */
static int news_look(const struct supervisor *run, const char *folder, const char *plugin,
		     struct bpfhost_error *why)
{
	struct catalogue_paths paths;
	struct loader_plugin *file = NULL;
	char *path = NULL;
	int err = catalogue_paths_setup(run->config, &paths);

	if (err) {
		bpfhost_error_set(why, 0, "out of memory");
		return err;
	}
	err = catalogue_find(&paths, plugin, &path, why);
	if (!err)
		err = news_wins(path, folder, why);
	if (!err && loader_look(path, &paths.trust, &file, why))
		err = -EINVAL;
	loader_free(file);
	free(path);
	catalogue_paths_free(&paths);
	return err;
}

static void news_tell_new(const struct supervisor *run, const char *folder, const char *plugin)
{
	unsigned int users = news_users(run, plugin);

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

static void news_tell(void *ctx, const char *folder, const char *plugin, bool whole)
{
	struct supervisor *run = ctx;
	struct bpfhost_error why = { .text = "" };
	int err;

	if (!said_admit(&run->control->said, NEWS_WEIGHT, run->now))
		return;
	err = news_look(run, folder, plugin, &why);
	if (!err)
		news_tell_new(run, folder, plugin);
	else if (whole && err != -ENOENT)
		log_write(run->log, BPFHOST_WARN, NULL, "%s/%s.so is new and cannot be loaded: %s",
			  folder, plugin, why.text);
}

void control_tell_plugins(struct supervisor *run)
{
	if (run->control->folders)
		folders_read(run->control->folders, news_tell, run);
}
