/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef CONFINE_CALLS_H
#define CONFINE_CALLS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Which system calls a process may make from now on; see calls.c for the reasons. What is refused fails
 * with EPERM and is told to the refusal handler (refusal.h), which is to be in place before. What no
 * plugin may ever call ends the process with SIGSYS.
 */

/*
 * For a worker that has attached. needs: BPFHOST_NEED_LATE_... and _NETLINK, capabilities: bit n is capability n, as
 * they are kept. For all threads. 0 or -errno; on failure the process must not go on.
 */
int confine_worker_calls(uint64_t needs, uint64_t capabilities);

/* A system call's name, or its number as text where the library does not know it. */
void confine_call_name(int number, char *out, uint32_t size);

#endif
