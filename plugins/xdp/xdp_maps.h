/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the programs and user space share besides events. */
#ifndef XDP_MAPS_H
#define XDP_MAPS_H

#include "xdp_event.h"

/* So many interfaces can be watched by one instance. */
#define XDP_INTERFACES_MAX 1024

/* Room for the instructions of a pcap filter. */
#define XDP_PCAP_ROOM 4096

/* An interface that is watched, by its index. */
struct xdp_interface {
	char name[XDP_NAME_SIZE];
};

/* Who talks to whom: addresses as in events, zero where a packet has none; ports in host order. */
struct xdp_tuple {
	__u8 saddr[16];
	__u8 daddr[16];
	__u16 sport;
	__u16 dport;
	__u16 proto;
	__u16 vlan;            /* 0: none */
} __attribute__((aligned(8))); /* to be copied in large pieces */

struct xdp_flow_key {
	struct xdp_tuple tuple;
	__u32 ifindex;
	__u32 present; /* enum xdp_has, as far as it concerns the tuple */
};

/*
 * With the key and what the kernel puts in front of it (struct htab_elem), 128 bytes: two lines of the cache,
 * where each of 100,000 flows costs the packet one miss a line.
 */
struct xdp_flow {
	__u64 packets; /* up to 2^48, then the round's stamp, then the TCP flags */
	__u64 bytes;
	__u64 first_ns;
	__u32 lasted; /* until the last packet, in units of 1 << XDP_FLOW_TIME ns: up to 73 minutes, more than a round */
	__u32 dropped; /* packets, no more than fit */
};

#define XDP_FLOW_STAMP      48
#define XDP_FLOW_STAMP_MASK (0xffULL << XDP_FLOW_STAMP)
#define XDP_FLOW_FLAGS      56
#define XDP_FLOW_TIME       10
#define XDP_FLOW_WAITS      64
#define XDP_FLOW_BEGINS     2 /* looks at the round: it changes every 100 ms at most */

/*
 * Of a round, at its place in `packets`; 0 is none: a flow that is being made new. After 128 rounds the same again:
 * no flow may lie there so long (flows_round.h).
 */
static inline __u64 xdp_flow_stamp(__u32 round)
{
	return (__u64)((round & 127) + 1) << XDP_FLOW_STAMP;
}

/* What all packets did that went into one of the two maps of flows, one a CPU; only ever added to. */
struct xdp_flow_sums {
	__u64 packets; /* counted before anything else of a packet is, */
	__u64 done;    /* and behind that: fewer, while a program is in the round */
	__u64 bytes;
	__u64 flows; /* that were new in their round */
	__u64 made;  /* of these, that were not there from an earlier round */
};

struct xdp_counter_key {
	__u32 ifindex;
	__u32 queue;
	__u16 proto;
	__u16 action;
};

struct xdp_counter {
	__u64 packets;
	__u64 bytes;
};

/*
 * A combination that has this place to itself, on one CPU. What is read first was written last: where
 * is_taken is seen, so is the key.
 */
struct xdp_counter_place {
	__u64 is_taken;
	struct xdp_counter_key key;
	__u32 reserved;
	struct xdp_counter counter;
};

#define XDP_COUNTER_PLACES 64

/* How many lines about packets with errors a CPU wrote, see odd.bpf.h. */
struct xdp_odd {
	__u64 since_ns;
	__u64 lines;    /* since then */
	__u64 left_out; /* since the last line */
};

#endif
