/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef MEMORY_UNFORKED_H
#define MEMORY_UNFORKED_H

#include <stddef.h>

/*
 * Zeroed memory of its own pages that a child does not get: where it was is nothing there. For what waits in
 * the supervisor and is of no concern to a worker that is started meanwhile. NULL when there is none.
 */
void *memory_unforked(size_t size);
/* size as it was asked for; NULL is fine. */
void memory_unforked_free(void *memory, size_t size);

#endif
