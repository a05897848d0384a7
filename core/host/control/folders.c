/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One watch for each folder: on itself, or, while there is no such folder, on the nearest one above that there
 * is, until the next part of the path appears in it. Two may have one watch in common. Folders above are
 * watched for being moved away.
 */
#include "control/folders.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "loader/catalogue.h"

#define FOLDERS_GONE (IN_DELETE_SELF | IN_IGNORED)

/* ---- begin and end ------------------------------------------------------------------------------------ */

/* By the clock that file systems take. */
static uint64_t folders_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

static int folders_add(struct folders *folders, const char *path)
{
	struct folder *folder = &folders->each[folders->count];

	*folder = (struct folder){ .path = strdup(path), .place.watch = -1 };
	if (!folder->path)
		return -ENOMEM;
	folder->since = folders->checked;
	folders->count++;
	return 0;
}

static int folders_add_all(struct folders *folders, const struct config *config)
{
	struct catalogue_paths paths;
	int err = catalogue_paths_setup(config, &paths);

	if (err)
		return err;
	folders->each = calloc(paths.folder_count + 1, sizeof(*folders->each));
	err = folders->each ? 0 : -ENOMEM;
	for (size_t i = 0; i < paths.folder_count && !err; i++)
		if (!catalogue_repeats(&paths, i))
			err = folders_add(folders, paths.folders[i]);
	catalogue_paths_free(&paths);
	return err;
}

struct folders *folders_open(const struct config *config)
{
	struct folders *folders = calloc(1, sizeof(*folders));

	if (!folders)
		return NULL;
	folders->checked = folders_now();
	folders->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (folders->fd < 0 || folders_add_all(folders, config)) {
		folders_close(folders);
		return NULL;
	}
	return folders;
}

bool folders_fit(const struct folders *folders, const struct config *config)
{
	struct catalogue_paths paths;
	size_t same = 0, count = 0;

	if (catalogue_paths_setup(config, &paths))
		return false;
	for (size_t i = 0; i < paths.folder_count; i++) {
		if (catalogue_repeats(&paths, i))
			continue;
		same += count < folders->count &&
			!strcmp(folders->each[count].path, paths.folders[i]);
		count++;
	}
	catalogue_paths_free(&paths);
	return same == count && count == folders->count;
}

void folders_close(struct folders *folders)
{
	if (!folders)
		return;
	if (folders->fd >= 0)
		close(folders->fd);
	for (size_t i = 0; i < folders->count; i++)
		free(folders->each[i].path);
	free(folders->each);
	free(folders);
}

/* ---- what has come ------------------------------------------------------------------------------------ */

bool folder_is_there(const struct folder *folder)
{
	return folder->place.watch >= 0 && !folder->path[folder->place.length];
}

size_t folder_above(const struct folder *folder, size_t length)
{
	while (length && folder->path[length - 1] == '/')
		length--;
	while (length && folder->path[length - 1] != '/')
		length--;
	while (length && folder->path[length - 1] == '/')
		length--;
	return length;
}

/* Whether this is the part of the path that comes next. */
static bool folder_waits_for(const struct folder *folder, const char *name)
{
	const char *rest = folder->path + folder->place.length;
	size_t size = strlen(name);

	rest += strspn(rest, "/");
	return *rest && !strncmp(rest, name, size) && (!rest[size] || rest[size] == '/');
}

struct folders_ear {
	folders_fn *fn;
	void *ctx;
};

static void folders_take_one(const struct folders *folders, size_t at,
			     const struct inotify_event *event, const struct folders_ear *ear)
{
	const struct folder *folder = &folders->each[at];
	const char *name = event->len ? event->name : "";

	if ((event->mask & FOLDERS_GONE) || folder_waits_for(folder, name))
		ear->fn(ear->ctx, at, FOLDER_ITSELF, "");
	else if (folder_is_there(folder) && catalogue_takes(name))
		ear->fn(ear->ctx, at, event->mask & IN_CREATE ? FOLDER_MADE : FOLDER_WHOLE, name);
}

/* One above that is moved takes with it what is below: it is not known whose it is. */
static void folders_take(const struct folders *folders, const struct inotify_event *event,
			 const struct folders_ear *ear)
{
	bool all = event->mask & (IN_MOVE_SELF | IN_Q_OVERFLOW);

	for (size_t i = 0; i < folders->count; i++)
		if (all && !folders->each[i].is_left)
			ear->fn(ear->ctx, i, FOLDER_ITSELF, "");
		else if (!all && folders->each[i].place.watch == event->wd)
			folders_take_one(folders, i, event, ear);
}

/* What came behind the last look that left nothing may be among what was left out. */
static void folders_miss(struct folders *folders)
{
	for (size_t i = 0; i < folders->count; i++)
		if (!folders->each[i].since)
			folders->each[i].since = folders->checked;
}

int folders_read(struct folders *folders, folders_fn *fn, void *ctx)
{
	_Alignas(struct inotify_event) char
		bytes[32 * (sizeof(struct inotify_event) + NAME_MAX + 1)];
	const struct folders_ear ear = { fn, ctx };
	const struct inotify_event *event;
	uint64_t now = folders_now();
	ssize_t size = read(folders->fd, bytes, sizeof(bytes));
	int ret = 0;

	for (ssize_t at = 0; at < size; at += (ssize_t)sizeof(*event) + event->len) {
		event = (const void *)(bytes + at);
		if (event->mask & IN_Q_OVERFLOW) {
			folders_miss(folders);
			ret = -EOVERFLOW;
		}
		folders_take(folders, event, &ear);
	}
	if (size < 0)
		folders->checked = now;
	return ret;
}
