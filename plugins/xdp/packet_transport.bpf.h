/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is above IP. Where it is a tunnel, the type of what is in it is returned, else 0. */
#ifndef XDP_PACKET_TRANSPORT_BPF_H
#define XDP_PACKET_TRANSPORT_BPF_H

#include "packet_scratch.bpf.h"

#define XDP_OPTIONS_MAX      10 /* of TCP, among which its MSS is looked for */
#define XDP_PORT_VXLAN       4789
#define XDP_PORT_VXLAN_OLD   8472 /* what Linux took before the number was assigned */
#define XDP_ICMP_UNREACHABLE 3
#define XDP_ICMP_NEEDS_FRAG  4
#define XDP_ICMP6_TOO_BIG    2
#define XDP_GRE_CHECKSUM     0x8000
#define XDP_GRE_ROUTING      0x4000 /* of RFC 1701, withdrawn since */
#define XDP_GRE_KEY          0x2000
#define XDP_GRE_SEQUENCE     0x1000
#define XDP_GRE_VERSION      0x0007
#define XDP_VXLAN_VALID      0x08

static __always_inline bool xdp_ports(struct xdp_scratch *s, __u32 level, __u16 error)
{
	struct xdp_tuple *tuple = &s->tuples[level & 1];
	const __u8 *at = xdp_take(s, 4, error);

	if (!at)
		return false;
	tuple->sport = xdp_be16(at);
	tuple->dport = xdp_be16(at + 2);
	xdp_has(s, level ? XDP_HAS_INNER_PORTS : XDP_HAS_PORTS);
	return true;
}

static __always_inline void xdp_payload(struct xdp_scratch *s, __u32 level)
{
	if (level)
		return;
	s->packet.payload = s->end - s->offset;
	xdp_has(s, XDP_HAS_PAYLOAD);
}

/* The maximum segment size among TCP's options, which take `length` bytes, 40 at most. */
static __always_inline void xdp_mss(struct xdp_scratch *s, __u32 length)
{
	const __u8 *at = &s->head[s->offset & (XDP_HEAD - 1)];
	__u32 i = 0;

	if (s->offset + length > s->head_length || s->offset >= XDP_HEAD) {
		s->is_deeper |= s->offset + length <= s->end;
		return;
	}
	for (int n = 0; n < XDP_OPTIONS_MAX && i + 4 <= length && at[i & 63]; n++) {
		if (at[i & 63] == 2 && at[(i & 63) + 1] == 4) {
			s->packet.tcp_mss = xdp_be16(&at[i & 63] + 2);
			xdp_has(s, XDP_HAS_MSS);
			return;
		}
		i += at[i & 63] == 1 || !at[(i + 1) & 63] ? 1 : at[(i + 1) & 63];
	}
}

static __always_inline void xdp_tcp(struct xdp_scratch *s, __u32 level)
{
	const __u8 *at;
	__u32 options;

	if (!xdp_ports(s, level, XDP_ERROR_TRUNCATED_TCP))
		return;
	at = xdp_take(s, 16, XDP_ERROR_TRUNCATED_TCP);
	if (!at)
		return;
	options = (at[8] >> 4) * 4;
	if (!level) {
		s->packet.tcp_seq = xdp_be32(at);
		s->packet.tcp_ack = xdp_be32(at + 4);
		s->packet.tcp_flags = at[9];
		s->packet.tcp_window = xdp_be16(at + 10);
		xdp_has(s, XDP_HAS_TCP);
	}
	if (options < 20) {
		xdp_wrong(s, XDP_ERROR_BAD_TCP_HEADER_LENGTH);
		return;
	}
	options -= 20;
	if (!level && at[9] & XDP_TCP_SYN)
		xdp_mss(s, options);
	if (xdp_skip(s, options, XDP_ERROR_TRUNCATED_TCP))
		xdp_payload(s, level);
}

static __always_inline __u16 xdp_vxlan(struct xdp_scratch *s)
{
	const __u8 *at = xdp_take(s, 8, XDP_ERROR_TRUNCATED_VXLAN);

	if (!at)
		return 0;
	if (!(at[0] & XDP_VXLAN_VALID)) {
		xdp_wrong(s, XDP_ERROR_BAD_VXLAN);
		return 0;
	}
	s->packet.tunnel = XDP_TUNNEL_VXLAN;
	s->packet.vni = xdp_be32(at + 4) >> 8;
	xdp_has(s, XDP_HAS_TUNNEL | XDP_HAS_VNI);
	return XDP_PROTO_ETHERNET;
}

static __always_inline void xdp_udp_length(struct xdp_scratch *s, __u32 length)
{
	if (!length) /* a jumbogram, RFC 2675 */
		return;
	if (length < 8)
		xdp_wrong(s, XDP_ERROR_BAD_UDP_LENGTH);
	else
		xdp_end(s, s->offset - 8, length, XDP_ERROR_BAD_UDP_LENGTH);
}

static __always_inline __u16 xdp_udp(struct xdp_scratch *s, __u32 level)
{
	const __u8 *at;
	__u16 port;

	if (!xdp_ports(s, level, XDP_ERROR_TRUNCATED_UDP))
		return 0;
	at = xdp_take(s, 4, XDP_ERROR_TRUNCATED_UDP);
	if (!at)
		return 0;
	xdp_udp_length(s, xdp_be16(at));
	xdp_payload(s, level);
	port = s->tuples[level & 1].dport;
	if (level || (port != XDP_PORT_VXLAN && port != XDP_PORT_VXLAN_OLD))
		return 0;
	return xdp_vxlan(s);
}

