/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef CONFINE_LIMITS_H
#define CONFINE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

/* Descriptors that a worker may open once it has attached, and where it attaches or opens later. */
#define CONFINE_MORE_FILES      64
#define CONFINE_MORE_FILES_LATE 4096
/* Threads of all workers' user together. */
#define CONFINE_THREADS 4096

/*
 * As many descriptors as the hard limit lets: a probe of a worker holds up to three, an instance four of the
 * supervisor's, and the usual soft limit is 1024.
 */
void confine_limits_raise_files(void);
/*
 * From a worker's beginning: `memory` bytes of data (heap, stacks, private mappings) above what it has now, 0:
 * any; no core file. Maps of the kernel, rings and files that are only read do not count.
 */
int confine_limits_begin(uint64_t memory);
/* After attach, when its highest descriptor is `highest`. */
int confine_limits_attached(int highest, bool late);

#endif
