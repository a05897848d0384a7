/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Internal to this folder. */
#ifndef KERNEL_TYPES_LIST_H
#define KERNEL_TYPES_LIST_H

#include <stdio.h>

#include "kernel_types/source.h"
#include "kernel_types/wanted.h"

/*
 * The types that are wanted, patterns being those of fnmatch(3): a line "struct sock" for each, by name. 0,
 * -ENOMEM, or -EINVAL with a sentence where none is.
 */
int ktypes_list(const struct ktypes_source *source, const struct ktypes_wanted *wanted, FILE *out,
		struct bpfhost_error *why);

#endif
