/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether a function may jump to a place in itself: a probe there would be hit in each round of a loop. */
#ifndef UPROBE_JUMP_H
#define UPROBE_JUMP_H

#include <stdbool.h>
#include <stdint.h>

#include <bpfhost/elf.h>

/* A function's bytes: [begin, begin + size) of the file; size 0: unknown. True also where it cannot be
 * told. */
bool uprobe_jump_may_lead(const struct bpfhost_elf *elf, uint64_t begin, uint64_t size,
			  uint64_t place);

#endif
