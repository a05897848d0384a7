/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table in which the programs look up a source address; both sides include this file.
 *
 * Prefixes cut the space of addresses into ranges, in each of which one prefix, the longest, decides. So
 * the table is a search tree over where ranges begin: how prefixes lie in one another, or how long they are,
 * makes no look-up longer. The leading bits of the address choose a tree, out of as many as leave some
 * eight ranges to each; a node of it has two cache lines, and eleven ways to go. Of an address of IPv6
 * the first half is searched for; only where a range begins inside of such a half, a tree of the second
 * half follows. What costs, with many prefixes, is the number of places in memory that are in no cache:
 * nodes of one line with keys of 32 bits make more of them, and were slower by a quarter.
 *
 * All of it lies in one array of cells: the head, the roots of both families, the nodes. It is built in user
 * space, and never changed: another table takes its place.
 */
#ifndef XDP_DROP_MAPS_H
#define XDP_DROP_MAPS_H

#include <bpfhost/condition.h>
#include <linux/types.h>

#define XDP_DROP_KEYS           10
#define XDP_DROP_ROOTS_A_CELL   32
#define XDP_DROP_ROOT_BITS_MAX  18
#define XDP_DROP_DEPTH_MAX      18 /* two trees of a million prefixes each have seven levels */
#define XDP_DROP_CONDITIONS_MAX 64

/* Where a search goes on, or what it came to: a kind in the two highest bits, a number in the others. */
enum xdp_drop_kind {
	XDP_DROP_RULE,      /* dropped by this rule; 0: no prefix holds it */
	XDP_DROP_EXCEPTION, /* passes, by this rule */
	XDP_DROP_NODE,      /* go on in this cell */
	XDP_DROP_LOW,       /* go on in this cell, with the second half of the address */
};

#define XDP_DROP_NEXT(kind, number) ((__u32)(kind) << 30 | (number))
#define XDP_DROP_KIND(next)         ((next) >> 30)
#define XDP_DROP_NUMBER(next)       ((next)&0x3fffffff)

/* The first cell. */
struct xdp_drop_head {
	__u32 root_cell[2]; /* of IPv6, of IPv4 */
	__u32 root_bits[2]; /* so many leading bits are the root's number; at least 1 */
	__u32 half;         /* which half of the conditions, and whose counter */
	__u32 conditions;   /* how many of them */
};

struct xdp_drop_node {
	__u64 keys[XDP_DROP_KEYS]; /* ascending; the unused are all ones */
	__u32 next[12];            /* by how many keys are not greater; one is not used */
};

struct xdp_drop_cell {
	union {
		struct xdp_drop_head head;
		__u32 roots[XDP_DROP_ROOTS_A_CELL];
		struct xdp_drop_node node;
	};
};

/* Which way to go. No branches: which are taken could not be foreseen. */
static inline __u32 xdp_drop_way(const struct xdp_drop_node *node, __u64 key)
{
	__u64 less = 0;

	/* The highest bit is what a subtraction borrows. */
	for (int i = 0; i < XDP_DROP_KEYS; i++) {
		__u64 other = node->keys[i];

		less += ((~key & other) | ((~key | other) & (key - other))) >> 63;
	}
	return XDP_DROP_KEYS - (__u32)less;
}

/* A rule that is an expression. */
struct xdp_drop_condition {
	struct bpfhost_condition condition;
	__u32 rule;
	__u32 padding;
};

/* What a set of rules dropped, one a CPU and half. */
struct xdp_drop_sums {
	__u64 packets;
	__u64 bytes;
};

#endif
