/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whole packets for a capture file. The room of a record has to be a constant where the verifier sees it,
 * so there are records of some sizes, and a packet takes the smallest in which it fits: at most half of a
 * record is wasted, of common packets much less.
 *
 * The common counters of lost records do not say of which interface a packet was, nor whether an event was
 * lost or a packet. So these are counted here as well, and each record says how many there were.
 */
#ifndef XDP_CAPTURE_BPF_H
#define XDP_CAPTURE_BPF_H

#include "capture_record.h"
#include "packet.bpf.h"

const volatile bool xdp_captures = false;
const volatile __u32 xdp_snaplen = XDP_CAPTURE_MAX;

/* Set by user space when it has had enough. */
__u32 xdp_capture_ended SEC(".data.xdp");

/* Packets that were to be captured, of an interface for whose counts there was no room. */
__u64 xdp_uncaptured SEC(".data.xdp");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, XDP_INTERFACES_MAX);
	__type(key, __u32);
	__type(value, struct xdp_capture_sums);
} xdp_capture_sums SEC(".maps");

/* What was counted of this interface; NULL where there is no memory for it. */
static __always_inline struct xdp_capture_sums *xdp_capture_sums_of(__u32 ifindex)
{
	struct xdp_capture_sums *sums = bpf_map_lookup_elem(&xdp_capture_sums, &ifindex);

	if (!sums) {
		struct xdp_capture_sums none = {};

		bpf_map_update_elem(&xdp_capture_sums, &ifindex, &none, BPF_NOEXIST);
		sums = bpf_map_lookup_elem(&xdp_capture_sums, &ifindex);
	}
	return sums;
}

/* Before any packet is left out. */
static __always_inline struct xdp_capture_sums *xdp_capture_see(struct xdp_md *ctx)
{
	struct xdp_capture_sums *sums;

	if (!xdp_captures || *(volatile __u32 *)&xdp_capture_ended)
		return NULL;
	sums = xdp_capture_sums_of(ctx->ingress_ifindex);
	if (sums)
		sums->seen++;
	return sums;
}

/* A record with room for so many bytes, which is a constant. True: it is on its way. */
static __always_inline bool xdp_capture_into(struct xdp_md *ctx, const struct packet_event *packet,
					     const struct xdp_capture_sums *sums, __u32 kept,
					     __u32 room)
{
	__u32 last;
	bool done = false;

	BPFHOST_EMIT_SIZED(struct xdp_capture_record, sizeof(*record) + room, XDP_CAPTURE_TYPE,
			   record) {
		record->ifindex = ctx->ingress_ifindex;
		record->queue = ctx->rx_queue_index;
		record->length = packet->length;
		record->lost = sums->lost;
		record->action = packet->action;
		record->reserved = 0;
		record->kept = kept;
		/* The verifier of Linux 6.1 does not learn from != 0 that a size is at least 1, nor that
		 * what lies on the stack is bounded where it was read from there: into a register once. */
		last = kept - 1;
		barrier_var(last);
		if (last >= room || bpf_xdp_load_bytes(ctx, 0, record->data, last + 1))
			record->kept = 0;
		done = true;
	}
	return done;
}

#define XDP_CAPTURE_INTO(size)                                                                     \
	if (kept <= (size))                                                                        \
	return xdp_capture_into(ctx, packet, sums, kept, (size))

static __always_inline bool xdp_capture_packet(struct xdp_md *ctx,
					       const struct packet_event *packet,
					       const struct xdp_capture_sums *sums, __u32 kept)
{
	XDP_CAPTURE_INTO(64);
	XDP_CAPTURE_INTO(96);
	XDP_CAPTURE_INTO(128);
	XDP_CAPTURE_INTO(256);
	XDP_CAPTURE_INTO(512);
	XDP_CAPTURE_INTO(1024);
	XDP_CAPTURE_INTO(1536);
	XDP_CAPTURE_INTO(3072);
	XDP_CAPTURE_INTO(4608);
	XDP_CAPTURE_INTO(9216);
	XDP_CAPTURE_INTO(18432);
	XDP_CAPTURE_INTO(36864);
	return xdp_capture_into(ctx, packet, sums, kept, XDP_CAPTURE_MAX);
}

/*
 * No other program of ours runs on this CPU meanwhile, so a rise of the common counter is this packet's. The
 * counter, and not only the missing record, since nothing is produced any more once the reader has stopped.
 */
static __attribute__((noinline)) int xdp_capture(struct xdp_md *ctx,
						 const struct packet_event *packet,
						 struct xdp_capture_sums *sums)
{
	const struct bpfhost_counters *counters = bpfhost_counters_here();
	__u32 kept = packet->length;
	__u64 before;

	if (!sums && !*(volatile __u32 *)&xdp_capture_ended)
		__sync_fetch_and_add(&xdp_uncaptured, 1);
	if (!counters || !sums)
		return 0;
	before = *(volatile __u64 *)&counters->produced;
	if (kept > xdp_snaplen)
		kept = xdp_snaplen;
	if (xdp_capture_packet(ctx, packet, sums, kept))
		sums->matched++;
	else if (*(volatile __u64 *)&counters->produced != before) {
		sums->matched++;
		sums->lost++;
	}
	return 0;
}

#endif
