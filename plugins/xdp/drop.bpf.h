/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which packets are dropped. The set of rules is one table, which one pointer leads to: while user space
 * puts another in its place, a packet meets the old set or the new one.
 */
#ifndef XDP_DROP_BPF_H
#define XDP_DROP_BPF_H

#include <bpfhost/condition.bpf.h>

#include "drop_maps.h"
#include "packet.bpf.h"

const volatile bool xdp_has_drop = false;

/* Sizes, for clang leaves out what an inner map's types are. */
struct xdp_drop_table {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE | BPF_F_INNER_MAP);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct xdp_drop_cell));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct xdp_drop_table);
} xdp_drop_tables SEC(".maps");

/* Two halves: those of the set in use, and those that are being filled. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2 * XDP_DROP_CONDITIONS_MAX);
	__type(key, __u32);
	__type(value, struct xdp_drop_condition);
} xdp_drop_conditions SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct xdp_drop_sums);
} xdp_drop_sums SEC(".maps");

static __always_inline void xdp_drop_by(struct xdp_scratch *s, const struct xdp_drop_head *head,
					__u32 rule)
{
	__u32 half = head->half;
	struct xdp_drop_sums *sums = bpf_map_lookup_elem(&xdp_drop_sums, &half);

	s->packet.action = XDP_VERDICT_DROP;
	s->packet.rule = rule;
	s->packet.present |= XDP_HAS_RULE;
	if (!sums)
		return;
	sums->packets++;
	sums->bytes += s->packet.length;
}

/* Where the search begins: the root that the leading bits choose. */
static __always_inline __u32 xdp_drop_root(void *table, const struct xdp_drop_head *head,
					   __u64 high, __u32 is_ipv4)
{
	__u32 root = (__u32)(high >> (-head->root_bits[is_ipv4] & 63));
	__u32 at = head->root_cell[is_ipv4] + root / XDP_DROP_ROOTS_A_CELL;
	const struct xdp_drop_cell *cell = bpf_map_lookup_elem(table, &at);

	return cell ? cell->roots[root % XDP_DROP_ROOTS_A_CELL] : 0;
}

static __always_inline __u32 xdp_drop_search(void *table, __u32 next, __u64 high, __u64 low)
{
	__u64 key = high;

#pragma clang loop unroll(disable)
	for (int i = 0; i < XDP_DROP_DEPTH_MAX && XDP_DROP_KIND(next) >= XDP_DROP_NODE; i++) {
		__u32 at = XDP_DROP_NUMBER(next), way;
		const struct xdp_drop_cell *cell = bpf_map_lookup_elem(table, &at);

		if (!cell)
			return 0;
		if (XDP_DROP_KIND(next) == XDP_DROP_LOW)
			key = low;
		way = xdp_drop_way(&cell->node, key);
		barrier_var(
			way); /* else it is left out what the compiler knows and the verifier does not */
		if (way > XDP_DROP_KEYS)
			return 0;
		next = cell->node.next[way];
	}
	return next;
}

static __always_inline __u32 xdp_drop_find(void *table, const struct xdp_drop_head *head,
					   const struct xdp_scratch *s)
{
	const __u8 *from = s->tuples[0].saddr;
	__u64 high = (__u64)xdp_be32(from) << 32 | xdp_be32(from + 4);
	__u64 low = (__u64)xdp_be32(from + 8) << 32 | xdp_be32(from + 12);
	__u32 is_ipv4 = !high && low >> 32 == 0xffff;

	if (is_ipv4) {
		high = low << 32;
		low = 0;
	}
	return xdp_drop_search(table, xdp_drop_root(table, head, high, is_ipv4), high, low);
}

struct xdp_drop_run {
	struct xdp_scratch *s;
	const struct xdp_drop_head *head;
};

/* A round of bpf_loop(): the rules with conditions, in their order. */
static long xdp_drop_try(__u32 round, void *data)
{
	struct xdp_drop_run *run = data;
	__u32 at = (run->head->half & 1) * XDP_DROP_CONDITIONS_MAX + round;
	struct xdp_drop_condition *rule = bpf_map_lookup_elem(&xdp_drop_conditions, &at);

	if (!rule || !bpfhost_condition_holds(&rule->condition, &run->s->packet))
		return !rule;
	xdp_drop_by(run->s, run->head, rule->rule);
	return 1;
}

static __always_inline void xdp_drop_conditionally(struct xdp_md *ctx, struct xdp_scratch *s,
						   const struct xdp_drop_head *head)
{
	struct xdp_drop_run run = { .s = s, .head = head };

	xdp_fill(s);
	xdp_name(&s->packet, ctx->ingress_ifindex);
	s->packet.queue = ctx->rx_queue_index;
	bpf_loop(head->conditions, xdp_drop_try, &run, 0);
}

static __always_inline void xdp_drop(struct xdp_md *ctx, struct xdp_scratch *s)
{
	const struct xdp_drop_cell *first;
	__u32 zero = 0, found = 0;
	void *table = bpf_map_lookup_elem(&xdp_drop_tables, &zero);

	first = table ? bpf_map_lookup_elem(table, &zero) : NULL;
	if (!first)
		return;
	/* ARP has addresses, too, but is not of IP. */
	if (s->packet.present & XDP_HAS_IP)
		found = xdp_drop_find(table, &first->head, s);
	if (XDP_DROP_KIND(found) == XDP_DROP_EXCEPTION)
		return;
	if (found)
		xdp_drop_by(s, &first->head, XDP_DROP_NUMBER(found));
	else if (first->head.conditions)
		xdp_drop_conditionally(ctx, s, &first->head);
}

#endif
