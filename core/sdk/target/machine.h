/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_TARGET_MACHINE_H
#define BPFHOST_TARGET_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the dynamic loader of the machine that this is compiled for takes libraries from. */
struct target_machine {
	uint32_t flags;             /* of its entries in /etc/ld.so.cache */
	uint16_t elf_machine;       /* EM_... */
	uint8_t elf_class;          /* ELFCLASS... */
	const char *const *hwcaps;  /* folders below glibc-hwcaps, best first, with a NULL behind */
	const char *const *folders; /* where it looks without the cache, with a NULL behind */
};

struct target_machine target_machine_here(void);

/* How good a folder below glibc-hwcaps is: 0 for "", the plain one; -1: not for this machine. */
int target_machine_level(const struct target_machine *machine, const char *hwcaps);

/* Whether the ELF header that a file begins with is of this machine. */
bool target_machine_runs(const struct target_machine *machine, const void *head, size_t size);

#endif
