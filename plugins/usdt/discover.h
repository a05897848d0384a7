/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Without probes: whatever static probes the running programs have, up to a limit. */
#ifndef USDT_DISCOVER_H
#define USDT_DISCOVER_H

#include "scan.h"
#include "use.h"

struct usdt_discover {
	struct usdt_scan *scan; /* NULL: probes were given */
	uint32_t limit;         /* of sites */
	bool full;              /* it is reached */
	bool late;              /* files that are mapped later are looked for */
	bool paused;            /* not all processes have been looked at yet */
	bool overfull;          /* it was told that there are too many files */
};

/* Adds what is found now, within some seconds. Errors are told. */
int usdt_discover_begin(struct usdt_discover *discover, struct usdt_uses *uses,
			const struct usdt_settings *settings);
/* Adds what was mapped since, as far as a few milliseconds allow: `paused` says that there is more to be
 * looked at. 0 or -errno, also when some were added. */
int usdt_discover_again(struct usdt_discover *discover, struct usdt_uses *uses,
			const struct usdt_settings *settings);
/* Whether more can be found while the programs run. */
bool usdt_discover_goes_on(const struct usdt_discover *discover);
void usdt_discover_end(struct usdt_discover *discover);

#endif
