/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "drop_folders.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER_MASK      (IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR | IN_MASK_ADD)
#define FOLDER_LINKS_MAX 40 /* MAXSYMLINKS of the kernel */
#define FOLDER_PARTS_MAX 1024

/* ---- the way ----------------------------------------------------------------------------------------- */

struct walk {
	char folder[PATH_MAX]; /* where it has come to */
	char rest[PATH_MAX];
	int links;
};

/* The next part; false at the end. */
static bool walk_part(struct walk *walk, char name[NAME_MAX + 1])
{
	size_t skipped = strspn(walk->rest, "/");
	size_t length = strcspn(walk->rest + skipped, "/");

	if (!length || length > NAME_MAX)
		return false;
	memcpy(name, walk->rest + skipped, length);
	name[length] = '\0';
	memmove(walk->rest, walk->rest + skipped + length,
		strlen(walk->rest + skipped + length) + 1);
	return true;
}

/* What is too long for the kernel ends the walk. */
static void walk_set(struct walk *walk, char to[PATH_MAX], const char *first, const char *second)
{
	char text[PATH_MAX];

	if (snprintf(text, sizeof(text), "%s/%s", first, second) >= (int)sizeof(text))
		walk->rest[0] = '\0';
	else
		memcpy(to, text, sizeof(text));
}

static void walk_into(struct walk *walk, const char *name)
{
	char full[PATH_MAX] = "", target[PATH_MAX];
	ssize_t length;

	walk_set(walk, full, walk->folder, name);
	length = readlink(full, target, sizeof(target) - 1);
	if (length <= 0 || walk->links++ == FOLDER_LINKS_MAX) {
		memcpy(walk->folder, full, sizeof(full));
		return;
	}
	target[length] = '\0';
	if (target[0] == '/')
		walk->folder[0] = '\0';
	walk_set(walk, walk->rest, target, walk->rest);
}

/* ---- the list ---------------------------------------------------------------------------------------- */

static bool folders_have(const struct xdp_drop_folders *folders, int watch)
{
	for (uint32_t i = 0; i < folders->count; i++)
		if (folders->items[i].watch == watch)
			return true;
	return false;
}

static int folders_watch(int inotify, const char *folder, uint32_t mask)
{
	return inotify_add_watch(inotify, folder[0] ? folder : "/", mask);
}

static bool folders_add(struct xdp_drop_folders *folders, int watch, const char *name)
{
	struct xdp_drop_folder *items;

	if (folders->count == FOLDER_PARTS_MAX)
		return false;
	items = reallocarray(folders->items, folders->count + 1, sizeof(*items));
	if (!items)
		return false;
	folders->items = items;
	items[folders->count] = (struct xdp_drop_folder){ watch, strdup(name) };
	if (!items[folders->count].name)
		return false;
	folders->count++;
	return true;
}

static struct xdp_drop_folders folders_walk(int inotify, const char *path)
{
	struct xdp_drop_folders folders = { 0 };
	struct walk walk = { .folder = "." };
	char name[NAME_MAX + 1], own[PATH_MAX] = ".";

	if (snprintf(walk.rest, sizeof(walk.rest), "%s", path) >= (int)sizeof(walk.rest))
		return folders;
	if (path[0] == '/')
		walk.folder[0] = '\0';
	while (walk_part(&walk, name)) {
		memcpy(own, walk.folder, sizeof(own));
		if (!folders_add(&folders, folders_watch(inotify, own, FOLDER_MASK), name))
			break;
		walk_into(&walk, name);
	}
	/* Who makes the file may have closed it before it is watched itself. */
	folders_watch(inotify, own, FOLDER_MASK | IN_CLOSE_WRITE);
	return folders;
}

static int folders_last(const struct xdp_drop_folders *folders)
{
	return folders->count ? folders->items[folders->count - 1].watch : -1;
}

/* The new ones first: what stays keeps its number, and so no event of it is missed. */
bool xdp_drop_folders_watch(struct xdp_drop_folders *folders, int inotify, const char *path)
{
	struct xdp_drop_folders before = *folders;
	bool is_another;

	*folders = folders_walk(inotify, path);
	for (uint32_t i = 0; i < before.count; i++)
		if (before.items[i].watch >= 0 && !folders_have(folders, before.items[i].watch))
			inotify_rm_watch(inotify, before.items[i].watch);
	is_another = folders_last(folders) != folders_last(&before);
	xdp_drop_folders_free(&before);
	return is_another;
}

bool xdp_drop_folders_stand(const struct xdp_drop_folders *folders)
{
	return folders_last(folders) >= 0;
}

enum xdp_drop_part xdp_drop_folders_ask(const struct xdp_drop_folders *folders,
					const struct inotify_event *event)
{
	for (uint32_t i = folders->count; event->len && i-- > 0;) {
		const struct xdp_drop_folder *folder = &folders->items[i];

		if (folder->watch != event->wd || strcmp(folder->name, event->name) != 0)
			continue;
		return i + 1 == folders->count ? XDP_DROP_PART_FILE : XDP_DROP_PART_WAY;
	}
	return XDP_DROP_PART_NONE;
}

void xdp_drop_folders_free(struct xdp_drop_folders *folders)
{
	for (uint32_t i = 0; i < folders->count; i++)
		free(folders->items[i].name);
	free(folders->items);
	*folders = (struct xdp_drop_folders){ 0 };
}
