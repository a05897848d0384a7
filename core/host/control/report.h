/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A long answer, told by a child that the supervisor forks: it has all of the supervisor's state as it was at
 * that moment, may read /proc and ask the kernel at leisure, and waits for its client alone.
 */
#ifndef CONTROL_REPORT_H
#define CONTROL_REPORT_H

#include <stdio.h>

#include "control/client.h"
#include "supervisor/state.h"

/* In the child: writes the answer. */
typedef void report_fn(const struct supervisor *run, void *ctx, FILE *out);

/* Hands the client over to such a child. 0 or -errno, then it is the caller's as before. */
int report_begin(struct supervisor *run, struct client *client, report_fn *fn, void *ctx);

#endif
