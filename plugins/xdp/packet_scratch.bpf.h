/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A packet that is being read: its first bytes, where in them we are, and what was found. */
#ifndef XDP_PACKET_SCRATCH_BPF_H
#define XDP_PACKET_SCRATCH_BPF_H

#include "packet_bytes.bpf.h"

#define XDP_HEAD       256 /* bytes of a packet that are looked at */
#define XDP_HEAD_SLACK 72  /* no piece that is taken at once is longer */

/* Numbers below are no type of what follows but a length, or nothing at all. */
#define XDP_ETHERNET_LENGTHS 0x600

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

#endif
