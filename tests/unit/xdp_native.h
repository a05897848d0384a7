/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The parser of plugins/xdp as a function of this program, for a packet in one or two pieces. */
#ifndef XDP_NATIVE_H
#define XDP_NATIVE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#define barrier_var(var) __asm__ volatile("" : "+r"(var))

/* The kernel's has pointers to the packet in four bytes. */
#define xdp_md xdp_native
struct xdp_native {
	unsigned long data;
	unsigned long data_end; /* of the first piece */
	const uint8_t *packet;  /* of all of it */
	uint32_t size;
};

static inline uint64_t bpf_xdp_get_buff_len(struct xdp_native *ctx)
{
	return ctx->size;
}

static inline long bpf_xdp_load_bytes(struct xdp_native *ctx, uint32_t offset, void *to,
				      uint32_t size)
{
	if (offset > ctx->size || size > ctx->size - offset)
		return -1;
	memcpy(to, ctx->packet + offset, size);
	return 0;
}

#include "packet.bpf.h"

#undef xdp_md

/* What is in the scratch before must make no difference. The first piece is a copy of its own, so that a
 * sanitizer sees where it ends. */
static inline int xdp_native_parse(const uint8_t *packet, uint32_t size, uint32_t first,
				   struct xdp_scratch *s)
{
	uint8_t piece[65536];
	uint8_t *from = piece + sizeof(piece) - first;
	struct xdp_native ctx = {
		.data = (unsigned long)from,
		.data_end = (unsigned long)(from + first),
		.packet = packet,
		.size = size,
	};
	int err;

	memcpy(from, packet, first);
	err = xdp_parse(&ctx, s);
	if (!err)
		xdp_fill(s);
	return err;
}

#endif
