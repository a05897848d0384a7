/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef NEWIDENT_EVENT_H
#define NEWIDENT_EVENT_H

#include <bpfhost/event.h>
#include <bpfhost/tags.h>

/* The header says when, on which CPU, and in which process; these fields are the plugin's own. */
struct newident_event {
	struct bpfhost_event header;
	__u64 object BPFHOST_TAG(hex); /* the exception that is thrown */
	char type[64];                 /* its type, as the compiler writes it */
};

#endif
