/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef NEWIDENT_EVENT_H
#define NEWIDENT_EVENT_H

#include <bpfhost/event.h>
#include <bpfhost/tags.h>

/* The header says when and on which CPU; these fields are the plugin's own. */
struct newident_event {
	struct bpfhost_event header;
	__u32 length;                /* of the packet, in bytes */
	__u16 type BPFHOST_TAG(hex); /* what it carries: 0x0800 is IPv4, 0x86dd IPv6 */
	__u8 source[6] BPFHOST_TAG(mac);
	__u8 destination[6] BPFHOST_TAG(mac);
};

#endif
