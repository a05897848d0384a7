/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_TARGET_MAPPED_H
#define BPFHOST_TARGET_MAPPED_H

#include <stddef.h>
#include <stdint.h>

#include "maps.h"

/* The executable mappings of files in a process, each file once, in order of address. */
struct target_mapped {
	char *text;
	struct target_map *maps;
	size_t count;
};

/* 0, -ESRCH: no such process; -EACCES, -ENOMEM, -EFBIG. */
int target_mapped_load(uint32_t pid, struct target_mapped *ret_mapped);
void target_mapped_free(struct target_mapped *mapped);

#endif
