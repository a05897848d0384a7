/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_TARGET_FIND_H
#define BPFHOST_TARGET_FIND_H

#include <stdint.h>

#include <bpfhost/error.h>

#include "machine.h"
#include "view.h"

struct target_found {
	int fd;
	char *path;       /* as the process sees it or as the kernel names it */
	char address[64]; /* leads to the file where the path does not; "" where it must */
};

/*
 * Each of these finds a file by its bare name: 0; -ENOENT without a sentence, so that another one
 * can be asked; or another error with one.
 */
int target_library_in_process(const struct target_view *view, const char *name,
			      struct target_found *ret_found, struct bpfhost_error *err);
int target_library_in_cache(const struct target_machine *machine, const char *name,
			    struct target_found *ret_found, struct bpfhost_error *err);
int target_library_in_folders(const struct target_machine *machine, const char *name,
			      struct target_found *ret_found, struct bpfhost_error *err);
int target_program_in_path(const struct target_view *view, const char *name,
			   struct target_found *ret_found, struct bpfhost_error *err);

/* The sentences for when all were asked. They return -ENOENT. */
int target_fail_mapped(const struct target_view *view, const char *name, struct bpfhost_error *err);
int target_fail_cached(const struct target_machine *machine, const char *name,
		       struct bpfhost_error *err);
int target_fail_program(const struct target_view *view, const char *name,
			struct bpfhost_error *err);
int target_fail_path(const struct target_view *view, const char *path, struct bpfhost_error *err);

#endif
