/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of the stream share; the others use stream.h. */
#ifndef SUPERVISOR_STREAM_PRIVATE_H
#define SUPERVISOR_STREAM_PRIVATE_H

#include "supervisor/state.h"

/* What merge items without bytes mean; the low bits hold the CPU. */
enum {
	STREAM_MARK_CPU = 0x0fff,
	STREAM_MARK_RING = 0x1000,
	STREAM_MARK_CRASH = 0x2000,
	STREAM_MARK_STOP = 0x3000,
	STREAM_MARK_USER = 0x4000,
	STREAM_MARK_RESTART = 0x5000,
};

/* Frames taken from one instance before the others have their turn. */
#define STREAM_BATCH 2048

/*
 * Takes what an instance has put on its bus, up to a batch, and tells the merge how far it is (intake.c).
 * Whether it took half a batch: then there is more soon.
 */
bool stream_pull(struct instance *instance);
/* Ends a worker that broke the format of the bus; what: a few words on how. */
void stream_breach(struct instance *instance, const char *what);

/* Writes what may go by now, as far as the sink takes it (outlet.c). */
void stream_write(struct supervisor *run);
/* Hands what is written to the kernel; notices when the sink is blocked or has failed. */
void stream_flush(struct supervisor *run);
/* Who is told how many lines were written whole. */
void stream_on_delivered(void *ctx, uint32_t owner, uint64_t count);

#endif
