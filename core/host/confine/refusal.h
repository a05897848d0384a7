/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef CONFINE_REFUSAL_H
#define CONFINE_REFUSAL_H

#include <stdint.h>
#include <sys/types.h>

/* What is told from a signal handler, so these may only call what one may. */
struct confine_refusal_tell {
	void (*refused)(void *ctx, int call, uint32_t argument); /* the first argument */
	void (*sent)(void *ctx, pid_t from); /* SIGSYS came from a process, and ends this one */
	void *ctx;
};

/*
 * Has a system call that the filter refuses (calls.h) return -EPERM, and tells of it: each number once. For the
 * whole process; replaces the one before. 0 or -errno.
 */
int confine_on_refusal(const struct confine_refusal_tell *tell);

#endif
