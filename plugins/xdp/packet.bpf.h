/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The headers of a packet, read from a copy of its first bytes. The copy lies in a map value of this CPU
 * (an XDP program is never interrupted by another on the same CPU), so the verifier needs to know no more
 * than that an offset is below its size, and a packet in several pieces is like any other.
 *
 * A header that is cut or impossible ends the parsing with a word for what is wrong, the first such word
 * where there are several; what was read before stays. A length in a header is believed only where it
 * makes the packet shorter. What a packet has is said by the bits in `present` alone: the other fields of
 * the event keep what an earlier packet left there, for setting them to zero would cost as much as
 * reading the headers.
 *
 * Level 0 is the packet, level 1 the one in its tunnel; a tunnel in a tunnel is not followed.
 *
 * Formats: Ethernet IEEE 802.3, 802.1Q and 802.2, ARP RFC 826, IPv4 RFC 791, IPv6 RFC 8200, AH RFC 4302,
 * TCP RFC 9293, UDP RFC 768, UDP-Lite RFC 3828, ICMP RFC 792, 1191 and 4443, SCTP RFC 9260, DCCP RFC 4340,
 * VXLAN RFC 7348, GRE RFC 2784 and 2890, IP in IP RFC 2003, 4213 and 2473.
 */
#ifndef XDP_PACKET_BPF_H
#define XDP_PACKET_BPF_H

#include "xdp_maps.h"

#define XDP_HEAD           256 /* bytes of a packet that are looked at */
#define XDP_HEAD_FIRST     128 /* at first: enough for most */
#define XDP_HEAD_SLACK     72  /* no piece that is taken at once is longer */
#define XDP_VLANS_MAX      2
#define XDP_EXTENSIONS_MAX 8
#define XDP_OPTIONS_MAX    10 /* of TCP, among which its MSS is looked for */
#define XDP_PORT_VXLAN     4789
#define XDP_PORT_VXLAN_OLD 8472 /* what Linux took before the number was assigned */

/* Numbers in headers that are no protocols. */
#define XDP_ETHERNET_LENGTHS 0x600 /* below: not a type but a length, or nothing at all */
#define XDP_LLC_LENGTH_MAX   1500
#define XDP_LLC_SNAP         0xaaaa03
#define XDP_OUI_CISCO        0x00000c
#define XDP_TYPE_VLAN        0x8100
#define XDP_TYPE_QINQ        0x88a8
#define XDP_TYPE_QINQ_OLD    0x9100
#define XDP_IPV4_DF          0x4000
#define XDP_IPV4_MF          0x2000
#define XDP_IPV4_OFFSET      0x1fff /* in eight bytes */
#define XDP_ICMP_UNREACHABLE 3
#define XDP_ICMP_NEEDS_FRAG  4
#define XDP_ICMP6_TOO_BIG    2
#define XDP_GRE_CHECKSUM     0x8000
#define XDP_GRE_ROUTING      0x4000 /* of RFC 1701, withdrawn since */
#define XDP_GRE_KEY          0x2000
#define XDP_GRE_SEQUENCE     0x1000
#define XDP_GRE_VERSION      0x0007
#define XDP_VXLAN_VALID      0x08

struct xdp_scratch {
	struct packet_event packet;
	struct xdp_tuple tuples[2]; /* of the packet, and of the one in its tunnel */
	__u32 offset;               /* of the next header, from the start of the packet */
	__u32 end;         /* where the packet ends, by the last length that was believed */
	__u32 head_length; /* how much of it is in head, and no more than end */
	__u16 is_piece;    /* a fragment, or in one */
	__u16 is_deeper;   /* more of it would be worth looking at */
	__u16 lead;        /* puts what follows an Ethernet header at a multiple of eight */
	__u8 head[XDP_HEAD + XDP_HEAD_SLACK];
	/* Bring the enumerations that only tags name into the object's BTF. */
	enum xdp_proto protos[0];
	enum xdp_error errors[0];
	enum xdp_ecn ecn[0];
	enum xdp_extension extension[0];
	enum xdp_tcp tcp[0];
	enum xdp_arp arp[0];
	enum xdp_tunnel tunnel[0];
};

