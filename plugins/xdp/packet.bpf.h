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

#include "packet_copy.bpf.h"
#include "packet_ethernet.bpf.h"

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
