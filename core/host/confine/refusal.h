/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef CONFINE_REFUSAL_H
#define CONFINE_REFUSAL_H

#include <stdint.h>

/*
 * Has a system call that the filter refuses (calls.h) return -EPERM, and tell of it: each number once, by
 * calling tell with ctx, the number and its first argument. tell may only call what a signal handler may.
 * For the whole process; replaces the one before. 0 or -errno.
 */
int confine_on_refusal(void (*tell)(void *ctx, int call, uint32_t argument), void *ctx);

#endif
