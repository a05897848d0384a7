/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/ledger.h"

#include <inttypes.h>
#include <stdio.h>

const char *ledger_loss_name(enum ledger_loss loss)
{
	static const char *const names[] = { "ring", "crash", "sink", "stop" };

	return names[loss];
}

void ledger_add(struct ledger *sum, const struct ledger *more)
{
	sum->produced += more->produced;
	sum->delivered += more->delivered;
	sum->filtered += more->filtered;
	for (int i = 0; i < LEDGER_NLOSSES; i++)
		sum->lost[i] += more->lost[i];
	sum->late += more->late;
	sum->truncated += more->truncated;
	sum->restarts += more->restarts;
}

uint64_t ledger_lost(const struct ledger *ledger)
{
	uint64_t sum = 0;

	for (int i = 0; i < LEDGER_NLOSSES; i++)
		sum += ledger->lost[i];
	return sum;
}

uint64_t ledger_pending(const struct ledger *ledger)
{
	uint64_t settled = ledger->delivered + ledger->filtered + ledger_lost(ledger);

	return ledger->produced > settled ? ledger->produced - settled : 0;
}

void ledger_text(const struct ledger *ledger, const char *instance, const char *plugin, char *out,
		 size_t size)
{
	const uint64_t *lost = ledger->lost;
	uint64_t pending = ledger_pending(ledger);
	int n;

	n = snprintf(out, size,
		     "stats instance=%s plugin=%s produced=%" PRIu64 " delivered=%" PRIu64
		     " filtered=%" PRIu64 " lost=%" PRIu64 " lost_ring=%" PRIu64
		     " lost_crash=%" PRIu64 " lost_sink=%" PRIu64 " lost_stop=%" PRIu64
		     " late=%" PRIu64 " truncated=%" PRIu64 " restarts=%" PRIu64,
		     instance, plugin, ledger->produced, ledger->delivered, ledger->filtered,
		     ledger_lost(ledger), lost[LEDGER_RING], lost[LEDGER_CRASH], lost[LEDGER_SINK],
		     lost[LEDGER_STOP], ledger->late, ledger->truncated, ledger->restarts);
	if (pending && n > 0 && (size_t)n < size)
		snprintf(out + n, size - (size_t)n, " pending=%" PRIu64, pending);
}
