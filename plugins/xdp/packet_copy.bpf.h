/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The copy of a packet's first bytes. */
#ifndef XDP_PACKET_COPY_BPF_H
#define XDP_PACKET_COPY_BPF_H

#include "packet_scratch.bpf.h"

#define XDP_HEAD_FIRST 128 /* at first: enough for most */

/* `size`, a multiple of eight, from the packet's own memory; false where the first piece is shorter. */
static __always_inline bool xdp_copy(struct xdp_md *ctx, __u8 *to, __u32 offset, const __u32 size)
{
	const __u8 *from = (const __u8 *)(unsigned long)ctx->data + offset;

	if (from + size > (const __u8 *)(unsigned long)ctx->data_end)
		return false;
	xdp_copy8(to, from);
	for (__u32 i = 14; i < size - 8; i += 8)
		xdp_copy8(to + i, from + i);
	xdp_copy8(to + 6, from + 6);
	xdp_copy8(to + size - 8, from + size - 8);
	return true;
}

/*
 * bpf_xdp_load_bytes() takes 30 ns and more, a third of all that is done for a packet, and copying from
 * the packet's memory next to nothing. That needs sizes which are known beforehand: two of them cover what
 * lies between one of them and its double, the second reaching to the end and over the first. 0 or -1.
 */
static __always_inline int xdp_copy_short(struct xdp_md *ctx, struct xdp_scratch *s, __u32 length,
					  const __u32 size)
{
	__u32 rest = length - size;

	barrier_var(rest); /* else the compiler proves what the verifier then does not see */
	if (rest > size)
		return -1;
	return xdp_copy(ctx, s->head + rest, rest, size) && xdp_copy(ctx, s->head, 0, size) ? 0
											    : -1;
}

/* The first bytes, up to XDP_HEAD_FIRST; how many. */
static __always_inline __u32 xdp_load_first(struct xdp_md *ctx, struct xdp_scratch *s, __u32 length)
{
	if (xdp_copy(ctx, s->head, 0, XDP_HEAD_FIRST))
		return XDP_HEAD_FIRST;
	if (!xdp_copy_short(ctx, s, length, XDP_HEAD_FIRST / 2) ||
	    !xdp_copy_short(ctx, s, length, XDP_HEAD_FIRST / 4))
		return length;
	return 0;
}

/* All that is ever looked at, out of however many pieces. */
static __attribute__((noinline)) int xdp_load_all(struct xdp_md *ctx, struct xdp_scratch *s)
{
	__u32 last = s->packet.length - 1;

	if (s->packet.length > XDP_HEAD)
		last = XDP_HEAD - 1;
	barrier_var(last);
	/* The verifier of Linux 6.1 does not learn from != 0 that a size is at least 1. */
	if (last >= XDP_HEAD || bpf_xdp_load_bytes(ctx, 0, s->head, last + 1))
		return 0;
	return (int)last + 1;
}

#endif
