/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HELLO_EVENT_H
#define HELLO_EVENT_H

#include <bpfhost/event.h>

struct hello_event {
	struct bpfhost_event header;
	char greeting[16];
};

#endif