/* In place of a length, how much the checksum covers. */
static __always_inline void xdp_udplite(struct xdp_scratch *s, __u32 level)
{
	const __u8 *at;
	__u32 covered;

	if (!xdp_ports(s, level, XDP_ERROR_TRUNCATED_UDP))
		return;
	at = xdp_take(s, 4, XDP_ERROR_TRUNCATED_UDP);
	if (!at)
		return;
	covered = xdp_be16(at);
	if (covered && (covered < 8 || (s->offset - 8 + covered > s->end && !s->is_piece)))
		xdp_wrong(s, XDP_ERROR_BAD_UDPLITE_COVERAGE);
	xdp_payload(s, level);
}

static __always_inline void xdp_sctp(struct xdp_scratch *s, __u32 level)
{
	if (xdp_ports(s, level, XDP_ERROR_TRUNCATED_SCTP) &&
	    xdp_skip(s, 8, XDP_ERROR_TRUNCATED_SCTP))
		xdp_payload(s, level);
}

static __always_inline void xdp_dccp(struct xdp_scratch *s, __u32 level)
{
	if (xdp_ports(s, level, XDP_ERROR_TRUNCATED_DCCP))
		xdp_skip(s, 8, XDP_ERROR_TRUNCATED_DCCP);
}

static __always_inline void xdp_icmp_rest(struct xdp_scratch *s, const __u8 *at, bool is_v6)
{
	__u8 type = s->packet.icmp_type;

	if (is_v6 ? type == 128 || type == 129 : type == 0 || type == 8) {
		s->packet.echo_id = xdp_be16(at);
		s->packet.echo_seq = xdp_be16(at + 2);
		xdp_has(s, XDP_HAS_ECHO);
	} else if (is_v6 ? type == XDP_ICMP6_TOO_BIG
			 : type == XDP_ICMP_UNREACHABLE &&
				   s->packet.icmp_code == XDP_ICMP_NEEDS_FRAG) {
		s->packet.icmp_mtu = is_v6 ? xdp_be32(at) : xdp_be16(at + 2);
		xdp_has(s, XDP_HAS_MTU);
	}
}

static __always_inline void xdp_icmp(struct xdp_scratch *s, __u32 level, bool is_v6)
{
	const __u8 *at = xdp_take(s, 4, XDP_ERROR_TRUNCATED_ICMP);

	if (!at)
		return;
	if (!level) {
		s->packet.icmp_type = at[0];
		s->packet.icmp_code = at[1];
		xdp_has(s, XDP_HAS_ICMP);
	}
	at = xdp_take(s, 4, XDP_ERROR_TRUNCATED_ICMP);
	if (at && !level)
		xdp_icmp_rest(s, at, is_v6);
}

/* What lies behind a GRE header of another version, or with routing, nobody here knows. */
static __always_inline __u16 xdp_gre(struct xdp_scratch *s)
{
	const __u8 *at = xdp_take(s, 4, XDP_ERROR_TRUNCATED_GRE);
	__u16 flags, type;

	if (!at)
		return 0;
	flags = xdp_be16(at);
	type = xdp_be16(at + 2);
	s->packet.tunnel = XDP_TUNNEL_GRE;
	xdp_has(s, XDP_HAS_TUNNEL);
	if (type >= XDP_ETHERNET_LENGTHS) {
		s->tuples[1].proto = type;
		xdp_has(s, XDP_HAS_INNER);
	}
	if (flags & (XDP_GRE_ROUTING | XDP_GRE_VERSION))
		return 0;
	if (flags & XDP_GRE_CHECKSUM && !xdp_skip(s, 4, XDP_ERROR_TRUNCATED_GRE))
		return 0;
	if (flags & XDP_GRE_KEY) {
		at = xdp_take(s, 4, XDP_ERROR_TRUNCATED_GRE);
		if (!at)
			return 0;
		s->packet.gre_key = xdp_be32(at);
		xdp_has(s, XDP_HAS_GRE_KEY);
	}
	if (flags & XDP_GRE_SEQUENCE && !xdp_skip(s, 4, XDP_ERROR_TRUNCATED_GRE))
		return 0;
	return type >= XDP_ETHERNET_LENGTHS ? type : 0;
}

static __always_inline __u16 xdp_ipip(struct xdp_scratch *s, __u16 type)
{
	s->packet.tunnel = XDP_TUNNEL_IPIP;
	xdp_has(s, XDP_HAS_TUNNEL);
	return type;
}

/* What else carries packets; only looked into at level 0. */
static __always_inline __u16 xdp_tunnel(struct xdp_scratch *s, __u16 proto)
{
	if (proto == XDP_PROTO_GRE)
		return xdp_gre(s);
	if (proto == XDP_PROTO_IPIP)
		return xdp_ipip(s, XDP_PROTO_IPV4);
	if (proto == XDP_PROTO_IP6IP)
		return xdp_ipip(s, XDP_PROTO_IPV6);
	return 0;
}

static __always_inline int xdp_transport(struct xdp_scratch *s, __u32 level)
{
	__u16 proto = s->tuples[level & 1].proto;

	if (proto == XDP_PROTO_TCP)
		xdp_tcp(s, level);
	else if (proto == XDP_PROTO_UDP)
		return xdp_udp(s, level);
	else if (proto == XDP_PROTO_ICMP || proto == XDP_PROTO_ICMP6)
		xdp_icmp(s, level, proto == XDP_PROTO_ICMP6);
	else if (proto == XDP_PROTO_UDPLITE)
		xdp_udplite(s, level);
	else if (proto == XDP_PROTO_SCTP)
		xdp_sctp(s, level);
	else if (proto == XDP_PROTO_DCCP)
		xdp_dccp(s, level);
	else if (!level)
		return xdp_tunnel(s, proto);
	return 0;
}

#endif
