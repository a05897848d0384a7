/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef MISBEHAVE_EVENT_H
#define MISBEHAVE_EVENT_H

#include <bpfhost/event.h>

struct misbehave_event {
	struct bpfhost_event header;
	__u64 number;
};

#endif
