/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FROZEN_EVENT_H
#define FROZEN_EVENT_H

#include <bpfhost/event.h>
#include <bpfhost/tags.h>

enum frozen_has { FROZEN_HAS_NUMBER = 1, FROZEN_HAS_NAME = 2 };
enum frozen_flag { FROZEN_ONE = 1, FROZEN_TWO = 2 };

/* Made by the program: one of each kind of field. */
struct frozen_event {
	struct bpfhost_event header;
	__u64 number;
	__u64 took BPFHOST_TAG(ns);
	enum frozen_has present BPFHOST_TAG(present);
	__s32 ret BPFHOST_TAG(errno);
	__u32 mask BPFHOST_TAG(hex);
	enum frozen_flag flags BPFHOST_TAG(flags);
	__u32 address BPFHOST_TAG(ipv4);
	__u16 port BPFHOST_TAG(port_be);
	__u8 mac[6] BPFHOST_TAG(mac);
	__u32 here BPFHOST_TAG(optional : FROZEN_HAS_NUMBER);
	__u32 not_here BPFHOST_TAG(optional : FROZEN_HAS_NAME);
	char text[16];
	__u8 bytes[4] BPFHOST_TAG(bytes);
};

/* Made in user space. */
struct frozen_sum_event {
	struct bpfhost_event header;
	__u64 seen BPFHOST_TAG(counter);
	__u64 woken BPFHOST_TAG(gauge);
};

#endif
