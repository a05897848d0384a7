/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where a folder is now, and what is in it. Every call here may wait for a file system that does not answer. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control/folders.h"
#include "loader/catalogue.h"

/* A folder above one; the nearest, until there is one below; and one where plugins are looked for. */
#define FOLDERS_MOVED  (IN_MOVE_SELF | IN_ONLYDIR)
#define FOLDERS_ABOVE  (FOLDERS_MOVED | IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF)
#define FOLDERS_ITSELF (FOLDERS_ABOVE | IN_CLOSE_WRITE)
/* What appears on the way down while it is looked for is looked for again, so often. */
#define FOLDERS_TRIES 16

/* ---- what is watched ---------------------------------------------------------------------------------- */

static int folders_add_watch(const struct folders *folders, const struct folder *folder,
			     size_t length, uint32_t mask)
{
	const char *top = folder->path[0] == '/' ? "/" : ".";
	char *part = strndup(length ? folder->path : top, length ?: 1);
	int watch = part ? inotify_add_watch(folders->fd, part, mask) : -1;

	free(part);
	return watch;
}

/* The lowest part that can be watched. */
static void folders_descend(const struct folders *folders, struct folder *folder)
{
	struct folder_place place = { .length = strlen(folder->path) };
	uint32_t mask = FOLDERS_ITSELF | IN_MASK_ADD;

	while ((place.watch = folders_add_watch(folders, folder, place.length, mask)) < 0 &&
	       place.length) {
		place.length = folder_above(folder, place.length);
		mask = FOLDERS_ABOVE | IN_MASK_ADD;
	}
	folder->place = place;
}

static bool folders_use(const struct folders *folders, int watch)
{
	for (size_t i = 0; i < folders->count; i++)
		if (folders->each[i].place.watch == watch)
			return true;
	return false;
}

/*
 * Those above the watched one, for being moved. One that was the nearest says no more than that from now on; and
 * the one from before is let go, where it is none of these.
 */
static void folders_watch_above(const struct folders *folders, const struct folder *folder,
				int before)
{
	bool keep = before < 0 || folders_use(folders, before);
	size_t length = folder->place.length;
	int watch;

	while (length) {
		length = folder_above(folder, length);
		watch = folders_add_watch(folders, folder, length, FOLDERS_MOVED | IN_MASK_ADD);
		if (watch >= 0 && !folders_use(folders, watch))
			folders_add_watch(folders, folder, length, FOLDERS_MOVED);
		keep = keep || watch == before;
	}
	if (!keep)
		inotify_rm_watch(folders->fd, before);
}

/*
 * Once more the same watch: what is made from then on is told by that. True: the folder is there, and was not,
 * or is another one.
 */
static bool folders_watch(const struct folders *folders, struct folder *folder)
{
	bool was_there = folder_is_there(folder);
	int first = folder->place.watch, before, tries = 0;

	do {
		before = folder->place.watch;
		folders_descend(folders, folder);
		folders_watch_above(folders, folder, before);
	} while (folder->place.watch != before && ++tries < FOLDERS_TRIES);
	return folder_is_there(folder) && (!was_there || folder->place.watch != first);
}

/* ---- what is in it ------------------------------------------------------------------------------------ */

/* The time of a change is that of a name given to it too, which the time of its content is not. */
static bool folder_is_new(int dir, const char *file, uint64_t since)
{
	struct stat st;

	if (!since)
		return true;
	return !fstatat(dir, file, &st, AT_SYMLINK_NOFOLLOW) &&
	       (uint64_t)st.st_ctim.tv_sec * 1000000000ULL + (uint64_t)st.st_ctim.tv_nsec >= since;
}

static int folder_list(const struct folder *folder, uint64_t since, size_t most,
		       folders_found_fn *fn, void *ctx)
{
	DIR *dir = opendir(folder->path);
	const struct dirent *entry;
	size_t found = 0;
	int ret = 0;

	while (!ret && dir && (entry = readdir(dir))) {
		if (!catalogue_takes(entry->d_name) ||
		    !folder_is_new(dirfd(dir), entry->d_name, since))
			continue;
		if (found++ < most)
			fn(ctx, entry->d_name);
		else
			ret = -E2BIG;
	}
	if (dir)
		closedir(dir);
	return ret;
}

int folders_look(struct folders *folders, size_t at, size_t most, folders_found_fn *fn, void *ctx)
{
	struct folder *folder = &folders->each[at];
	bool first = folder->place.watch < 0;
	bool other = folders_watch(folders, folder);

	if (!folder_is_there(folder) || (!other && !folder->since))
		return 0;
	/* When the host begins, and behind a look that failed, it is no new folder. */
	return folder_list(folder, other && !first ? 0 : folder->since, most, fn, ctx);
}
