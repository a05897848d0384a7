/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The headers of a packet, read from a copy of its first bytes. The copy lies in a map value of this CPU
 * (an XDP program is never interrupted by another on the same CPU), so the verifier needs to know no more
 * than that an offset is below its size, and a packet in several pieces is like any other.
 *
 * A header that is cut or impossible ends the parsing with a word for what is wrong; what was read
 * before stays. Formats: Ethernet IEEE 802.3 and 802.1Q, ARP RFC 826, IPv4 RFC 791, IPv6 RFC 8200,
 * TCP RFC 9293, UDP RFC 768, ICMP RFC 792 and 4443, SCTP RFC 9260, VXLAN RFC 7348, GRE RFC 2784 and 2890.
 */
#ifndef XDP_PACKET_BPF_H
#define XDP_PACKET_BPF_H

#include "xdp_maps.h"

#define XDP_HEAD           256 /* bytes of a packet that are looked at */
#define XDP_HEAD_SLACK     64  /* no header is longer */
#define XDP_VLANS_MAX      2
#define XDP_EXTENSIONS_MAX 8
#define XDP_PORT_VXLAN     4789
#define XDP_PORT_VXLAN_OLD 8472 /* what Linux took before the number was assigned */

struct xdp_scratch {
	struct packet_event packet;
	struct xdp_tuple tuples[2]; /* of the packet, and of the one in its tunnel */
	__u32 head_length;
	__u32 offset; /* of the next header in head */
	__u32 end;    /* where the packet ends, by the last length that was believed */
	__u32 padding;
	__u8 head[XDP_HEAD + XDP_HEAD_SLACK];
	/* Bring the enumerations that only tags name into the object's BTF. */
	enum xdp_proto protos[0];
	enum xdp_error errors[0];
	enum xdp_tcp tcp[0];
	enum xdp_arp arp[0];
	enum xdp_tunnel tunnel[0];
};

static __always_inline __u16 xdp_be16(const __u8 *at)
{
	return (__u16)(at[0] << 8 | at[1]);
}

static __always_inline __u32 xdp_be32(const __u8 *at)
{
	return (__u32)at[0] << 24 | (__u32)at[1] << 16 | (__u32)at[2] << 8 | at[3];
}

static __always_inline void xdp_wrong(struct xdp_scratch *s, __u16 error)
{
	s->packet.error = error;
	s->packet.present |= XDP_HAS_ERROR;
}

/* The next `size` bytes, at most XDP_HEAD_SLACK; NULL and an error where they are not there. */
static __always_inline const __u8 *xdp_take(struct xdp_scratch *s, __u32 size, __u16 error)
{
	__u32 offset = s->offset;

	if (offset > XDP_HEAD || offset + size > s->head_length) {
		xdp_wrong(s, s->end > s->head_length && offset + size <= s->end ? XDP_ERROR_TOO_DEEP
										: error);
		return NULL;
	}
	s->offset = offset + size;
	return &s->head[offset];
}

/* ---- above IP ---------------------------------------------------------------------------------- */

static __always_inline void xdp_ports(struct xdp_scratch *s, __u32 level, const __u8 *at)
{
	struct xdp_tuple *tuple = &s->tuples[level & 1];

	tuple->sport = xdp_be16(at);
	tuple->dport = xdp_be16(at + 2);
	s->packet.present |= level ? XDP_HAS_INNER_PORTS : XDP_HAS_PORTS;
}

static __always_inline void xdp_tcp(struct xdp_scratch *s, __u32 level)
{
	const __u8 *at = xdp_take(s, 20, XDP_ERROR_TRUNCATED_TCP);

	if (!at)
		return;
	xdp_ports(s, level, at);
	if (!level) {
		s->packet.seq = xdp_be32(at + 4);
		s->packet.ack = xdp_be32(at + 8);
		s->packet.tcp_flags = at[13];
		s->packet.window = xdp_be16(at + 14);
		s->packet.present |= XDP_HAS_TCP;
	}
	if (at[12] >> 4 < 5)
		xdp_wrong(s, XDP_ERROR_BAD_TCP_HEADER_LENGTH);
}