_Static_assert((offsetof(struct xdp_scratch, head) + 14) % 8 == 0,
	       "IP's addresses are copied whole");

/* ---- bytes ------------------------------------------------------------------------------------- */

/*
 * Where the processor can, and so the verifier lets us, numbers are read whole wherever they lie; clang's
 * own way for bytes without a known alignment is one by one.
 */
#if defined(__TARGET_ARCH_x86) || defined(__TARGET_ARCH_arm64) || defined(__TARGET_ARCH_s390) ||   \
	defined(__TARGET_ARCH_powerpc)

typedef __u16 __attribute__((may_alias)) xdp_u16;
typedef __u32 __attribute__((may_alias)) xdp_u32;
typedef __u64 __attribute__((may_alias)) xdp_u64;

static __always_inline __u16 xdp_be16(const __u8 *at)
{
	return bpf_ntohs(*(const xdp_u16 *)at);
}

static __always_inline __u32 xdp_be32(const __u8 *at)
{
	return bpf_ntohl(*(const xdp_u32 *)at);
}

static __always_inline void xdp_copy4(__u8 *to, const __u8 *from)
{
	*(xdp_u32 *)to = *(const xdp_u32 *)from;
}

static __always_inline void xdp_copy8(__u8 *to, const __u8 *from)
{
	*(xdp_u64 *)to = *(const xdp_u64 *)from;
}

/* What stands before an address of IPv4 that is written as one of IPv6. */
static __always_inline void xdp_put_mapped(__u8 *to)
{
	*(xdp_u64 *)to = 0;
	*(xdp_u32 *)(to + 8) = bpf_htonl(0xffff);
}

#else

static __always_inline __u16 xdp_be16(const __u8 *at)
{
	return (__u16)(at[0] << 8 | at[1]);
}

static __always_inline __u32 xdp_be32(const __u8 *at)
{
	return (__u32)at[0] << 24 | (__u32)at[1] << 16 | (__u32)at[2] << 8 | at[3];
}

static __always_inline void xdp_copy4(__u8 *to, const __u8 *from)
{
	__builtin_memcpy(to, from, 4);
}

static __always_inline void xdp_copy8(__u8 *to, const __u8 *from)
{
	__builtin_memcpy(to, from, 8);
}

static __always_inline void xdp_put_mapped(__u8 *to)
{
	__builtin_memset(to, 0, 10);
	to[10] = to[11] = 0xff;
}

#endif

static __always_inline void xdp_copy16(__u8 *to, const __u8 *from)
{
	xdp_copy8(to, from);
	xdp_copy8(to + 8, from + 8);
}

static __always_inline void xdp_copy6(__u8 *to, const __u8 *from)
{
	xdp_copy4(to, from);
	to[4] = from[4];
	to[5] = from[5];
}

/* An address of IPv4 as one of IPv6. */
static __always_inline void xdp_map_ipv4(__u8 *to, const __u8 *from)
{
	xdp_put_mapped(to);
	xdp_copy4(to + 12, from);
}

/* ---- where we are ------------------------------------------------------------------------------ */

static __always_inline void xdp_has(struct xdp_scratch *s, __u32 what)
{
	s->packet.present |= what;
}

static __always_inline void xdp_wrong(struct xdp_scratch *s, __u16 error)
{
	if (s->packet.present & XDP_HAS_ERROR)
		return;
	s->packet.error = error;
	xdp_has(s, XDP_HAS_ERROR);
}

/* The next `size` bytes, at most XDP_HEAD_SLACK; NULL and an error where they are not there. */
static __always_inline const __u8 *xdp_take(struct xdp_scratch *s, __u32 size, __u16 error)
{
	__u32 offset = s->offset;

	if (offset > XDP_HEAD || offset + size > s->head_length) {
		s->is_deeper |= offset + size <= s->end;
		xdp_wrong(s, offset + size <= s->end ? XDP_ERROR_TOO_DEEP : error);
		return NULL;
	}
	s->offset = offset + size;
	return &s->head[offset];
}

