/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table in which the programs look up a source address; both sides include this file.
 *
 * Prefixes cut the space of addresses into ranges, in each of which one prefix, the longest, decides. So
 * the table is a search tree over where ranges begin: how prefixes lie in one another, or how long they are,
 * makes no look-up longer. What costs, with many prefixes, is memory that is in no cache; so a node is
 * one cache line, with keys of 32 bits and eight ways to go, and the root is an array that leaves some
 * four ranges to each of its trees. An address is searched for 32 bits at a time: a range that begins in
 * the middle of such a word's value leads to a tree of the next word.
 *
 * All of it lies in one array of cells: the head, the roots of both families, the nodes. It is built in user
 * space, and never changed: another table takes its place.
 */
#ifndef XDP_DROP_MAPS_H
#define XDP_DROP_MAPS_H

#include <bpfhost/condition.h>
#include <linux/types.h>

#define XDP_DROP_KEYS          7
#define XDP_DROP_ROOTS_A_CELL  16
#define XDP_DROP_ROOT_BITS_MAX 18
#define XDP_DROP_WORDS         4
/* Two million ranges make seven levels at most, for each word. */
#define XDP_DROP_DEPTH_MAX      28
#define XDP_DROP_CONDITIONS_MAX 64

/* Where a search goes on, or what it came to: a kind in the two highest bits, a number in the others. */
enum xdp_drop_kind {
	XDP_DROP_RULE,      /* dropped by this rule; 0: no prefix holds it */
	XDP_DROP_EXCEPTION, /* passes, by this rule */
	XDP_DROP_NODE,      /* go on in this cell */
	XDP_DROP_WORD,      /* go on in this cell, with the next word of the address */
};

#define XDP_DROP_NEXT(kind, number) ((__u32)(kind) << 30 | (number))
#define XDP_DROP_KIND(next)         ((next) >> 30)
#define XDP_DROP_NUMBER(next)       ((next)&0x3fffffff)

/* Of one family: a word that is less than base belongs to the first root, beyond the last to that. */
struct xdp_drop_roots {
	__u32 cell;
	__u32 base;
	__u32 shift; /* root (word - base) >> shift */
	__u32 last;
};

/* The first cell. */
struct xdp_drop_head {
	struct xdp_drop_roots roots[2]; /* of IPv6, of IPv4 */
	__u32 half;                     /* which half of the conditions, and whose counter */
	__u32 conditions;               /* how many of them */
};

struct xdp_drop_node {
	__u32 keys[XDP_DROP_KEYS]; /* ascending; the unused are all ones */
	__u32 next[XDP_DROP_KEYS + 1];
	__u32 unused;
};

struct xdp_drop_cell {
	union {
		struct xdp_drop_head head;
		__u32 roots[XDP_DROP_ROOTS_A_CELL];
		struct xdp_drop_node node;
	};
};

static inline __u32 xdp_drop_root(const struct xdp_drop_roots *roots, __u32 word)
{
	__u32 root = (word - roots->base) >> (roots->shift & 31);

	if (word < roots->base)
		return 0;
	return root < roots->last ? root : roots->last;
}

/* Which way to go: how many keys are not greater. No branches: which are taken could not be foreseen. */
static inline __u32 xdp_drop_way(const struct xdp_drop_node *node, __u32 word)
{
	__u64 greater = 0;

	for (int i = 0; i < XDP_DROP_KEYS; i++) {
		__u64 borrow = (__u64)word - node->keys[i];

		__asm__(""
			: "+r"(borrow)); /* else clang sees a comparison, and makes branches of it */
		greater += borrow >> 63;
	}
	return XDP_DROP_KEYS - (__u32)greater;
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
