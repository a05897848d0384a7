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

struct xdp_flow {
	__u64 packets;
	__u64 bytes;
	__u64 dropped;
	__u64 first_ns;
	__u64 last_ns;
	__u64 tcp_flags; /* clang knows atomic operations on bits of 8 bytes only */
};

/* What all packets did that went into one of the two maps of flows, one a CPU; only ever added to. */
struct xdp_flow_sums {
	__u64 packets;
	__u64 bytes;
	__u64 flows; /* that were new */
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