/* Bytes that must be there, and are not looked at. */
static __always_inline bool xdp_skip(struct xdp_scratch *s, __u32 size, __u16 error)
{
	if (s->offset + size > s->end) {
		xdp_wrong(s, error);
		return false;
	}
	s->offset += size;
	return true;
}

/* So many bytes follow, says a header; in a fragment it speaks of more than that. */
static __always_inline void xdp_end(struct xdp_scratch *s, __u32 start, __u32 length, __u16 error)
{
	__u32 end = start + length;

	if (end < s->end)
		s->end = end;
	else if (end > s->end && !s->is_piece)
		xdp_wrong(s, error);
	if (s->head_length > end)
		s->head_length = end;
}

/* ---- above IP: returns the type of what is in the tunnel, or 0 --------------------------------- */

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

/* ---- IP: returns 1 where the header of a transport follows ------------------------------------- */

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

/* ---- Ethernet ---------------------------------------------------------------------------------- */

static __always_inline bool xdp_is_vlan(__u16 type)
{
	return type == XDP_TYPE_VLAN || type == XDP_TYPE_QINQ || type == XDP_TYPE_QINQ_OLD;
}

static __always_inline void xdp_vlan(struct xdp_scratch *s, bool is_inner, __u16 tag)
{
	if (is_inner) {
		s->packet.inner_vlan = tag & 0xfff;
		xdp_has(s, XDP_HAS_INNER_VLAN);
	} else {
		s->packet.vlan = s->tuples[0].vlan = tag & 0xfff;
		s->packet.vlan_priority = tag >> 13;
		xdp_has(s, XDP_HAS_VLAN);
	}
}

/* Steps over the tags; the type behind them. */
static __always_inline __u16 xdp_vlans(struct xdp_scratch *s, __u32 level, __u16 type)
{
	const __u8 *at;

	for (int i = 0; i < XDP_VLANS_MAX && xdp_is_vlan(type); i++) {
		at = xdp_take(s, 4, XDP_ERROR_TRUNCATED_VLAN);
		if (!at)
			break;
		if (!level)
			xdp_vlan(s, i, xdp_be16(at));
		type = xdp_be16(at + 2);
	}
	return type;
}

static __always_inline __u16 xdp_llc_proto(__u8 access_point)
{
	if (access_point == (XDP_PROTO_STP & 0xff))
		return XDP_PROTO_STP;
	return access_point == (XDP_PROTO_ISIS & 0xff) ? XDP_PROTO_ISIS : XDP_PROTO_LLC;
}

/* What follows a length: 802.2, and perhaps the type after all. */
static __attribute__((noinline)) int xdp_llc(struct xdp_scratch *s, __u32 length)
{
	const __u8 *at;
	__u32 oui;

	if (length > XDP_LLC_LENGTH_MAX) {
		xdp_wrong(s, XDP_ERROR_BAD_LLC_LENGTH);
		return XDP_PROTO_LLC;
	}
	xdp_end(s, s->offset, length, XDP_ERROR_BAD_LLC_LENGTH);
	at = xdp_take(s, 3, XDP_ERROR_TRUNCATED_LLC);
	if (!at)
		return XDP_PROTO_LLC;
	if (((__u32)at[0] << 16 | (__u32)xdp_be16(at + 1)) != XDP_LLC_SNAP)
		return xdp_llc_proto(at[0]);
	at = xdp_take(s, 5, XDP_ERROR_TRUNCATED_LLC);
	if (!at)
		return XDP_PROTO_LLC;
	oui = xdp_be32(at) >> 8;
	if ((!oui && xdp_be16(at + 3) >= XDP_ETHERNET_LENGTHS) ||
	    (oui == XDP_OUI_CISCO && xdp_be16(at + 3) == XDP_PROTO_CDP))
		return xdp_be16(at + 3);
	return XDP_PROTO_LLC;
}

