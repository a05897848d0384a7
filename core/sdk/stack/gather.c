/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which files a stack may lead through: those that processes have mapped now, and of a program that
 * is still to be started the libraries that it names. All of this is done while loading, which may not
 * take long however many processes there are.
 */
#include "private.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static bool gather_is_late(const struct bpfhost_stacks *stacks)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - stacks->begin > STACK_GATHER_SECONDS;
}

/* ---- by name: what is needed ----------------------------------------------------------------------- */

#define GATHER_ORIGIN "$ORIGIN"
/* Every program begins in it, also for a library that does not need it itself. */
#define GATHER_ALWAYS "libc.so.6"

static bool gather_open_library(struct bpfhost_stacks *stacks, const char *text)
{
	struct bpfhost_error why = { 0 };
	struct bpfhost_target target;

	if (bpfhost_target_find(text, 0, &target, &why))
		return false;
	stack_files_add(stacks, &target);
	bpfhost_target_close(&target);
	return true;
}

/* One of the folders that the file itself names, where $ORIGIN is the file's own. */
static bool gather_in_folder(struct bpfhost_stacks *stacks, const struct stack_file *file,
			     const char *folder, size_t length, const char *name)
{
	const size_t origin = strlen(GATHER_ORIGIN);
	char path[PATH_MAX];
	int size;

	if (length >= origin && !strncmp(folder, GATHER_ORIGIN, origin))
		size = snprintf(path, sizeof(path), "%.*s%.*s/%s", (int)(file->name - file->path),
				file->path, (int)(length - origin), folder + origin, name);
	else
		size = snprintf(path, sizeof(path), "%.*s/%s", (int)length, folder, name);
	return *path == '/' && size < (int)sizeof(path) && !access(path, R_OK) &&
	       gather_open_library(stacks, path);
}

static bool gather_in_folders(struct bpfhost_stacks *stacks, const struct stack_file *file,
			      const char *folders, const char *name)
{
	while (folders && *folders && !gather_is_late(stacks)) {
		size_t length = strcspn(folders, ":");

		if (length < PATH_MAX && gather_in_folder(stacks, file, folders, length, name))
			return true;
		folders += length + (folders[length] == ':');
	}
	return false;
}

static void gather_needed(struct bpfhost_stacks *stacks, uint32_t index)
{
	const struct stack_file file = stacks->files[index];

	for (size_t i = 0;
	     i < file.nneeded && !gather_is_late(stacks) && stacks->nfiles < BPFHOST_STACKS_FILES;
	     i++) {
		const char *name = file.needed[i];

		if (!*name || strlen(name) > NAME_MAX || strpbrk(name, "/:"))
			continue;
		if (!gather_in_folders(stacks, &file, file.run_path, name))
			gather_open_library(stacks, name);
	}
}

void bpfhost_stacks_add_target(struct bpfhost_stacks *stacks, const struct bpfhost_target *target)
{
	uint32_t first = stacks->nfiles;

	/* What one of them needs is added behind it, so its turn comes. */
	if (stack_files_add(stacks, target) >= 0)
		gather_open_library(stacks, GATHER_ALWAYS);
	for (uint32_t i = first; i < stacks->nfiles; i++)
		gather_needed(stacks, i);
	bpfhost_reader_stop(stacks->reader);
}

/* ---- by process: what is mapped -------------------------------------------------------------------- */

struct gather {
	struct bpfhost_stacks *stacks;
	const struct bpfhost_target *target;
	uint32_t pid;
	bool is_named; /* by the user, who may have it take its time */
};

static int gather_open(const struct gather *gather, const struct bpfhost_mapped *mapped)
{
	int file = stack_files_find(gather->stacks, mapped->device, mapped->inode);
	struct bpfhost_error why = { 0 };
	struct bpfhost_target target;

	if (file >= 0)
		return file;
	if (gather->stacks->nfiles == BPFHOST_STACKS_FILES)
		return -ENOSPC; /* a process may have tens of thousands mapped */
	file = bpfhost_target_find(mapped->path, gather->pid, &target, &why);
	if (file)
		return file;
	file = -ESTALE;
	if (target.device == mapped->device && target.inode == mapped->inode)
		file = stack_files_add(gather->stacks, &target);
	bpfhost_target_close(&target);
	return file;
}

static int gather_mapped(void *ctx, const struct bpfhost_mapped *mapped)
{
	const struct gather *gather = ctx;
	struct stack_map map = {
		.pid = gather->pid,
		.start = mapped->start,
		.end = mapped->end,
		.offset = mapped->offset,
	};
	int file;

	if (!gather->is_named && gather_is_late(gather->stacks))
		return 1;
	file = gather_open(gather, mapped);
	if (file < 0)
		return 0;
	map.file = (uint32_t)file;
	stack_maps_add(gather->stacks, &map);
	return 0;
}

void bpfhost_stacks_add_process(struct bpfhost_stacks *stacks, uint32_t pid)
{
	struct gather gather = { .stacks = stacks, .pid = pid, .is_named = true };

	bpfhost_mapped_each(pid, gather_mapped, &gather);
	bpfhost_reader_stop(stacks->reader);
}

static int gather_is_target(void *ctx, const struct bpfhost_mapped *mapped)
{
	const struct gather *gather = ctx;

	return mapped->device == gather->target->device && mapped->inode == gather->target->inode;
}

static int gather_user(void *ctx, uint32_t pid, const char *comm)
{
	struct gather *gather = ctx, process = { .stacks = gather->stacks, .pid = pid };

	(void)comm;
	if (gather_is_late(gather->stacks) || gather->stacks->nmaps == STACK_MAPS_MAX)
		return 1;
	if (bpfhost_mapped_each(pid, gather_is_target, gather) == 1)
		bpfhost_mapped_each(pid, gather_mapped, &process);
	return 0;
}

void bpfhost_stacks_add_users(struct bpfhost_stacks *stacks, const struct bpfhost_target *target)
{
	struct gather gather = { .stacks = stacks, .target = target };

	bpfhost_process_each(gather_user, &gather);
	bpfhost_reader_stop(stacks->reader);
}
