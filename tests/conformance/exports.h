/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef CONFORMANCE_EXPORTS_H
#define CONFORMANCE_EXPORTS_H

#include <stddef.h>

/*
 * The names that a shared library defines for others, without running it: how many, the first that is
 * not `wanted` in ret_other ("" when there is none), and whether `wanted` is there. -1 when the file
 * cannot be read.
 */
int exports_read(const char *path, const char *wanted, int *ret_has_wanted, char *ret_other,
		 size_t size);

#endif
