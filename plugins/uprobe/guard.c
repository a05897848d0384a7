/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "guard.h"

#include <errno.h>

int uprobe_guard_file(const struct bpfhost_file *file, struct bpfhost_error *err)
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
