/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Separate debug files: one side reads what a program says of its own, and whether a file is that; the other
 * opens files by name. They may be two processes.
 */
#ifndef SDK_ELF_DEBUG_INTERNAL_H
#define SDK_ELF_DEBUG_INTERNAL_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include <bpfhost/elf.h>

/* What is looked for, plain data. */
struct debug_wanted {
	uint32_t candidate; /* from 0 on: which of the places where it may be */
	uint32_t build_id_size;
	uint8_t build_id[BPFHOST_BUILD_ID_MAX];
	char link[NAME_MAX + 1]; /* .gnu_debuglink, a name without a folder; "": none */
};

/* Whether it may be used to make paths, whoever it comes from. */
bool debug_wanted_is_sane(const struct debug_wanted *wanted);

#define DEBUG_CANDIDATES 7

/*
 * debug_open.c: opens the candidate of the program that lies at path below root ("": our own). An open
 * descriptor and its path (PATH_MAX bytes); -ENOENT, also where it would be one before.
 */
int debug_open(const char *root, const char *path, const struct debug_wanted *wanted, int *ret_fd,
	       char *ret_path);

/* As debug_open, wherever that is done. */
typedef int (*debug_open_fn)(void *ctx, const struct debug_wanted *wanted, int *ret_fd,
			     char *ret_path);

/* debug_find.c: asks for the candidates until one fits, which ret_wanted is then; as bpfhost_debug_find. */
int debug_find(struct bpfhost_elf *elf, debug_open_fn open, void *ctx,
	       struct debug_wanted *ret_wanted, int *ret_fd, char *ret_path,
	       struct bpfhost_error *err);

#endif
