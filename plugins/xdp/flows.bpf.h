/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Flows are kept in one of two maps; user space makes the programs use the other one each interval, and reads it
 * some milliseconds later, once none uses it any more. So no number changes while it is read, and none is
 * lost. (A program that is held up for longer than user space waits, as by a virtual machine that stands still,
 * has its packet told as missed; the sum is right.) What an LRU map threw out is the difference between what all
 * packets of the round are, counted beside, and what was found.
 *
 * User space writes nothing to a map that has room: what another CPU has written costs the next packet of
 * each flow a miss of the cache, and a flow that is made costs several lookups (with 100,000 flows 11 % of a
 * packet's time, measured beside a version that emptied the map each round). A flow of an earlier round
 * bears that round's stamp, is told no more, and its next packet makes it new where it lies.
 */
#ifndef XDP_FLOWS_BPF_H
#define XDP_FLOWS_BPF_H

#include "packet.bpf.h"

#define XDP_FLOWS(name)                                                                            \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_LRU_HASH);                                               \
		__uint(max_entries, 16384);                                                        \
		__type(key, struct xdp_flow_key);                                                  \
		__type(value, struct xdp_flow);                                                    \
	} name SEC(".maps")

XDP_FLOWS(xdp_flows_0);
XDP_FLOWS(xdp_flows_1);

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct xdp_flow_sums);
} xdp_flow_sums SEC(".maps");

/* The programs use the map with its lowest bit. */
__u32 xdp_flow_round SEC(".data.xdp");

/* What is the same for all that a packet does with its flow. */
struct xdp_flow_packet {
	const struct xdp_scratch *s;
	struct xdp_flow_sums *sums;
	__u64 now;
	__u64 flags; /* of TCP, at their place */
	__u64 stamp; /* of the round, at its place */
};

static __always_inline void xdp_flow_add(struct xdp_flow *flow, const struct xdp_flow_packet *p)
{
	/* A flow may come in on several CPUs. */
	__sync_fetch_and_add(&flow->packets, 1);
	__sync_fetch_and_add(&flow->bytes, p->s->packet.length);
	if (p->s->packet.action == XDP_VERDICT_DROP && flow->dropped != ~0U)
		__sync_fetch_and_add(&flow->dropped, 1);
	if (p->flags & ~flow->packets)
		__sync_fetch_and_or(&flow->packets, p->flags);
	/* Another CPU may have begun the flow after this packet looked at the clock. */
	if (p->now > flow->first_ns)
		flow->lasted = (__u32)((p->now - flow->first_ns) >> XDP_FLOW_TIME);
}

/* Everything of a flow with its first packet in it, but for `packets`. */
static __always_inline void xdp_flow_first(struct xdp_flow *flow, const struct xdp_flow_packet *p)
{
	flow->bytes = p->s->packet.length;
	flow->first_ns = p->now;
	flow->lasted = 0;
	flow->dropped = p->s->packet.action == XDP_VERDICT_DROP;
}

/* 0, or -errno: another CPU was first, or there is no room. */
static __always_inline long xdp_flow_make(void *map, const struct xdp_flow_key *key,
					  const struct xdp_flow_packet *p)
{
	struct xdp_flow flow = { .packets = p->flags | p->stamp | 1 };

	xdp_flow_first(&flow, p);
	return bpf_map_update_elem(map, key, &flow, BPF_NOEXIST);
}

static __always_inline bool xdp_flow_is_of(const struct xdp_flow *flow, __u64 stamp)
{
	return (*(const volatile __u64 *)&flow->packets & XDP_FLOW_STAMP_MASK) == stamp;
}

/* Another CPU is making it new, which takes a few stores. Where it is kept from that, the packet is missed. */
static __always_inline void xdp_flow_wait(struct xdp_flow *flow, const struct xdp_flow_packet *p)
{
	for (int i = 0; i < XDP_FLOW_WAITS; i++) {
		if (xdp_flow_is_of(flow, p->stamp)) {
			xdp_flow_add(flow, p);
			return;
		}
	}
}

/* A flow of an earlier round. No stamp keeps the other CPUs away meanwhile. */
static __always_inline void xdp_flow_renew(struct xdp_flow *flow, const struct xdp_flow_packet *p)
{
	__u64 before = *(volatile __u64 *)&flow->packets, stamp = before & XDP_FLOW_STAMP_MASK;

	if (!stamp || stamp == p->stamp ||
	    __sync_val_compare_and_swap(&flow->packets, before, 0) != before) {
		xdp_flow_wait(flow, p);
		return;
	}
	xdp_flow_first(flow, p);
	__sync_lock_test_and_set(&flow->packets, p->flags | p->stamp | 1);
	p->sums->flows++;
}

static __always_inline void xdp_flow_in(void *map, const struct xdp_flow_key *key,
					const struct xdp_flow_packet *p)
{
	struct xdp_flow *flow = bpf_map_lookup_elem(map, key);

	if (!flow) {
		if (!xdp_flow_make(map, key, p)) {
			p->sums->flows++;
			p->sums->made++;
			return;
		}
		flow = bpf_map_lookup_elem(map, key);
		if (!flow)
			return;
	}
	if (xdp_flow_is_of(flow, p->stamp))
		xdp_flow_add(flow, p);
	else
		xdp_flow_renew(flow, p);
}

/*
 * The sums of this round, with the packet begun in them. One that was held up between looking at the round and
 * that is in none that user space would wait for, so the round must be the same behind it.
 */
static __always_inline struct xdp_flow_sums *xdp_flow_begin(__u32 *ret_round)
{
	const volatile __u32 *current = &xdp_flow_round;
	struct xdp_flow_sums *sums = NULL;

	for (int i = 0; i < XDP_FLOW_BEGINS; i++) {
		__u32 round = *current, map = round & 1;

		sums = bpf_map_lookup_elem(&xdp_flow_sums, &map);
		if (!sums)
			return NULL;
		*ret_round = round;
		sums->packets++;
		barrier();
		if (*current == round || i == XDP_FLOW_BEGINS - 1)
			break;
		sums->packets--;
	}
	return sums;
}

static __always_inline void xdp_flow(struct xdp_md *ctx, const struct xdp_scratch *s)
{
	const __u32 wanted = XDP_HAS_VLAN | XDP_HAS_ADDRESSES | XDP_HAS_PORTS | XDP_HAS_TCP;
	struct xdp_flow_key key;
	__u32 round = 0;
	/* Before all else, and not among what initializes packet: that has no order. */
	struct xdp_flow_sums *sums = xdp_flow_begin(&round);
	struct xdp_flow_packet packet = {
		.s = s,
		.sums = sums,
		.now = bpf_ktime_get_ns(),
		.flags = s->packet.present & XDP_HAS_TCP
				 ? (__u64)s->packet.tcp_flags << XDP_FLOW_FLAGS
				 : 0,
		.stamp = xdp_flow_stamp(round),
	};

	if (!sums)
		return;
	sums->bytes += s->packet.length;
	key.tuple = s->tuples[0];
	key.ifindex = ctx->ingress_ifindex;
	key.present = s->packet.present & wanted;
	if (round & 1)
		xdp_flow_in(&xdp_flows_1, &key, &packet);
	else
		xdp_flow_in(&xdp_flows_0, &key, &packet);
	barrier();
	sums->done++;
}

#endif