static __always_inline void xdp_udp(struct xdp_scratch *s, __u32 level)
{
	const __u8 *at = xdp_take(s, 8, XDP_ERROR_TRUNCATED_UDP);

	if (!at)
		return;
	xdp_ports(s, level, at);
	/* 0 stands for a jumbogram, RFC 2675. */
	if (xdp_be16(at + 4) && xdp_be16(at + 4) < 8)
		xdp_wrong(s, XDP_ERROR_BAD_UDP_LENGTH);
}

static __always_inline void xdp_sctp(struct xdp_scratch *s, __u32 level)
{
	const __u8 *at = xdp_take(s, 12, XDP_ERROR_TRUNCATED_SCTP);

	if (at)
		xdp_ports(s, level, at);
}

static __always_inline void xdp_icmp(struct xdp_scratch *s, __u32 level, bool is_v6)
{
	const __u8 *at = xdp_take(s, 8, XDP_ERROR_TRUNCATED_ICMP);
	__u8 type;

	if (!at || level)
		return;
	type = at[0];
	s->packet.icmp_type = type;
	s->packet.icmp_code = at[1];
	s->packet.present |= XDP_HAS_ICMP;
	if (is_v6 ? type != 128 && type != 129 : type != 0 && type != 8)
		return;
	s->packet.echo_id = xdp_be16(at + 4);
	s->packet.echo_seq = xdp_be16(at + 6);
	s->packet.present |= XDP_HAS_ECHO;
}

static __attribute__((noinline)) void xdp_transport(struct xdp_scratch *s, __u32 level)
{
	__u16 proto = s->tuples[level & 1].proto;

	if (proto == XDP_PROTO_TCP)
		xdp_tcp(s, level);
	else if (proto == XDP_PROTO_UDP || proto == XDP_PROTO_UDPLITE)
		xdp_udp(s, level);
	else if (proto == XDP_PROTO_ICMP || proto == XDP_PROTO_ICMP6)
		xdp_icmp(s, level, proto == XDP_PROTO_ICMP6);
	else if (proto == XDP_PROTO_SCTP)
		xdp_sctp(s, level);
}

/* ---- IP ------------------------------------------------------------------------------------------ */

static __always_inline void xdp_fragment(struct xdp_scratch *s, __u32 level, __u32 id, __u16 offset,
					 bool more)
{
	if (level)
		return;
	s->packet.fragment_id = id;
	s->packet.fragment_offset = offset;
	s->packet.more_fragments = more;
	s->packet.present |= XDP_HAS_FRAGMENT;
}

static __always_inline void xdp_map_ipv4(__u8 *to, const __u8 *from)
{
	__builtin_memset(to, 0, 10);
	to[10] = to[11] = 0xff;
	__builtin_memcpy(to + 12, from, 4);
}

/* Believes a length only where it makes the packet shorter. */
static __always_inline void xdp_end(struct xdp_scratch *s, __u32 end, __u16 error)
{
	if (end > s->end)
		xdp_wrong(s, error);
	else
		s->end = end;
	if (s->head_length > s->end)
		s->head_length = s->end;
}

/* 1: the transport's header follows. */
static __attribute__((noinline)) int xdp_ipv4(struct xdp_scratch *s, __u32 level)
{
	struct xdp_tuple *tuple = &s->tuples[level & 1];
	__u32 start = s->offset, length;
	const __u8 *at = xdp_take(s, 20, XDP_ERROR_TRUNCATED_IPV4);
	__u16 fragment;

	if (!at)
		return 0;
	if (at[0] >> 4 != 4) {
		xdp_wrong(s, XDP_ERROR_BAD_IPV4_VERSION);
		return 0;
	}
	length = (at[0] & 15) * 4;
	tuple->proto = at[9];
	xdp_map_ipv4(tuple->saddr, at + 12);
	xdp_map_ipv4(tuple->daddr, at + 16);
	s->packet.present |= level ? XDP_HAS_INNER_ADDRESSES : XDP_HAS_ADDRESSES | XDP_HAS_IP;
	if (!level) {
		s->packet.ttl = at[8];
		s->packet.tos = at[1];
	}
	if (length < 20) {
		xdp_wrong(s, XDP_ERROR_BAD_IPV4_HEADER_LENGTH);
		return 0;
	}
	if (xdp_be16(at + 2) < length) {
		xdp_wrong(s, XDP_ERROR_BAD_IPV4_LENGTH);
		return 0;
	}
	fragment = xdp_be16(at + 6);
	if (fragment & 0x3fff)
		xdp_fragment(s, level, xdp_be16(at + 4), (fragment & 0x1fff) * 8,
			     fragment & 0x2000);
	xdp_end(s, start + xdp_be16(at + 2), XDP_ERROR_BAD_IPV4_LENGTH);
	s->offset = start + length;
	return !(fragment & 0x1fff);
}

