/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SUPERVISOR_STRAYS_H
#define SUPERVISOR_STRAYS_H

#include <sys/types.h>

/*
 * What a plugin has started is in its worker's process group, and would keep open what it holds, programs of
 * the kernel too: so it ends with the worker. What is to live on is given a session of its own by the plugin.
 */

/* Ends the group of a worker that has ended and is not reaped yet, so that nobody else has its number. */
void strays_end(pid_t worker);
/* Ends all of the group but the worker itself, which lives and is not to be killed. */
void strays_end_around(pid_t worker);

#endif
