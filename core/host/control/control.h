/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The supervisor's control socket: takes requests, has them answered. A client costs it a bounded number of
 * bytes and of descriptors, is never waited for, and is left when its time is over. What takes more than
 * looking at a few numbers is told by a child of the supervisor's (report.h).
 */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

#include "supervisor/state.h"

/* Opens the one that the configuration asks for, if any. 0, or -errno and it is logged. */
int control_open(struct supervisor *run);
/* Tells those who wait for a change that none comes, and removes the socket. */
void control_close(struct supervisor *run);
/* A descriptor that is readable when control_serve has something to do. */
int control_fd(const struct control *control);
void control_serve(struct supervisor *run);
/* Leaves clients whose time is over. */
void control_tick(struct supervisor *run);
/* When control_tick is due next, CLOCK_MONOTONIC ns; UINT64_MAX: never. */
uint64_t control_due(const struct supervisor *run);

/* A change is through (change.h): answers whoever asked for it; kind and text as for client_answer(). */
void control_tell_change(struct supervisor *run, const char *kind, const char *text);

#endif