/* The state of a walk along IPv6's extension headers. */
struct xdp_walk {
	__u8 next;   /* the header that follows */
	bool first;  /* the transport's header is in this packet */
	bool is_end; /* it follows, or nothing that can be read does */
};

static __always_inline void xdp_extension(struct xdp_scratch *s, __u32 level, struct xdp_walk *walk)
{
	__u8 kind = walk->next;
	const __u8 *at;

	/* Hop-by-hop, routing, destination, mobility, HIP and Shim6 have one shape; RFC 7045. */
	if (kind != 0 && kind != 43 && kind != 60 && kind != 135 && kind != 139 && kind != 140 &&
	    kind != 44 && kind != XDP_PROTO_AH) {
		walk->is_end = true;
		return;
	}
	at = xdp_take(s, 8, XDP_ERROR_TRUNCATED_EXTENSION);
	if (!at) {
		walk->is_end = true;
		walk->first = false;
		return;
	}
	walk->next = at[0];
	if (kind == 44) {
		xdp_fragment(s, level, xdp_be32(at + 4), xdp_be16(at + 2) & 0xfff8, at[3] & 1);
		walk->first = !(xdp_be16(at + 2) & 0xfff8);
		walk->is_end = !walk->first;
	} else if (kind == XDP_PROTO_AH) {
		s->offset += at[1] * 4; /* counts in four bytes, less two, of which 8 were taken */
	} else {
		s->offset += at[1] * 8;
	}
}

static __attribute__((noinline)) int xdp_extensions(struct xdp_scratch *s, __u32 level, __u32 next)
{
	struct xdp_walk walk = { .next = (__u8)next, .first = true };

	for (int i = 0; i < XDP_EXTENSIONS_MAX && !walk.is_end; i++)
		xdp_extension(s, level, &walk);
	if (!walk.is_end) {
		xdp_wrong(s, XDP_ERROR_TOO_MANY_EXTENSIONS);
		walk.first = false;
	}
	s->tuples[level & 1].proto = walk.next;
	return walk.first;
}

static __attribute__((noinline)) int xdp_ipv6(struct xdp_scratch *s, __u32 level)
{
	struct xdp_tuple *tuple = &s->tuples[level & 1];
	const __u8 *at = xdp_take(s, 40, XDP_ERROR_TRUNCATED_IPV6);

	if (!at)
		return 0;
	if (at[0] >> 4 != 6) {
		xdp_wrong(s, XDP_ERROR_BAD_IPV6_VERSION);
		return 0;
	}
	tuple->proto = at[6];
	__builtin_memcpy(tuple->saddr, at + 8, 16);
	__builtin_memcpy(tuple->daddr, at + 24, 16);
	s->packet.present |= level ? XDP_HAS_INNER_ADDRESSES : XDP_HAS_ADDRESSES | XDP_HAS_IP;
	if (!level) {
		s->packet.ttl = at[7];
		s->packet.tos = (__u8)(at[0] << 4 | at[1] >> 4);
	}
	/* 0 stands for a jumbogram, RFC 2675. */
	if (xdp_be16(at + 4))
		xdp_end(s, s->offset + xdp_be16(at + 4), XDP_ERROR_BAD_IPV6_LENGTH);
	return xdp_extensions(s, level, at[6]);
}

/* Addresses of ARP are those of IP that it asks for; RFC 826. */
static __attribute__((noinline)) void xdp_arp(struct xdp_scratch *s)
{
	const __u8 *at = xdp_take(s, 8, XDP_ERROR_TRUNCATED_ARP);
	bool is_ipv4;

	if (!at)
		return;
	s->packet.arp = xdp_be16(at + 6);
	s->packet.present |= XDP_HAS_ARP;
	is_ipv4 = xdp_be16(at + 2) == XDP_PROTO_IPV4 && at[4] == 6 && at[5] == 4;
	if (!is_ipv4) {
		xdp_wrong(s, XDP_ERROR_BAD_ARP);
		return;
	}
	at = xdp_take(s, 20, XDP_ERROR_TRUNCATED_ARP);
	if (!at)
		return;
	xdp_map_ipv4(s->tuples[0].saddr, at + 6);
	xdp_map_ipv4(s->tuples[0].daddr, at + 16);
	s->packet.present |= XDP_HAS_ADDRESSES;
}

