/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Flows are kept in one of two maps; user space makes the programs use the other one each second, waits
 * until none can be using the first any more, and empties it. So no number changes while it is read, and
 * none is lost between reading and deleting. What an LRU map threw out is the difference between what all
 * packets of the round are, counted beside, and what was found.
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

/* Which map the programs use now. */
__u32 xdp_flow_round SEC(".data.xdp");

static __always_inline __u64 xdp_flow_flags(const struct xdp_scratch *s)
{
	return s->packet.present & XDP_HAS_TCP ? (__u64)s->packet.tcp_flags << XDP_FLOW_FLAGS : 0;
}

static __always_inline void xdp_flow_add(struct xdp_flow *flow, const struct xdp_scratch *s,
					 __u64 now)
{
	__u64 flags = xdp_flow_flags(s);

	/* A flow may come in on several CPUs. */
	__sync_fetch_and_add(&flow->packets, 1);
	__sync_fetch_and_add(&flow->bytes, s->packet.length);
	if (s->packet.action == XDP_VERDICT_DROP && flow->dropped != ~0U)
		__sync_fetch_and_add(&flow->dropped, 1);
	if (flags & ~flow->packets)
		__sync_fetch_and_or(&flow->packets, flags);
	flow->lasted = (__u32)((now - flow->first_ns) >> XDP_FLOW_TIME);
}

/* With its first packet in it. 0, or -errno: another CPU was first, or there is no room. */
static __always_inline long xdp_flow_make(void *map, const struct xdp_flow_key *key,
					  const struct xdp_scratch *s, __u64 now)
{
	struct xdp_flow flow = {
		.packets = xdp_flow_flags(s) | 1,
		.bytes = s->packet.length,
		.first_ns = now,
		.dropped = s->packet.action == XDP_VERDICT_DROP,
	};

	return bpf_map_update_elem(map, key, &flow, BPF_NOEXIST);
}

static __always_inline void xdp_flow_in(void *map, const struct xdp_flow_key *key,
					struct xdp_flow_sums *sums, const struct xdp_scratch *s)
{
	struct xdp_flow *flow = bpf_map_lookup_elem(map, key);
	__u64 now = bpf_ktime_get_ns();

	if (!flow) {
		if (!xdp_flow_make(map, key, s, now)) {
			sums->flows++;
			return;
		}
		flow = bpf_map_lookup_elem(map, key);
	}
	if (flow)
		xdp_flow_add(flow, s, now);
}

static __always_inline void xdp_flow(struct xdp_md *ctx, const struct xdp_scratch *s)
{
	const __u32 wanted = XDP_HAS_VLAN | XDP_HAS_ADDRESSES | XDP_HAS_PORTS | XDP_HAS_TCP;
	struct xdp_flow_key key;
	struct xdp_flow_sums *sums;
	__u32 round = *(volatile __u32 *)&xdp_flow_round & 1;

	sums = bpf_map_lookup_elem(&xdp_flow_sums, &round);
	if (!sums)
		return;
	sums->packets++;
	sums->bytes += s->packet.length;
	key.tuple = s->tuples[0];
	key.ifindex = ctx->ingress_ifindex;
	key.present = s->packet.present & wanted;
	if (round)
		xdp_flow_in(&xdp_flows_1, &key, sums, s);
	else
		xdp_flow_in(&xdp_flows_0, &key, sums, s);
}

#endif
