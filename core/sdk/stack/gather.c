/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which files a stack may lead through: those that processes have mapped now, and of a program that
 * is still to be started the libraries that it names. All of this is done while loading, which may not
 * take long however many processes there are.
 */
#include "private.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <time.h>

#define GATHER_SECONDS_MAX 2

/* ---- by name: what is needed ----------------------------------------------------------------------- */

static void gather_library(struct bpfhost_stacks *stacks, const char *name)
{
	struct bpfhost_error why = { 0 };
	struct bpfhost_target target;

	if (!*name || strlen(name) > NAME_MAX || strpbrk(name, "/:"))
		return;
	if (bpfhost_target_find(name, 0, &target, &why))
		return;
	stack_files_add(stacks, &target);
	bpfhost_target_close(&target);
}

static void gather_needed(struct bpfhost_stacks *stacks, struct bpfhost_elf *elf)
{
	struct bpfhost_elf_section dynamic, strings;
	const char *text;
	Elf64_Dyn entry;

	if (bpfhost_elf_info(elf)->bits != 64 || bpfhost_elf_section(elf, ".dynamic", &dynamic) ||
	    bpfhost_elf_section(elf, ".dynstr", &strings))
		return;
	text = strings.data;
	for (size_t at = 0; dynamic.size - at >= sizeof(entry); at += sizeof(entry)) {
		memcpy(&entry, (const char *)dynamic.data + at, sizeof(entry));
		if (entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag != DT_NEEDED || entry.d_un.d_val >= strings.size ||
		    !memchr(text + entry.d_un.d_val, 0, strings.size - entry.d_un.d_val))
			continue;
		if (stacks->nfiles == BPFHOST_STACKS_FILES)
			break;
		gather_library(stacks, text + entry.d_un.d_val);
	}
}

void bpfhost_stacks_add_target(struct bpfhost_stacks *stacks, const struct bpfhost_target *target)
{
	uint32_t first = stacks->nfiles;

	/* What one of them needs is added behind it, so its turn comes. */
	if (stack_files_add(stacks, target) < 0)
		return;
	for (uint32_t i = first; i < stacks->nfiles; i++)
		gather_needed(stacks, stacks->files[i].elf);
}

/* ---- by process: what is mapped -------------------------------------------------------------------- */

struct gather {
	struct bpfhost_stacks *stacks;
	const struct bpfhost_target *target;
	uint32_t pid;
	struct timespec end;
};

static int gather_open(const struct gather *gather, const struct bpfhost_mapped *mapped)
{
	int file = stack_files_find(gather->stacks, mapped->device, mapped->inode);
	struct bpfhost_error why = { 0 };
	struct bpfhost_target target;

	if (file >= 0)
		return file;
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
	int file = gather_open(gather, mapped);

	if (file < 0)
		return 0;
	map.file = (uint32_t)file;
	stack_maps_add(gather->stacks, &map);
	return 0;
}

void bpfhost_stacks_add_process(struct bpfhost_stacks *stacks, uint32_t pid)
{
	struct gather gather = { .stacks = stacks, .pid = pid };

	bpfhost_mapped_each(pid, gather_mapped, &gather);
}

static int gather_is_target(void *ctx, const struct bpfhost_mapped *mapped)
{
	const struct gather *gather = ctx;

	return mapped->device == gather->target->device && mapped->inode == gather->target->inode;
}

static bool gather_is_late(const struct gather *gather)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > gather->end.tv_sec ||
	       (now.tv_sec == gather->end.tv_sec && now.tv_nsec > gather->end.tv_nsec);
}

static int gather_user(void *ctx, uint32_t pid, const char *comm)
{
	struct gather *gather = ctx;

	(void)comm;
	if (gather_is_late(gather) || gather->stacks->nmaps == STACK_MAPS_MAX)
		return 1;
	if (bpfhost_mapped_each(pid, gather_is_target, gather) == 1)
		bpfhost_stacks_add_process(gather->stacks, pid);
	return 0;
}

void bpfhost_stacks_add_users(struct bpfhost_stacks *stacks, const struct bpfhost_target *target)
{
	struct gather gather = { .stacks = stacks, .target = target };

	clock_gettime(CLOCK_MONOTONIC, &gather.end);
	gather.end.tv_sec += GATHER_SECONDS_MAX;
	bpfhost_process_each(gather_user, &gather);
}
