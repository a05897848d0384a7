/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The records of the programs made by hand: those of bpfhost for the same probes. */
#ifndef MINIMAL_H
#define MINIMAL_H

#include <bpfhost/event.h>

#define MINIMAL_RING_SIZE (16 << 20) /* the default of bpfhost */
#define MINIMAL_TEXT_SIZE 256        /* also */

/* A function with its argument; of a call also what it returned and how long it took. */
struct minimal_value {
	struct bpfhost_event header;
	__s64 value;
};

struct minimal_call {
	struct bpfhost_event header;
	__s64 value;
	__s64 ret;
	__u64 latency_ns;
};

struct minimal_text {
	struct bpfhost_event header;
	__s64 number;
	__u64 address;
	char text[MINIMAL_TEXT_SIZE];
};

#endif
