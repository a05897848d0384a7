/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One watch for each folder: on itself, or, while there is no such folder, on the nearest one above that there
 * is, until the next part of the path appears in it. Two may have one watch in common. A folder above that is
 * moved away with the folder in it is not noticed.
 */
#include "control/folders.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loader/catalogue.h"

/* In each folder, and in one where plugins are looked for as well: there, what has been written to its end. */
#define FOLDERS_ABOVE                                                                              \
	(IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_MASK_ADD)
#define FOLDERS_ITSELF (FOLDERS_ABOVE | IN_CLOSE_WRITE)
#define FOLDERS_GONE   (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)
/* What appears on the way down while it is looked for is looked for again, so often. */
#define FOLDERS_TRIES 16

struct folder {
	char *path;
	int watch;     /* -1: none */
	size_t length; /* of the path, up to what is watched; 0: "/", or "." for a relative path */
};

struct folders {
	int fd;
	struct folder *each;
	size_t count;
};

/* ---- what is watched ---------------------------------------------------------------------------------- */

/* Up to the part of the path before this one, without the slash between. */
static size_t folder_above(const struct folder *folder, size_t length)
{
	while (length && folder->path[length - 1] == '/')
		length--;
	while (length && folder->path[length - 1] != '/')
		length--;
	while (length && folder->path[length - 1] == '/')
		length--;
	return length;
}

static bool folder_is_there(const struct folder *folder)
{
	return folder->watch >= 0 && !folder->path[folder->length];
}

static int folder_add_watch(int fd, const struct folder *folder, size_t length)
{
	const char *top = folder->path[0] == '/' ? "/" : ".";
	char *part = strndup(length ? folder->path : top, length ?: 1);
	int watch = part ? inotify_add_watch(fd, part,
					     folder->path[length] ? FOLDERS_ABOVE : FOLDERS_ITSELF)
			 : -1;

	free(part);
	return watch;
}

/* The lowest part that can be watched. */
static void folder_descend(int fd, struct folder *folder)
{
	folder->length = strlen(folder->path);
	while ((folder->watch = folder_add_watch(fd, folder, folder->length)) < 0 && folder->length)
		folder->length = folder_above(folder, folder->length);
}

static bool folders_use(const struct folders *folders, int watch)
{
	for (size_t i = 0; i < folders->count; i++)
		if (folders->each[i].watch == watch)
			return true;
	return false;
}

/*
 * Once more the same watch: what is made from then on is told by that. True: the folder is there, and was not,
 * or is another one.
 */
static bool folders_watch(struct folders *folders, struct folder *folder)
{
	bool was_there = folder_is_there(folder);
	int first = folder->watch, before, tries = 0;

	do {
		before = folder->watch;
		folder_descend(folders->fd, folder);
		if (before >= 0 && !folders_use(folders, before))
			inotify_rm_watch(folders->fd, before);
	} while (folder->watch != before && ++tries < FOLDERS_TRIES);
	return folder_is_there(folder) && (!was_there || folder->watch != first);
}

static int folders_add(struct folders *folders, const char *path)
{
	struct folder *folder = &folders->each[folders->count];

	folder->watch = -1;
	folder->path = strdup(path);
	if (!folder->path)
		return -ENOMEM;
	folders->count++;
	folders_watch(folders, folder);
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
		err = folders_add(folders, paths.folders[i]);
	catalogue_paths_free(&paths);
	return err;
}

struct folders *folders_open(const struct config *config)
{
	struct folders *folders = calloc(1, sizeof(*folders));

	if (!folders)
		return NULL;
	folders->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (folders->fd < 0 || folders_add_all(folders, config)) {
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
	for (size_t i = 0; i < folders->count; i++)
		free(folders->each[i].path);
	free(folders->each);
	free(folders);
}

int folders_fd(const struct folders *folders)
{
	return folders->fd;
}

/* ---- what has come ------------------------------------------------------------------------------------ */

struct folders_ear {
	folders_fn *fn;
	void *ctx;
};

static void folder_tell(const struct folder *folder, const char *file, bool whole,
			const struct folders_ear *ear)
{
	char name[NAME_MAX + 1];

	if (!catalogue_takes(file))
		return;
	strcpy(name, file);
	name[strlen(name) - strlen(CATALOGUE_SUFFIX)] = '\0';
	ear->fn(ear->ctx, folder->path, name, whole);
}

static void folder_tell_all(const struct folder *folder, const struct folders_ear *ear)
{
	DIR *dir = opendir(folder->path);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		folder_tell(folder, entry->d_name, false, ear);
	if (dir)
		closedir(dir);
}

/* A link is whole when it is made, a second name of a file too. All else is still to be written. */
static bool folder_made_whole(const struct folder *folder, const char *file)
{
	int dir = open(folder->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st = { .st_mode = 0 };

	if (dir < 0)
		return false;
	if (fstatat(dir, file, &st, AT_SYMLINK_NOFOLLOW))
		st.st_mode = 0;
	close(dir);
	return S_ISLNK(st.st_mode) || (S_ISREG(st.st_mode) && st.st_nlink > 1);
}

/* Whether this is the part of the path that comes next. */
static bool folder_waits_for(const struct folder *folder, const char *name)
{
	const char *rest = folder->path + folder->length;
	size_t size = strlen(name);

	rest += strspn(rest, "/");
	return *rest && !strncmp(rest, name, size) && (!rest[size] || rest[size] == '/');
}

static void folders_take_one(struct folders *folders, struct folder *folder,
			     const struct inotify_event *event, const struct folders_ear *ear)
{
	const char *name = event->len ? event->name : "";

	if ((event->mask & FOLDERS_GONE) || folder_waits_for(folder, name)) {
		if (folders_watch(folders, folder))
			folder_tell_all(folder, ear);
	} else if (folder_is_there(folder) &&
		   (!(event->mask & IN_CREATE) || folder_made_whole(folder, name))) {
		folder_tell(folder, name, true, ear);
	}
}

static void folders_take(struct folders *folders, const struct inotify_event *event,
			 const struct folders_ear *ear)
{
	bool all = event->mask & IN_Q_OVERFLOW;

	for (size_t i = 0; i < folders->count; i++) {
		struct folder *folder = &folders->each[i];

		if (all && folders_watch(folders, folder))
			folder_tell_all(folder, ear);
		else if (!all && folder->watch == event->wd)
			folders_take_one(folders, folder, event, ear);
	}
}

void folders_read(struct folders *folders, folders_fn *fn, void *ctx)
{
	_Alignas(struct inotify_event) char
		bytes[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];
	const struct folders_ear ear = { fn, ctx };
	ssize_t size = read(folders->fd, bytes, sizeof(bytes));
	const struct inotify_event *event;

	for (ssize_t at = 0; at < size; at += (ssize_t)sizeof(*event) + event->len) {
		event = (const void *)(bytes + at);
		folders_take(folders, event, &ear);
	}
}
