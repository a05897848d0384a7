/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The supervisor: one thread that starts a worker for each instance, brings their events in order to
 * the sink, and keeps the ledger. It runs no code of any plugin.
 */
#ifndef SUPERVISOR_SUPERVISOR_H
#define SUPERVISOR_SUPERVISOR_H

#include "config/config.h"

/* Runs until all is over. The exit status: 0 clean, 1 something failed, 2 wrong configuration. */
int supervisor_run(const struct config *config);

#endif
