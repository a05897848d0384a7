/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How much of what a worker says goes into the log. The log is somebody's disk: one that talks without end
 * may not fill it, nor hide there what others say.
 */
#ifndef SUPERVISOR_SAID_H
#define SUPERVISOR_SAID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes: at once, the log of a verifier is megabytes; and for each second. */
#define SAID_AT_ONCE  (4U << 20)
#define SAID_A_SECOND (256U << 10)

struct said {
	uint64_t used;    /* of SAID_AT_ONCE */
	uint64_t since;   /* CLOCK_MONOTONIC ns, of that */
	uint64_t dropped; /* lines, of which nobody was told yet */
};

/* Whether one more line of this size may go; one that may not is counted. now: CLOCK_MONOTONIC ns */
bool said_admit(struct said *said, size_t size, uint64_t now);
/* How many were dropped since the last such question. */
uint64_t said_take_dropped(struct said *said);

#endif
