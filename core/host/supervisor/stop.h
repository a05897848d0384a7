/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SUPERVISOR_STOP_H
#define SUPERVISOR_STOP_H

#include "supervisor/state.h"

/* What the time demands: begins the stop when --duration is over, ends who is too slow in it. */
void stop_tick(struct supervisor *run);
/* Names and kills a worker that was told to stop then and has not, unless it only waits for the kernel. */
void stop_end_slow(struct instance *instance, uint64_t since);
/* When stop_tick is due next while stopping, CLOCK_MONOTONIC ns; UINT64_MAX: never. */
uint64_t stop_due(const struct supervisor *run);
/* While stopping: tells the ledgers as soon as no event can come any more. */
void stop_close_books(struct supervisor *run);
/*
 * Closes all books, that of a worker that is left behind too: what it has sent and nobody has taken is lost to
 * the stop. Writes what is left of the stream and, where that was not done yet, the ledgers.
 */
void stop_finish(struct supervisor *run);
/* Whether there is nothing left to wait for. */
bool stop_is_over(const struct supervisor *run);
/* Writes the ledger of one. */
void stop_tell_ledger(const struct instance *instance);
/* Writes the ledger of each instance, where anything ever ran. */
void stop_tell_ledgers(struct supervisor *run);

#endif
