/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "find.h"
#include "mapped.h"
#include "name.h"
#include "process.h"
#include "words.h"

/* The name of a mapped file, as it was before it was deleted. */
static const char *name_of(const struct target_map *map, char name[NAME_MAX + 1])
{
	const char *base = target_name_base(map->path);
	size_t length = target_maps_alive(base);

	snprintf(name, NAME_MAX + 1, "%.*s", (int)(length < NAME_MAX ? length : NAME_MAX), base);
	return name;
}

static const struct target_map *find_by_name(const struct target_mapped *mapped, const char *want)
{
	const struct target_map *best = NULL;
	enum target_fit best_fit = TARGET_FIT_NONE;
	char name[NAME_MAX + 1], best_name[NAME_MAX + 1] = "";

	for (size_t i = 0; i < mapped->count; i++) {
		enum target_fit fit = target_name_fit(want, name_of(&mapped->maps[i], name));

		if (!fit || fit < best_fit || (fit == best_fit && strverscmp(name, best_name) <= 0))
			continue;
		best = &mapped->maps[i];
		best_fit = fit;
		strcpy(best_name, name);
	}
	return best;
}

/* Whether WANT is a link to the mapped file, beside it: libc.so.6 to libc-2.31.so. */
static bool is_linked(const struct target_view *view, const struct target_map *map,
		      const char *want)
{
	struct target_identity identity = { map->device, map->inode };
	int folder = (int)(target_name_base(map->path) - map->path);
	struct target_place place;
	char *link;
	bool found;

	if (asprintf(&link, "%.*s%s", folder, map->path, want) < 0)
		return false;
	found = target_view_find(view, link, identity, &place);
	free(link);
	return found;
}

static const struct target_map *find_by_link(const struct target_view *view,
					     const struct target_mapped *mapped, const char *want)
{
	if (target_name_stem(want) == strlen(want))
		return NULL;
	for (size_t i = 0; i < mapped->count; i++) {
		if (is_linked(view, &mapped->maps[i], want))
			return &mapped->maps[i];
	}
	return NULL;
}

static int open_in_place(const struct target_view *view, const struct target_map *map)
{
	struct target_identity identity = { map->device, map->inode };
	struct target_place place;
	char *address;
	int fd;

	if (!target_view_find(view, map->path, identity, &place))
		return -ESTALE;
	if (asprintf(&address, "%s%s", place.root, place.path) < 0)
		return -ENOMEM;
	fd = target_open_file(address);
	free(address);
	return fd;
}

/*
 * The link in map_files leads to the mapped file even if it was deleted or lies in no mount of
 * ours. It wants CAP_CHECKPOINT_RESTORE; without it the path has to do.
 */
static int open_mapped(const struct target_view *view, const struct target_map *map,
		       struct target_found *found)
{
	snprintf(found->address, sizeof(found->address), "/proc/%u/map_files/%llx-%llx", view->pid,
		 (unsigned long long)map->start, (unsigned long long)map->end);
	found->fd = target_open_file(found->address);
	if (found->fd >= 0)
		return 0;
	found->address[0] = '\0';
	found->fd = open_in_place(view, map);
	return found->fd < 0 ? found->fd : 0;
}

static int take(const struct target_view *view, const struct target_map *map,
		struct target_found *ret_found, struct bpfhost_error *err)
{
	struct target_found found = { .fd = -1 };
	int ret = open_mapped(view, map, &found);

	if (ret == -ESTALE)
		return target_fail(err, -EACCES,
				   "\"%.*s\" was deleted or replaced since process %u mapped it, "
				   "and only root may open the mapped one",
				   (int)target_maps_alive(map->path), map->path, view->pid);
	if (ret)
		return target_fail_open(err, ret, map->path);
	found.path = strdup(map->path);
	*ret_found = found;
	return 0;
}

static int load(const struct target_view *view, struct target_mapped *ret_mapped,
		struct bpfhost_error *err)
{
	char comm[TARGET_COMM_SIZE];
	int ret = target_mapped_load(view->pid, ret_mapped);

	if (!ret)
		return 0;
	return target_fail(err, ret == -ESRCH ? -ENOENT : ret,
			   "cannot read what process %u (%s) has mapped: %s", view->pid,
			   target_process_comm(view->pid, comm), strerror(-ret));
}

int target_library_in_process(const struct target_view *view, const char *name,
			      struct target_found *ret_found, struct bpfhost_error *err)
{
	const struct target_map *map;
	struct target_mapped mapped;
	int ret = load(view, &mapped, err);

	if (ret)
		return ret;
	map = find_by_name(&mapped, name);
	if (!map)
		map = find_by_link(view, &mapped, name);
	ret = map ? take(view, map, ret_found, err) : -ENOENT;
	target_mapped_free(&mapped);
	return ret;
}

int target_fail_mapped(const struct target_view *view, const char *name, struct bpfhost_error *err)
{
	struct target_words words = { 0 };
	char want[NAME_MAX + 1], base[NAME_MAX + 1], comm[TARGET_COMM_SIZE];
	struct target_mapped mapped;
	int ret = load(view, &mapped, err);

	if (ret)
		return ret;
	for (size_t i = 0; i < mapped.count; i++) {
		name_of(&mapped.maps[i], base);
		target_words_add(&words, base, target_name_stem(base), base);
	}
	snprintf(want, sizeof(want), "%.*s", (int)target_name_stem(name), name);
	ret = target_fail_near(err, target_words_nearest(&words, want),
			       "process %u (%s) has no library \"%.64s\" mapped", view->pid,
			       target_process_comm(view->pid, comm), name);
	target_words_free(&words);
	target_mapped_free(&mapped);
	return ret;
}
