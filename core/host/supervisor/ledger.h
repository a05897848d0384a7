/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An instance's counters, which must balance to the event when it has ended:
 *
 *	produced = delivered + filtered + lost
 */
#ifndef SUPERVISOR_LEDGER_H
#define SUPERVISOR_LEDGER_H

#include <stddef.h>
#include <stdint.h>

enum ledger_loss {
	LEDGER_RING,  /* no room in the kernel's buffer, or on the bus for an event of user space */
	LEDGER_CRASH, /* the worker died with records unread */
	LEDGER_SINK,  /* the write failed */
	LEDGER_STOP,  /* unfinished or still queued when the run ended */
	LEDGER_NLOSSES,
};

struct ledger {
	uint64_t produced;
	uint64_t delivered;
	uint64_t filtered;
	uint64_t lost[LEDGER_NLOSSES];
	uint64_t late;      /* delivered behind a younger event */
	uint64_t truncated; /* delivered with a string cut short */
	uint64_t restarts;
};

/* "ring", "crash", "sink", "stop" */
const char *ledger_loss_name(enum ledger_loss loss);
void ledger_add(struct ledger *sum, const struct ledger *more);
uint64_t ledger_lost(const struct ledger *ledger);
/* Produced, but not yet accounted for: on the way; 0 at the end. */
uint64_t ledger_pending(const struct ledger *ledger);
/* The line for people and scripts, without newline; pending is added while it is not 0. */
void ledger_text(const struct ledger *ledger, const char *instance, const char *plugin, char *out,
		 size_t size);

#endif
