/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Packets and bytes by interface, queue, protocol and action. The first combination that falls to one of a few
 * places of a CPU keeps it, and is found there without a search; all others are in the map.
 */
#ifndef XDP_COUNTERS_BPF_H
#define XDP_COUNTERS_BPF_H

#include "packet.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, struct xdp_counter_key);
	__type(value, struct xdp_counter);
} xdp_counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, XDP_COUNTER_PLACES);
	__type(key, __u32);
	__type(value, struct xdp_counter_place);
} xdp_counter_places SEC(".maps");

/* Whoever sends packets with EtherTypes of all kinds must not fill the map. */
static __always_inline __u16 xdp_counted_proto(__u16 proto)
{
	switch (proto) {
	case 0 ... 255:
	case XDP_PROTO_LLC:
	case XDP_PROTO_IPV4:
	case XDP_PROTO_ARP:
	case XDP_PROTO_RARP:
	case XDP_PROTO_VLANS:
	case XDP_PROTO_STP:
	case XDP_PROTO_ISIS:
	case XDP_PROTO_CDP:
	case XDP_PROTO_IPV6:
	case XDP_PROTO_MPLS:
	case XDP_PROTO_PPPOE:
	case XDP_PROTO_EAPOL:
	case XDP_PROTO_LLDP:
	case XDP_PROTO_MACSEC:
	case XDP_PROTO_PTP:
		return proto;
	default:
		return XDP_PROTO_OTHER;
	}
}

/* How many packets found no room in the map. */
__u64 xdp_uncounted SEC(".data.xdp");

static __always_inline void xdp_counter_add(struct xdp_counter *counter,
					    const struct xdp_scratch *s)
{
	counter->packets++;
	counter->bytes += s->packet.length;
}

/* Where it falls to and what it has there; NULL: the place is another's. */
static __always_inline struct xdp_counter *xdp_counter_here(const struct xdp_counter_key *key)
{
	__u32 at = (key->proto ^ key->ifindex * 8 ^ key->queue ^ key->action * 32U) %
		   XDP_COUNTER_PLACES;
	struct xdp_counter_place *place = bpf_map_lookup_elem(&xdp_counter_places, &at);

	if (!place)
		return NULL;
	if (!place->is_taken) {
		place->key = *key;
		barrier();
		place->is_taken = 1;
	}
	return place->key.ifindex == key->ifindex && place->key.queue == key->queue &&
			       place->key.proto == key->proto && place->key.action == key->action
		       ? &place->counter
		       : NULL;
}

/* Of a combination without a place. */
static __attribute__((noinline)) int xdp_count_other(const struct xdp_counter_key *given,
						     const struct xdp_scratch *s)
{
	struct xdp_counter_key key = *given;
	struct xdp_counter *counter = bpf_map_lookup_elem(&xdp_counters, &key);

	if (!counter) {
		struct xdp_counter none = {};

		bpf_map_update_elem(&xdp_counters, &key, &none, BPF_NOEXIST);
		counter = bpf_map_lookup_elem(&xdp_counters, &key);
	}
	if (counter)
		xdp_counter_add(counter, s);
	else
		__sync_fetch_and_add(&xdp_uncounted, 1);
	return 0;
}

static __always_inline void xdp_count(struct xdp_md *ctx, const struct xdp_scratch *s)
{
	struct xdp_counter_key key = {
		.ifindex = ctx->ingress_ifindex,
		.queue = ctx->rx_queue_index,
		.proto = xdp_counted_proto(s->tuples[0].proto),
		.action = (__u16)s->packet.action,
	};
	struct xdp_counter *counter = xdp_counter_here(&key);

	if (counter)
		xdp_counter_add(counter, s);
	else
		xdp_count_other(&key, s);
}

#endif
