/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "guard.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpfhost/sdk.h>

#define GUARD_TASKS_MAX 4096 /* threads of a process that are looked at */

static int guard_go(const struct bpfhost_file *file, struct bpfhost_error *err)
{
	if (!file->info.is_go)
		return 0;
	bpfhost_error_set(
		err, 0,
		"%s is a Go program: it moves its stacks, and the return address that the "
		"kernel puts there to see a return would crash it; leave out the \"->\", or "
		"set force to risk it",
		file->target.path);
	return -ENOTSUP;
}

static void guard_fail_unwound(const struct bpfhost_file *file, struct bpfhost_error *err)
{
	bpfhost_error_set(
		err, 0,
		"an exception or panic that leaves a function of %s would end the program while the "
		"function is followed to its return, for the kernel puts a return address of its own "
		"there; leave out the \"->\", or set force where none leaves it",
		file->target.path);
}

static void guard_fail_coroutines(const struct bpfhost_file *file, struct bpfhost_error *err)
{
	bpfhost_error_set(
		err, 0,
		"%s has several stacks in a thread (makecontext or the like): calls that return in "
		"another order than the kernel takes them for would go on in the wrong place; leave "
		"out the \"->\", or set force where no change of stacks lies within the call",
		file->target.path);
}

/* Line "Seccomp:" of a task's status: 0 is none. What cannot be read is taken for one. */
static bool guard_task_is_filtered(int tasks, const char *tid)
{
	char path[PATH_MAX], line[128];
	FILE *file = NULL;
	int fd, mode = 1;

	snprintf(path, sizeof(path), "%s/status", tid);
	fd = openat(tasks, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return false; /* it has ended meanwhile */
	if (fd >= 0)
		file = fdopen(fd, "r");
	if (!file && fd >= 0)
		close(fd);
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Seccomp: %d", &mode) == 1)
			break;
	if (file)
		fclose(file);
	return mode != 0;
}

/*
 * Each thread has a filter of its own. The first ones decide where there are very many: what has thousands of
 * threads has them alike.
 */
static bool guard_is_filtered(uint32_t pid)
{
	struct dirent *entry;
	bool filtered = false;
	uint32_t seen = 0;
	char path[32];
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%u/task", pid);
	tasks = opendir(path);
	if (!tasks)
		return true;
	while (!filtered && seen < GUARD_TASKS_MAX && (entry = readdir(tasks))) {
		if (entry->d_name[0] == '.')
			continue;
		filtered = guard_task_is_filtered(dirfd(tasks), entry->d_name);
		seen++;
	}
	closedir(tasks);
	return filtered || !seen;
}

/* From the first kernel that had that trampoline to the first that left filters out of it. */
static bool guard_may_kill(void)
{
	uint32_t version = bpfhost_kernel_version();

	return version >= BPFHOST_KERNEL(6, 11) && version < BPFHOST_KERNEL(6, 14);
}

static void guard_fail(uint32_t pid, struct bpfhost_error *err)
{
	if (pid)
		bpfhost_error_set(
			err, 0,
			"process %u is under a seccomp filter, for which this kernel kills "
			"it when a call is followed to its return; leave out the \"->\", or "
			"set force to risk it",
			pid);
	else
		bpfhost_error_set(
			err, 0,
			"on this kernel a program under a seccomp filter is killed when a call is "
			"followed to its return; leave out the \"->\", give the --pid of a process "
			"without such a filter, or set force to risk it");
}

static int guard_seccomp(struct uprobe_guard *guard, uint32_t pid, struct bpfhost_error *err)
{
	if (!guard->asked) {
		guard->kills = guard_may_kill() && uprobe_guard_kernel_kills();
		guard->asked = true;
	}
	if (!guard->kills || (pid && !guard_is_filtered(pid)))
		return 0;
	guard_fail(pid, err);
	return -ENOTSUP;
}

int uprobe_guard_returns(const struct bpfhost_file *file, const struct bpfhost_elf_returns *returns,
			 struct bpfhost_error *err)
{
	if (returns->is_unwound)
		guard_fail_unwound(file, err);
	else if (returns->has_coroutines)
		guard_fail_coroutines(file, err);
	return returns->is_unwound || returns->has_coroutines ? -ENOTSUP : 0;
}

int uprobe_guard_check(struct uprobe_guard *guard, const struct bpfhost_file *file, uint32_t pid,
		       struct bpfhost_error *err)
{
	int ret = guard_go(file, err);

	return ret ? ret : guard_seccomp(guard, pid, err);
}
