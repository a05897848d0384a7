/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* IPv4, IPv6 with its extensions, and ARP. 1 is returned where the header of a transport follows. */
#ifndef XDP_PACKET_IP_BPF_H
#define XDP_PACKET_IP_BPF_H

#include "packet_scratch.bpf.h"

#define XDP_EXTENSIONS_MAX 8
#define XDP_IPV4_DF        0x4000
#define XDP_IPV4_MF        0x2000
#define XDP_IPV4_OFFSET    0x1fff /* in eight bytes */

static __always_inline void xdp_tos(struct xdp_scratch *s, __u8 tos, __u8 ttl)
{
	s->packet.dscp = tos >> 2;
	s->packet.ecn = tos & 3;
	s->packet.ttl = ttl;
	xdp_has(s, XDP_HAS_IP);
}

static __always_inline void xdp_fragment(struct xdp_scratch *s, __u32 level, __u32 id, __u16 offset,
					 bool more)
{
	if (level)
		return;
	s->packet.ip_id = id;
	s->packet.fragment_offset = offset;
	s->packet.more_fragments = more;
	xdp_has(s, XDP_HAS_FRAGMENT | XDP_HAS_IP_ID);
}

/* What is told of an extension header, or of IPv4's options. */
static __always_inline void xdp_extended(struct xdp_scratch *s, __u32 level, __u8 what)
{
	if (level)
		return;
	if (!(s->packet.present & XDP_HAS_EXTENSIONS))
		s->packet.extensions = 0;
	s->packet.extensions |= what;
	xdp_has(s, XDP_HAS_EXTENSIONS);
}

/* The kinds that RFC 8200 and 4302 give one shape; what cannot be walked over is a protocol to us. */
static __always_inline __u8 xdp_extension(__u8 kind)
{
	if (kind == XDP_PROTO_HOPOPT)
		return XDP_EXTENSION_HOP_BY_HOP;
	if (kind == XDP_PROTO_ROUTING)
		return XDP_EXTENSION_ROUTING;
	if (kind == XDP_PROTO_FRAGMENT)
		return XDP_EXTENSION_FRAGMENT;
	if (kind == XDP_PROTO_AH)
		return XDP_EXTENSION_AH;
	return kind == XDP_PROTO_DSTOPTS ? XDP_EXTENSION_DESTINATION : 0;
}

/* Steps over one and gives the next one's number; -1 where the walk ends before a transport. */
static __always_inline int xdp_step(struct xdp_scratch *s, __u32 level, __u8 kind)
{
	const __u8 *at = xdp_take(s, 8, XDP_ERROR_TRUNCATED_EXTENSION);
	__u8 next, what = xdp_extension(kind);
	__u16 offset;

	if (!at)
		return -1;
	next = at[0];
	xdp_extended(s, level, what);
	s->tuples[level & 1].proto = next;
	if (what == XDP_EXTENSION_FRAGMENT) {
		offset = xdp_be16(at + 2) & 0xfff8;
		xdp_fragment(s, level, xdp_be32(at + 4), offset, at[3] & 1);
		s->is_piece |= offset | (at[3] & 1);
		return offset ? -1 : next;
	}
	/* AH counts in four bytes, the others in eight; of both, eight bytes are not counted. */
	if (!xdp_skip(s, at[1] * (what == XDP_EXTENSION_AH ? 4 : 8), XDP_ERROR_TRUNCATED_EXTENSION))
		return -1;
	return next;
}

static __attribute__((noinline)) int xdp_extensions(struct xdp_scratch *s, __u32 level, __u32 first)
{
	int next = (__u8)first;

	for (int i = 0; i < XDP_EXTENSIONS_MAX && xdp_extension((__u8)next); i++) {
		if (i && next == XDP_PROTO_HOPOPT)
			xdp_wrong(s, XDP_ERROR_BAD_EXTENSION_ORDER);
		next = xdp_step(s, level, (__u8)next);
		if (next < 0)
			return 0;
	}
	if (xdp_extension((__u8)next)) {
		xdp_wrong(s, XDP_ERROR_TOO_MANY_EXTENSIONS);
		return 0;
	}
	return 1;
}

static __always_inline void xdp_ipv4_told(struct xdp_scratch *s, const __u8 *at, __u16 fragment)
{
	xdp_tos(s, at[1], at[8]);
	s->packet.ip_id = xdp_be16(at + 4);
	s->packet.dont_fragment = !!(fragment & XDP_IPV4_DF);
	xdp_has(s, XDP_HAS_IPV4 | XDP_HAS_IP_ID);
	if (fragment & (XDP_IPV4_MF | XDP_IPV4_OFFSET))
		xdp_fragment(s, 0, s->packet.ip_id, (fragment & XDP_IPV4_OFFSET) * 8,
			     !!(fragment & XDP_IPV4_MF));
}

