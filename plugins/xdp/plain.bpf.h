/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Nearly all packets are plain: UDP or TCP, right behind one IP header without options, not in pieces, with
 * lengths that agree. Where nobody asks for more than whose they are, these are read where they lie, by a few
 * instructions. What they save is not so much their own time as the memory of the code that would be run
 * else, which the packet's way through the kernel has thrown out of the processor's caches meanwhile.
 *
 * Whatever is not so in the least way is left to packet.bpf.h, so only that has to know what to make of it;
 * a plain packet has no error. The tests hold the one against the other.
 */
#ifndef XDP_PLAIN_BPF_H
#define XDP_PLAIN_BPF_H

#include "packet.bpf.h"

#define XDP_PLAIN_UDP     8
#define XDP_PLAIN_TCP     20
#define XDP_PLAIN_IPV4    0x45 /* version and length */
#define XDP_PLAIN_IPV6    6
#define XDP_PLAIN_NETWORK 14 /* where IP begins */

/* A header and all behind it, `length` bytes: nothing in it but data. */
static __always_inline bool xdp_plain_udp(const __u8 *at, __u32 length)
{
	__u16 port = xdp_be16(at + 2), told = xdp_be16(at + 4);

	return told >= XDP_PLAIN_UDP && told <= length && port != XDP_PORT_VXLAN &&
	       port != XDP_PORT_VXLAN_OLD;
}

static __always_inline bool xdp_plain_tcp(struct xdp_scratch *s, const __u8 *at, __u32 length)
{
	__u32 header = (at[12] >> 4) * 4;

	s->packet.tcp_flags = at[13];
	return header >= XDP_PLAIN_TCP && header <= length;
}

/* at: the transport's header, of a packet that ends `length` bytes behind its begin. */
static __always_inline bool xdp_plain_transport(struct xdp_scratch *s, const __u8 *at,
						const __u8 *end, __u8 proto, __u32 length)
{
	__u32 has = XDP_HAS_ADDRESSES | XDP_HAS_PORTS;
	struct xdp_tuple *tuple = &s->tuples[0];

	if (proto == XDP_PROTO_UDP) {
		if (at + XDP_PLAIN_UDP > end || !xdp_plain_udp(at, length))
			return false;
	} else if (proto == XDP_PROTO_TCP) {
		if (at + XDP_PLAIN_TCP > end || !xdp_plain_tcp(s, at, length))
			return false;
		has |= XDP_HAS_TCP;
	} else {
		return false;
	}
	tuple->sport = xdp_be16(at);
	tuple->dport = xdp_be16(at + 2);
	tuple->proto = proto;
	tuple->vlan = 0;
	s->packet.present = has;
	return true;
}

static __always_inline bool xdp_plain_ipv4(struct xdp_scratch *s, const __u8 *at, const __u8 *end)
{
	__u32 length = xdp_be16(at + 2);

	if (at[0] != XDP_PLAIN_IPV4 || length < 20 ||
	    length > s->packet.length - XDP_PLAIN_NETWORK ||
	    xdp_be16(at + 6) & (XDP_IPV4_MF | XDP_IPV4_OFFSET))
		return false;
	xdp_map_ipv4(s->tuples[0].saddr, at + 12);
	xdp_map_ipv4(s->tuples[0].daddr, at + 16);
	return xdp_plain_transport(s, at + 20, end, at[9], length - 20);
}

static __always_inline bool xdp_plain_ipv6(struct xdp_scratch *s, const __u8 *at, const __u8 *end)
{
	__u32 length = xdp_be16(at + 4);

	if (at[0] >> 4 != XDP_PLAIN_IPV6 || at + 40 > end ||
	    length + 40 > s->packet.length - XDP_PLAIN_NETWORK)
		return false;
	xdp_copy16(s->tuples[0].saddr, at + 8);
	xdp_copy16(s->tuples[0].daddr, at + 24);
	return xdp_plain_transport(s, at + 40, end, at[6], length);
}

/*
 * The first tuple, tcp_flags, and of `present` what concerns these two; false: the packet is to be parsed, and
 * what stands there is not to be used.
 */
static __always_inline bool xdp_plain(struct xdp_md *ctx, struct xdp_scratch *s)
{
	const __u8 *at = (const __u8 *)(unsigned long)ctx->data + XDP_PLAIN_NETWORK;
	const __u8 *end = (const __u8 *)(unsigned long)ctx->data_end;
	__u16 type;

	if (at + 20 > end)
		return false;
	type = xdp_be16(at - 2);
	if (type == XDP_PROTO_IPV4)
		return xdp_plain_ipv4(s, at, end);
	return type == XDP_PROTO_IPV6 && xdp_plain_ipv6(s, at, end);
}

#endif
