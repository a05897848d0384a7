/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "guard.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpfhost/sdk.h>

static int guard_go(const struct bpfhost_file *file, struct bpfhost_error *err)
{
	if (!bpfhost_elf_info(file->elf)->is_go)
		return 0;
	bpfhost_error_set(
		err, 0,
		"%s is a Go program: it moves its stacks, and the return address that the "
		"kernel puts there to see a return would crash it; leave out the \"->\", or "
		"set force to risk it",
		file->target.path);
	return -ENOTSUP;
}

/* Line "Seccomp:" of /proc/PID/status: 0 is none. What cannot be read is taken for one. */
static bool guard_is_filtered(uint32_t pid)
{
	char path[32], line[128];
	int mode = 1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/status", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Seccomp: %d", &mode) == 1)
			break;
	if (file)
		fclose(file);
	return mode != 0;
}

/* From the first kernel that had that trampoline to the first that left filters out of it. */
static bool guard_may_kill(void)
{
	uint32_t version = bpfhost_kernel_version();

	return version >= BPFHOST_KERNEL(6, 11) && version < BPFHOST_KERNEL(6, 14);
}

static int guard_seccomp(struct uprobe_guard *guard, uint32_t pid, struct bpfhost_error *err)
{
	if (!guard->asked) {
		guard->kills = guard_may_kill() && uprobe_guard_kernel_kills();
		guard->asked = true;
	}
	if (!guard->kills || (pid && !guard_is_filtered(pid)))
		return 0;
	bpfhost_error_set(
		err, 0,
		"on this kernel a program under a seccomp filter is killed when a call is "
		"followed to its return; leave out the \"->\", give the --pid of a process "
		"without such a filter, or set force to risk it");
	return -ENOTSUP;
}

int uprobe_guard_check(struct uprobe_guard *guard, const struct bpfhost_file *file, uint32_t pid,
		       struct bpfhost_error *err)
{
	int ret = guard_go(file, err);

	return ret ? ret : guard_seccomp(guard, pid, err);
}
