/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/said.h"

#define SAID_LINE   128 /* bytes that a line costs beside its text: names, escapes, system calls */
#define SAID_SECOND 1000000000ULL /* ns */

/* What time has given back since the last line. */
static void said_recover(struct said *said, uint64_t now)
{
	uint64_t passed = now - said->since;
	uint64_t back = passed / SAID_SECOND >= SAID_AT_ONCE / SAID_A_SECOND
				? SAID_AT_ONCE
				: passed * SAID_A_SECOND / SAID_SECOND;

	if (!back)
		return;
	said->used = said->used > back ? said->used - back : 0;
	said->since = now;
}

bool said_admit(struct said *said, size_t size, uint64_t now)
{
	said_recover(said, now);
	if (said->used + size + SAID_LINE > SAID_AT_ONCE) {
		said->dropped++;
		return false;
	}
	said->used += size + SAID_LINE;
	return true;
}

uint64_t said_take_dropped(struct said *said)
{
	uint64_t dropped = said->dropped;

	said->dropped = 0;
	return dropped;
}
