/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef DOCTOR_TRIAL_H
#define DOCTOR_TRIAL_H

#include <stddef.h>

/*
 * Asks the kernel something that may go wrong, in a child which has our privileges, a limited time, and takes
 * all that it makes with it. fn writes what it finds to memory that is shared (MAP_SHARED). 0, or -errno with a
 * sentence in why: then what fn has written may be half of it.
 */
int trial_run(void (*fn)(void *ctx), void *ctx, char *why, size_t size);

#endif
