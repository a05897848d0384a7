/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef WORKER_PRIVILEGES_H
#define WORKER_PRIVILEGES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "confine/user.h"

/*
 * Gives up every privilege but the capabilities in `keep` (bit n: capability n): becomes `user` when it
 * was root, no supplementary groups, nothing in the bounding set, no_new_privs. 0 or -errno; on failure
 * the process must not go on.
 */
int privileges_drop(uint64_t keep, const struct confine_user *user, pid_t parent);

/* " (CAP_SETUID missing)": what privileges_drop would have needed and this process has not, or "". */
void privileges_missing(uint64_t keep, char *out, size_t size);

/* The capabilities that this process has, bit n: capability n. */
uint64_t privileges_held(void);
/* What this process may, for a person: user, capabilities, no_new_privs, filter. Cut to size. */
void privileges_describe(char *out, size_t size);

#endif
