/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef LOADER_CODE_H
#define LOADER_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CODE_HELPERS 256

/* What the programs of a BPF object call and want of the kernel. */
struct code_use {
	uint64_t helpers[CODE_HELPERS /
			 64]; /* bit n: the helper with number n of enum bpf_func_id */
	bool signals;         /* calls functions of the kernel that send signals */
	bool relocates;       /* has places that depend on the kernel's types (CO-RE) */
};

/*
 * Reads the object's sections and instructions, within its bounds, and runs and loads nothing. 0, or -ENOEXEC
 * for what is no such object.
 */
int code_read(const void *object, size_t size, struct code_use *ret_use);

static inline bool code_calls(const struct code_use *use, unsigned int helper)
{
	return helper < CODE_HELPERS && use->helpers[helper / 64] >> (helper % 64) & 1;
}

#endif