/* ---- Ethernet -------------------------------------------------------------------------------------- */

static __always_inline bool xdp_is_vlan(__u16 type)
{
	return type == XDP_PROTO_VLAN || type == 0x88a8;
}

static __attribute__((noinline)) void xdp_network(struct xdp_scratch *s, __u32 level)
{
	__u16 type = s->tuples[level & 1].proto;
	int follows = 0;

	if (type == XDP_PROTO_IPV4)
		follows = xdp_ipv4(s, level);
	else if (type == XDP_PROTO_IPV6)
		follows = xdp_ipv6(s, level);
	else if (type == XDP_PROTO_ARP && !level)
		xdp_arp(s);
	if (follows)
		xdp_transport(s, level);
}

static __always_inline __u16 xdp_vlans(struct xdp_scratch *s, __u16 type)
{
	const __u8 *at;

	for (int i = 0; i < XDP_VLANS_MAX && xdp_is_vlan(type); i++) {
		at = xdp_take(s, 4, XDP_ERROR_TRUNCATED_VLAN);
		if (!at)
			break;
		if (i)
			s->packet.inner_vlan = xdp_be16(at) & 0xfff;
		else
			s->packet.vlan = s->tuples[0].vlan = xdp_be16(at) & 0xfff;
		s->packet.present |= i ? XDP_HAS_INNER_VLAN : XDP_HAS_VLAN;
		type = xdp_be16(at + 2);
	}
	return xdp_is_vlan(type) ? XDP_PROTO_VLAN : type;
}

static __always_inline void xdp_ethernet(struct xdp_scratch *s)
{
	const __u8 *at = xdp_take(s, 14, XDP_ERROR_TRUNCATED_ETHERNET);
	__u16 type;

	if (!at)
		return;
	__builtin_memcpy(s->packet.dmac, at, 6);
	__builtin_memcpy(s->packet.smac, at + 6, 6);
	s->packet.present |= XDP_HAS_ETHERNET;
	type = xdp_vlans(s, xdp_be16(at + 12));
	s->packet.ethertype = type;
	s->tuples[0].proto = type < 0x600 ? XDP_PROTO_LLC : type;
	xdp_network(s, 0);
}

/* What the tuples know goes where events have it. */
static __always_inline void xdp_fill(struct xdp_scratch *s)
{
	const struct xdp_tuple *outer = &s->tuples[0], *inner = &s->tuples[1];
	struct packet_event *packet = &s->packet;

	packet->proto = outer->proto;
	packet->sport = outer->sport;
	packet->dport = outer->dport;
	__builtin_memcpy(packet->saddr, outer->saddr, 16);
	__builtin_memcpy(packet->daddr, outer->daddr, 16);
	packet->inner_proto = inner->proto;
	packet->inner_sport = inner->sport;
	packet->inner_dport = inner->dport;
	__builtin_memcpy(packet->inner_saddr, inner->saddr, 16);
	__builtin_memcpy(packet->inner_daddr, inner->daddr, 16);
}

/* Reads the headers of a packet into the scratch. 0 or an error of bpf_xdp_load_bytes(). */
static __always_inline int xdp_parse(struct xdp_md *ctx, struct xdp_scratch *s)
{
	__u32 length = (__u32)bpf_xdp_get_buff_len(ctx), head = length;

	if (head > XDP_HEAD)
		head = XDP_HEAD;
	barrier_var(head); /* else the compiler proves what the verifier then does not see */
	__builtin_memset(s->tuples, 0, sizeof(s->tuples));
	s->packet.length = s->end = length;
	s->packet.present = 0;
	s->head_length = head;
	s->offset = 0;
	if (!head || head > XDP_HEAD || bpf_xdp_load_bytes(ctx, 0, s->head, head))
		return -1;
	xdp_ethernet(s);
	return 0;
}

#endif
