/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef NEWIDENT_EVENT_H
#define NEWIDENT_EVENT_H

#include <bpfhost/event.h>
#include <bpfhost/tags.h>

/* The header says when, on which CPU, and in which process; these fields are the plugin's own. */
struct newident_event {
	struct bpfhost_event header;
	char path[128]; /* of the program that starts */
};

#endif
