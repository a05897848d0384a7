/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A packet on its way from the programs into a capture file. */
#ifndef XDP_CAPTURE_RECORD_H
#define XDP_CAPTURE_RECORD_H

#include <bpfhost/event.h>

/* Its type; such a record never reaches the bus, so there is no schema. */
#define XDP_CAPTURE_TYPE (BPFHOST_TYPE_RUNTIME + 0x786470)

/* So many bytes of a packet can be kept: bpf_xdp_load_bytes() reads no more at once. */
#define XDP_CAPTURE_MAX 65535

struct xdp_capture_record {
	struct bpfhost_event header;
	__u32 ifindex;
	__u32 queue;
	__u32 length; /* of the packet */
	__u32 kept;   /* bytes of it in data; what the record has behind them means nothing */
	__u64 lost;   /* packets of this interface and CPU for which there was no room until now */
	__u32 action; /* enum xdp_verdict */
	__u32 reserved;
	__u8 data[];
};

/* Of one interface and CPU, since the start. */
struct xdp_capture_sums {
	__u64 seen;
	__u64 matched; /* and so were to be captured */
	__u64 lost;    /* of these, no room in the ring */
};

#endif
