/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpfhost/target.h>

#include "read.h"
#include "view.h"

#define MAPS_SIZE_MAX (64 << 20)

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int read_maps(uint32_t pid, char **ret_text)
{
	char path[64];
	size_t size;
	int fd, err;

	snprintf(path, sizeof(path), "/proc/%u/maps", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : errno == EPERM ? -EACCES : -errno;
	err = target_read(fd, MAPS_SIZE_MAX, ret_text, &size);
	close(fd);
	return err;
}

/* The path belongs to what makes a file: on btrfs two subvolumes share device and inodes here. */
static int compare_files(const struct target_map *a, const struct target_map *b)
{
	int order = COMPARE(a->device, b->device);

	if (!order)
		order = COMPARE(a->inode, b->inode);
	return order ? order : strcmp(a->path, b->path);
}

static int by_file(const void *left, const void *right)
{
	const struct target_map *a = left, *b = right;
	int order = compare_files(a, b);

	return order ? order : COMPARE(a->start, b->start);
}

static int by_start(const void *left, const void *right)
{
	const struct target_map *a = left, *b = right;

	return COMPARE(a->start, b->start);
}

static size_t count_lines(const char *text)
{
	size_t lines = 1;

	while ((text = strchr(text, '\n'))) {
		lines++;
		text++;
	}
	return lines;
}

static void keep_first_of_each(struct target_mapped *mapped)
{
	size_t kept = 0;

	qsort(mapped->maps, mapped->count, sizeof(*mapped->maps), by_file);
	for (size_t i = 0; i < mapped->count; i++) {
		if (!kept || compare_files(&mapped->maps[kept - 1], &mapped->maps[i]))
			mapped->maps[kept++] = mapped->maps[i];
	}
	mapped->count = kept;
	qsort(mapped->maps, mapped->count, sizeof(*mapped->maps), by_start);
}

static int parse(struct target_mapped *mapped)
{
	struct target_map map;
	char *at = mapped->text;

	mapped->maps = calloc(count_lines(mapped->text), sizeof(*mapped->maps));
	if (!mapped->maps)
		return -ENOMEM;
	while (target_maps_next(&at, &map)) {
		if (map.executable && map.inode && *map.path == '/')
			mapped->maps[mapped->count++] = map;
	}
	keep_first_of_each(mapped);
	return 0;
}

int target_mapped_load(uint32_t pid, struct target_mapped *ret_mapped)
{
	struct target_mapped mapped = { 0 };
	int err = read_maps(pid, &mapped.text);

	if (!err)
		err = parse(&mapped);
	if (err) {
		target_mapped_free(&mapped);
		return err;
	}
	*ret_mapped = mapped;
	return 0;
}

void target_mapped_free(struct target_mapped *mapped)
{
	if (!mapped)
		return;
	free(mapped->maps);
	free(mapped->text);
	*mapped = (struct target_mapped){ 0 };
}

static int by_identity(const void *left, const void *right)
{
	const struct bpfhost_mapped *a = left, *b = right;
	int order = COMPARE(a->device, b->device);

	if (!order)
		order = COMPARE(a->inode, b->inode);
	return order ? order : COMPARE(a->start, b->start);
}

static int by_address(const void *left, const void *right)
{
	const struct bpfhost_mapped *a = left, *b = right;

	return COMPARE(a->start, b->start);
}

/* Now by what stat() says, which tells apart what the maps cannot, and knows two paths as one. */
static size_t keep_first_of_each_file(struct bpfhost_mapped *files, size_t count)
{
	size_t kept = 0;

	qsort(files, count, sizeof(*files), by_identity);
	for (size_t i = 0; i < count; i++) {
		if (!kept || files[kept - 1].device != files[i].device ||
		    files[kept - 1].inode != files[i].inode)
			files[kept++] = files[i];
	}
	qsort(files, kept, sizeof(*files), by_address);
	return kept;
}

static struct bpfhost_mapped mapped_file(const struct target_map *map,
					 const struct target_place *place)
{
	return (struct bpfhost_mapped){
		.path = place->path,
		.device = place->stat.st_dev,
		.inode = place->stat.st_ino,
		.start = map->start,
		.end = map->end,
		.offset = map->offset,
		.changed_ns = (uint64_t)place->stat.st_ctim.tv_sec * 1000000000U +
			      (uint64_t)place->stat.st_ctim.tv_nsec,
	};
}

/* Returns how many of the files are still where the kernel says. */
static size_t find_files(const struct target_view *view, const struct target_mapped *mapped,
			 struct bpfhost_mapped *files)
{
	size_t count = 0;

	for (size_t i = 0; i < mapped->count; i++) {
		const struct target_map *map = &mapped->maps[i];
		struct target_identity identity = { map->device, map->inode };
		struct target_place place;

		if (target_view_find(view, map->path, identity, &place))
			files[count++] = mapped_file(map, &place);
	}
	return keep_first_of_each_file(files, count);
}

static int walk(const struct target_view *view, const struct target_mapped *mapped,
		bpfhost_mapped_fn found, void *ctx)
{
	struct bpfhost_mapped *files = calloc(mapped->count + 1, sizeof(*files));
	size_t count;
	int ret = 0;

	if (!files)
		return -ENOMEM;
	count = find_files(view, mapped, files);
	for (size_t i = 0; !ret && i < count; i++)
		ret = found(ctx, &files[i]);
	free(files);
	return ret;
}

int bpfhost_mapped_each(uint32_t pid, bpfhost_mapped_fn found, void *ctx)
{
	struct target_mapped mapped = { 0 };
	struct target_view view;
	int ret = target_view_open(pid, &view);

	if (ret)
		return ret;
	ret = target_mapped_load(pid, &mapped);
	if (!ret)
		ret = walk(&view, &mapped, found, ctx);
	target_mapped_free(&mapped);
	target_view_close(&view);
	return ret;
}