/* Reads what the type announces; returns the type of what is in its tunnel, or 0. */
static __always_inline int xdp_network(struct xdp_scratch *s, __u32 level, __u32 type)
{
	int follows = 0;

	s->tuples[level & 1].proto = xdp_is_vlan((__u16)type) ? XDP_PROTO_VLANS : (__u16)type;
	if (level)
		xdp_has(s, XDP_HAS_INNER);
	if (type == XDP_PROTO_IPV4)
		follows = xdp_ipv4(s, level);
	else if (type == XDP_PROTO_IPV6)
		follows = xdp_ipv6(s, level);
	else if (type == XDP_PROTO_ARP || type == XDP_PROTO_RARP)
		follows = xdp_arp(s, level);
	return follows ? xdp_transport(s, level) : 0;
}

static __always_inline __u16 xdp_ethernet(struct xdp_scratch *s)
{
	const __u8 *at = xdp_take(s, 14, XDP_ERROR_TRUNCATED_ETHERNET);
	__u16 type;

	if (!at)
		return XDP_PROTO_LLC;
	xdp_copy6(s->packet.dmac, at);
	xdp_copy6(s->packet.smac, at + 6);
	xdp_has(s, XDP_HAS_ETHERNET);
	type = xdp_be16(at + 12);
	if (xdp_is_vlan(type))
		type = xdp_vlans(s, 0, type);
	if (type < XDP_ETHERNET_LENGTHS)
		return (__u16)xdp_llc(s, type);
	if (xdp_is_vlan(type)) /* the tags go on, or are cut */
		return type;
	s->packet.ethertype = type;
	xdp_has(s, XDP_HAS_ETHERTYPE);
	return type;
}

static __attribute__((noinline)) int xdp_inner(struct xdp_scratch *s, __u32 type)
{
	const __u8 *at;

	if (type == XDP_PROTO_ETHERNET) {
		at = xdp_take(s, 14, XDP_ERROR_TRUNCATED_ETHERNET);
		if (!at)
			return 0;
		type = xdp_vlans(s, 1, xdp_be16(at + 12));
		if (type < XDP_ETHERNET_LENGTHS)
			type = (__u32)xdp_llc(s, type);
	}
	return xdp_network(s, 1, type);
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
	if (!(packet->present & XDP_HAS_TUNNEL))
		return;
	packet->inner_proto = inner->proto;
	packet->inner_sport = inner->sport;
	packet->inner_dport = inner->dport;
	__builtin_memcpy(packet->inner_saddr, inner->saddr, 16);
	__builtin_memcpy(packet->inner_daddr, inner->daddr, 16);
}

/* ---- the copy ---------------------------------------------------------------------------------- */

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

/* ---- all of it --------------------------------------------------------------------------------- */

static __always_inline int xdp_read(struct xdp_scratch *s, __u32 head)
{
	int inner;

	__builtin_memset(&s->tuples[0], 0, sizeof(s->tuples[0]));
	s->end = s->packet.length;
	s->head_length = head;
	s->offset = 0;
	s->is_piece = s->is_deeper = 0;
	s->packet.present = 0;
	inner = xdp_network(s, 0, xdp_ethernet(s));
	return inner ? xdp_inner(s, (__u32)inner) : 0;
}

/* Reads the headers of a packet into the scratch. 0 or -1: it cannot be read. */
static __always_inline int xdp_parse(struct xdp_md *ctx, struct xdp_scratch *s)
{
	__u32 length = (__u32)bpf_xdp_get_buff_len(ctx), head;

	s->packet.length = length;
	head = xdp_load_first(ctx, s, length);
	for (int round = 0; round < 2; round++) {
		if (!head || round)
			head = (__u32)xdp_load_all(ctx, s);
		if (!head)
			return -1;
		xdp_read(s, head);
		if (!s->is_deeper || head == length)
			break;
	}
	return 0;
}

#endif