/* Its length is 0 where the card or the kernel has put several packets together. */
static __always_inline bool xdp_ipv4_lengths(struct xdp_scratch *s, __u32 level, __u32 header,
					     __u32 length)
{
	__u32 start = s->offset - 20;

	if (header < 20) {
		xdp_wrong(s, XDP_ERROR_BAD_IPV4_HEADER_LENGTH);
		return false;
	}
	if (length && length < header) {
		xdp_wrong(s, XDP_ERROR_BAD_IPV4_LENGTH);
		return false;
	}
	if (length)
		xdp_end(s, start, length, XDP_ERROR_BAD_IPV4_LENGTH);
	if (header == 20)
		return true;
	xdp_extended(s, level, XDP_EXTENSION_OPTIONS);
	return xdp_skip(s, header - 20, XDP_ERROR_TRUNCATED_IPV4);
}

static __always_inline int xdp_ipv4(struct xdp_scratch *s, __u32 level)
{
	struct xdp_tuple *tuple = &s->tuples[level & 1];
	const __u8 *at = xdp_take(s, 20, XDP_ERROR_TRUNCATED_IPV4);
	__u16 fragment;

	if (!at)
		return 0;
	if (at[0] >> 4 != 4) {
		xdp_wrong(s, XDP_ERROR_BAD_IPV4_VERSION);
		return 0;
	}
	tuple->proto = at[9];
	xdp_map_ipv4(tuple->saddr, at + 12);
	xdp_map_ipv4(tuple->daddr, at + 16);
	xdp_has(s, level ? XDP_HAS_INNER_ADDRESSES : XDP_HAS_ADDRESSES);
	fragment = xdp_be16(at + 6);
	if (!level)
		xdp_ipv4_told(s, at, fragment);
	if (!xdp_ipv4_lengths(s, level, (at[0] & 15) * 4, xdp_be16(at + 2)))
		return 0;
	s->is_piece |= fragment & (XDP_IPV4_MF | XDP_IPV4_OFFSET);
	if (fragment & XDP_IPV4_OFFSET)
		return 0;
	return at[9] == XDP_PROTO_AH ? xdp_extensions(s, level, XDP_PROTO_AH) : 1;
}

static __always_inline int xdp_ipv6(struct xdp_scratch *s, __u32 level)
{
	struct xdp_tuple *tuple = &s->tuples[level & 1];
	const __u8 *at = xdp_take(s, 40, XDP_ERROR_TRUNCATED_IPV6);
	__u16 length;

	if (!at)
		return 0;
	if (at[0] >> 4 != 6) {
		xdp_wrong(s, XDP_ERROR_BAD_IPV6_VERSION);
		return 0;
	}
	tuple->proto = at[6];
	xdp_copy16(tuple->saddr, at + 8);
	xdp_copy16(tuple->daddr, at + 24);
	xdp_has(s, level ? XDP_HAS_INNER_ADDRESSES : XDP_HAS_ADDRESSES);
	if (!level)
		xdp_tos(s, (__u8)(at[0] << 4 | at[1] >> 4), at[7]);
	/* 0 stands for a jumbogram, RFC 2675, or for several packets put together. */
	length = xdp_be16(at + 4);
	if (length)
		xdp_end(s, s->offset, length, XDP_ERROR_BAD_IPV6_LENGTH);
	return xdp_extension(at[6]) ? xdp_extensions(s, level, at[6]) : 1;
}

/* The addresses are IP's, of who asks and of whom is asked for; other protocols' are not told. */
static __always_inline int xdp_arp(struct xdp_scratch *s, __u32 level)
{
	struct xdp_tuple *tuple = &s->tuples[level & 1];
	const __u8 *at = xdp_take(s, 8, XDP_ERROR_TRUNCATED_ARP);

	if (!at)
		return 0;
	if (!level) {
		s->packet.arp_op = xdp_be16(at + 6);
		xdp_has(s, XDP_HAS_ARP);
	}
	if (xdp_be16(at + 2) != XDP_PROTO_IPV4)
		return 0;
	if (at[4] != 6 || at[5] != 4) {
		xdp_wrong(s, XDP_ERROR_BAD_ARP);
		return 0;
	}
	at = xdp_take(s, 20, XDP_ERROR_TRUNCATED_ARP);
	if (!at)
		return 0;
	xdp_map_ipv4(tuple->saddr, at + 6);
	xdp_map_ipv4(tuple->daddr, at + 16);
	xdp_has(s, level ? XDP_HAS_INNER_ADDRESSES : XDP_HAS_ADDRESSES);
	return 0;
}

#endif
