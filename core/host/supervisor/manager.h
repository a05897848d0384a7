/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the service manager that started us, if one did, is told of the run. */
#ifndef SUPERVISOR_MANAGER_H
#define SUPERVISOR_MANAGER_H

#include "supervisor/state.h"

/* A manager that cannot be reached is told of in the log, and the run goes on without. */
void manager_open(struct supervisor *run);
void manager_close(struct supervisor *run);
/*
 * Each round of the loop: ready as soon as all instances have come up or failed, how many run whenever that
 * changes, and a sign of life when one is due.
 */
void manager_tick(struct supervisor *run);
/* When manager_tick is due next, CLOCK_MONOTONIC ns; UINT64_MAX: never. */
uint64_t manager_due(const struct supervisor *run);
/* The configuration is being read again; when the change that this makes is over, manager_tick says so. */
void manager_begin_reload(struct supervisor *run);
/* The run begins to end. */
void manager_tell_stopping(struct supervisor *run);

#endif
