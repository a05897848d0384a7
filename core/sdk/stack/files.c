/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The files that frames may lie in, by build-id, and where processes had them mapped. */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static const uint8_t files_no_id[BPFHOST_STACK_BUILD_ID];

static bool file_has_id(const struct stack_file *file)
{
	return memcmp(file->build_id, files_no_id, sizeof(files_no_id)) != 0;
}

static void file_clear(struct stack_file *file)
{
	bpfhost_symbols_free(file->symbols);
	bpfhost_blocks_free(&file->texts);
	free(file->needed);
	bpfhost_elf_close(file->elf);
	if (file->fd >= 0)
		close(file->fd);
	if (file->debug_fd >= 0)
		close(file->debug_fd);
	free(file->path);
}

const struct bpfhost_elf *stack_file_elf(struct stack_file *file)
{
	if (!file->was_opened)
		(void)bpfhost_elf_open(file->fd, &file->elf, NULL);
	file->was_opened = true;
	return file->elf;
}

static int file_open(struct bpfhost_stacks *stacks, struct stack_file *file,
		     const struct bpfhost_target *target)
{
	const char *slash;

	file->device = target->device;
	file->inode = target->inode;
	file->fd = fcntl(target->fd, F_DUPFD_CLOEXEC, 3);
	if (file->fd < 0)
		return -errno;
	file->path = strdup(target->path);
	if (!file->path)
		return -ENOMEM;
	slash = strrchr(file->path, '/');
	file->name = slash ? slash + 1 : file->path;
	return stack_look(stacks->reader, target, file);
}

int stack_files_find(const struct bpfhost_stacks *stacks, dev_t device, ino_t inode)
{
	for (uint32_t i = 0; i < stacks->nfiles; i++)
		if (stacks->files[i].device == device && stacks->files[i].inode == inode)
			return (int)i;
	return -ENOENT;
}

int stack_files_add(struct bpfhost_stacks *stacks, const struct bpfhost_target *target)
{
	int ret = stack_files_find(stacks, target->device, target->inode);
	struct stack_file file = { .fd = -1, .debug_fd = -1 };

	if (ret >= 0)
		return ret;
	if (stacks->nfiles == BPFHOST_STACKS_FILES)
		return -ENOSPC;
	ret = file_open(stacks, &file, target);
	if (ret) {
		file_clear(&file);
		return ret;
	}
	stacks->files[stacks->nfiles] = file;
	stacks->is_sorted = false;
	return (int)stacks->nfiles++;
}

void stack_files_free(struct bpfhost_stacks *stacks)
{
	for (uint32_t i = 0; i < stacks->nfiles; i++)
		file_clear(&stacks->files[i]);
	free(stacks->files);
}

/* ---- where it was mapped ------------------------------------------------------------------------ */

void stack_maps_add(struct bpfhost_stacks *stacks, const struct stack_map *map)
{
	if (stacks->nmaps == STACK_MAPS_MAX)
		return;
	stacks->maps[stacks->nmaps++] = *map;
	stacks->is_sorted = false;
}

static int maps_order(uint32_t pid, uint64_t start, const struct stack_map *map)
{
	int order = COMPARE(pid, map->pid);

	return order ? order : COMPARE(start, map->start);
}

bool stack_maps_find(struct bpfhost_stacks *stacks, uint32_t pid, uint64_t address,
		     uint32_t *ret_file, uint64_t *ret_offset)
{
	uint32_t low = 0, high = stacks->nmaps;
	const struct stack_map *map;

	stack_tables_sort(stacks);
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (maps_order(pid, address, &stacks->maps[middle]) >= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return false;
	map = &stacks->maps[low - 1];
	if (map->pid != pid || address >= map->end)
		return false;
	*ret_file = map->file;
	*ret_offset = map->offset + (address - map->start);
	return true;
}

/* ---- sorting and finding ------------------------------------------------------------------------- */

static int tables_by_map(const void *left, const void *right)
{
	const struct stack_map *map = left;

	return maps_order(map->pid, map->start, right);
}

static int tables_by_id(const void *left, const void *right, void *ctx)
{
	const struct stack_file *files = ctx;
	const uint32_t *a = left, *b = right;

	return memcmp(files[*a].build_id, files[*b].build_id, BPFHOST_STACK_BUILD_ID);
}

void stack_tables_sort(struct bpfhost_stacks *stacks)
{
	if (stacks->is_sorted)
		return;
	stacks->nids = 0;
	for (uint32_t i = 0; i < stacks->nfiles; i++)
		if (file_has_id(&stacks->files[i]))
			stacks->by_id[stacks->nids++] = i;
	qsort_r(stacks->by_id, stacks->nids, sizeof(*stacks->by_id), tables_by_id, stacks->files);
	qsort(stacks->maps, stacks->nmaps, sizeof(*stacks->maps), tables_by_map);
	stacks->is_sorted = true;
}

int stack_files_by_id(struct bpfhost_stacks *stacks, const uint8_t *build_id)
{
	uint32_t low = 0, high;

	stack_tables_sort(stacks);
	high = stacks->nids;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = memcmp(build_id, stacks->files[stacks->by_id[middle]].build_id,
				   BPFHOST_STACK_BUILD_ID);

		if (!order)
			return (int)stacks->by_id[middle];
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -ENOENT;
}
