/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ethernet with its tags, and what lies in it; also what lies in a tunnel. */
#ifndef XDP_PACKET_ETHERNET_BPF_H
#define XDP_PACKET_ETHERNET_BPF_H

#include "packet_ip.bpf.h"
#include "packet_transport.bpf.h"

#define XDP_VLANS_MAX      2
#define XDP_LLC_LENGTH_MAX 1500
#define XDP_LLC_SNAP       0xaaaa03
#define XDP_OUI_CISCO      0x00000c
#define XDP_TYPE_VLAN      0x8100
#define XDP_TYPE_QINQ      0x88a8
#define XDP_TYPE_QINQ_OLD  0x9100

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

#endif
