/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Why a process does not get on, for a line of the log. The kernel attaches and lets go of
 * probes under one lock, and whoever lets go keeps it for tens of milliseconds a probe. It does not say
 * who that is, but shows root where each thread stands.
 */
#ifndef SUPERVISOR_BLOCKAGE_H
#define SUPERVISOR_BLOCKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Enough for what is said below. */
#define BLOCKAGE_TEXT_MAX 512

/*
 * A clause as "it waits inside the kernel (perf_uprobe_init) while process 4711 ...", or that it is stopped;
 * false for a process of which neither is true just now, or which is not to be seen.
 */
bool blockage_describe(pid_t pid, char *ret_text, size_t size);
/* The clause for one that is stopped, which nobody ends but who did it; NULL: it is not. */
const char *blockage_why_stopped(pid_t pid);

#endif
