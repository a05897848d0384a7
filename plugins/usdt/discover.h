/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Without probes: whatever static probes the running programs have, up to a limit. */
#ifndef USDT_DISCOVER_H
#define USDT_DISCOVER_H

#include "scan.h"
#include "use.h"

struct usdt_discover {
	struct usdt_scan *scan; /* NULL: probes were given */
	uint32_t limit;         /* of sites */
	bool full;              /* it was told that the limit is reached */
	bool late;              /* files that are mapped later are looked for */
};

/* Adds what is found now. Errors are told. */
int usdt_discover_begin(struct usdt_discover *discover, struct usdt_uses *uses,
			const struct usdt_settings *settings);
/* Adds what was mapped since. 0 or -errno. */
int usdt_discover_again(struct usdt_discover *discover, struct usdt_uses *uses,
			const struct usdt_settings *settings);
void usdt_discover_end(struct usdt_discover *discover);

#endif
