/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "control/folders.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "config/list.h"
#include "config/precheck.h"
#include "loader/catalogue.h"

#define FOLDERS_EVENTS (IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR)
#define FOLDERS_SUFFIX ".so"

struct folders {
	int fd;
	struct config_texts paths; /* by place */
	int *watches;              /* of each; -1: there is no such folder */
};

static int folders_watch(struct folders *folders, const struct config *config)
{
	struct catalogue_paths paths;
	int err = catalogue_paths_setup(config, &paths);

	if (err)
		return err;
	folders->watches = calloc(paths.folder_count + 1, sizeof(*folders->watches));
	err = folders->watches ? 0 : -1;
	for (size_t i = 0; i < paths.folder_count && !err; i++) {
		err = config_push_text(&folders->paths, paths.folders[i], "");
		folders->watches[i] =
			inotify_add_watch(folders->fd, paths.folders[i], FOLDERS_EVENTS);
	}
	catalogue_paths_free(&paths);
	return err;
}

struct folders *folders_open(const struct config *config)
{
	struct folders *folders = calloc(1, sizeof(*folders));

	if (!folders)
		return NULL;
	folders->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (folders->fd < 0 || folders_watch(folders, config)) {
		folders_close(folders);
		return NULL;
	}
	return folders;
}

void folders_close(struct folders *folders)
{
	if (!folders)
		return;
	if (folders->fd >= 0)
		close(folders->fd);
	config_free_texts(&folders->paths);
	free(folders->watches);
	free(folders);
}

int folders_fd(const struct folders *folders)
{
	return folders->fd;
}

static const char *folders_path(const struct folders *folders, int watch)
{
	for (size_t i = 0; i < folders->paths.count; i++)
		if (folders->watches[i] == watch)
			return folders->paths.items[i].text;
	return NULL;
}

static void folders_take(const struct folders *folders, const struct inotify_event *event,
			 folders_fn *fn, void *ctx)
{
	const char *path = folders_path(folders, event->wd);
	const char *suffix = event->len ? strstr(event->name, FOLDERS_SUFFIX) : NULL;
	char plugin[CONFIG_MAX_PLUGIN + 1];

	if (!path || !suffix || suffix[strlen(FOLDERS_SUFFIX)] || suffix == event->name ||
	    suffix - event->name > CONFIG_MAX_PLUGIN)
		return;
	memcpy(plugin, event->name, (size_t)(suffix - event->name));
	plugin[suffix - event->name] = '\0';
	fn(ctx, path, plugin);
}

void folders_read(struct folders *folders, folders_fn *fn, void *ctx)
{
	_Alignas(struct inotify_event) char
		bytes[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];
	ssize_t size = read(folders->fd, bytes, sizeof(bytes));
	const struct inotify_event *event;

	for (ssize_t at = 0; at < size; at += (ssize_t)sizeof(*event) + event->len) {
		event = (const void *)(bytes + at);
		folders_take(folders, event, fn, ctx);
	}
}
