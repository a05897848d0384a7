/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#define BPFHOST_NO_TASK
#include <bpfhost/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpfhost/condition.bpf.h>

#include "packet.bpf.h"

BPFHOST_EVENT(packet_event);
BPFHOST_EVENT(flow_event);
BPFHOST_EVENT(flows_missed_event);
BPFHOST_EVENT(counter_event);

const volatile bool xdp_show_packets = false;
const volatile bool xdp_show_drops = false;
const volatile bool xdp_show_flows = false;
const volatile bool xdp_show_counters = false;
const volatile __u32 xdp_sample = 1;
const volatile bool xdp_has_match = false;
const volatile struct bpfhost_condition xdp_match = {};

#include "plain.bpf.h"
#include "flows.bpf.h"
#include "counters.bpf.h"
#include "pcap.bpf.h"
#include "odd.bpf.h"
#include "capture.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xdp_scratch);
} xdp_scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XDP_INTERFACES_MAX);
	__type(key, __u32);
	__type(value, struct xdp_interface);
} xdp_interfaces SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} xdp_sampled SEC(".maps");

/* One in so many, of this CPU. */
static __always_inline bool xdp_is_sampled(void)
{
	__u32 zero = 0;
	__u64 *count;

	if (xdp_sample <= 1)
		return true;
	count = bpf_map_lookup_elem(&xdp_sampled, &zero);
	return count && (*count)++ % xdp_sample == 0;
}

static __always_inline void xdp_name(struct packet_event *packet, __u32 ifindex)
{
	const struct xdp_interface *interface = bpf_map_lookup_elem(&xdp_interfaces, &ifindex);

	if (interface)
		__builtin_memcpy(packet->iface, interface->name, XDP_NAME_SIZE);
	else
		__builtin_memset(packet->iface, 0, XDP_NAME_SIZE);
}

#include "drop.bpf.h"

static __always_inline void xdp_tell_packet(struct xdp_md *ctx, struct xdp_scratch *s)
{
	bool wanted = xdp_show_packets || s->packet.action == XDP_VERDICT_DROP;

	if (!wanted || !xdp_is_sampled())
		return;
	xdp_name(&s->packet, ctx->ingress_ifindex);
	s->packet.queue = ctx->rx_queue_index;
	BPFHOST_EMIT(packet_event, event) {
		/* From an array on that is known to be aligned, else clang copies byte by byte. */
		__builtin_memcpy(event->iface, s->packet.iface,
				 sizeof(*event) - offsetof(struct packet_event, iface));
	}
}

static __always_inline bool xdp_matches(struct xdp_scratch *s)
{
	const struct bpfhost_condition *match = (const void *)&xdp_match;

	if (!xdp_has_match)
		return true;
	barrier_var(match); /* it is not volatile any more, and not empty either */
	return bpfhost_condition_holds(match, &s->packet);
}

/* Whether anybody asks what is in a packet. A capture of all does not. */
static __always_inline bool xdp_looks(void)
{
	return xdp_has_match || xdp_show_packets || xdp_show_drops || xdp_show_flows ||
	       xdp_show_counters || xdp_has_drop;
}

/* Whether anybody asks for more than whose a packet is. */
static __always_inline bool xdp_looks_closer(void)
{
	return xdp_has_match || xdp_show_packets || xdp_show_drops || xdp_has_drop;
}

/* 0, or -1: the packet cannot be read. */
static __always_inline int xdp_look(struct xdp_md *ctx, struct xdp_scratch *s)
{
	if (!xdp_looks() || (!xdp_looks_closer() && xdp_plain(ctx, s)))
		return 0;
	return xdp_parse(ctx, s);
}

static __always_inline void xdp_log_first(struct xdp_md *ctx, struct xdp_scratch *s)
{
	if (!xdp_is_first(ctx->ingress_ifindex))
		return;
	xdp_name(&s->packet, ctx->ingress_ifindex);
	xdp_tell_first(s->packet.iface, ctx->ingress_ifindex, ctx->rx_queue_index);
}

static __always_inline void xdp_log_odd(struct xdp_md *ctx, struct xdp_scratch *s)
{
	if (!xdp_is_odd(s))
		return;
	xdp_name(&s->packet, ctx->ingress_ifindex);
	xdp_fill(s);
	xdp_tell_odd(&s->packet);
}

static __always_inline void xdp_tell(struct xdp_md *ctx, struct xdp_scratch *s)
{
	struct xdp_capture_sums *captured = xdp_capture_see(ctx);

	xdp_log_first(ctx, s);
	if (xdp_has_match || xdp_show_packets || xdp_show_drops)
		xdp_fill(s);
	if (xdp_has_match) {
		xdp_name(&s->packet, ctx->ingress_ifindex);
		s->packet.queue = ctx->rx_queue_index;
	}
	if (!xdp_pcap_matches(ctx) || !xdp_matches(s))
		return;
	if (xdp_looks())
		xdp_log_odd(ctx, s);
	if (xdp_show_counters)
		xdp_count(ctx, s);
	if (xdp_show_flows)
		xdp_flow(ctx, s);
	if (xdp_show_packets || xdp_show_drops)
		xdp_tell_packet(ctx, s);
	if (xdp_captures)
		xdp_capture(ctx, &s->packet, captured);
}

SEC("xdp.frags")
int xdp_program(struct xdp_md *ctx)
{
	__u32 zero = 0;
	struct xdp_scratch *s = bpf_map_lookup_elem(&xdp_scratch, &zero);

	if (!s)
		return XDP_PASS;
	s->packet.length = (__u32)bpf_xdp_get_buff_len(ctx);
	if (xdp_look(ctx, s))
		return XDP_PASS;
	s->packet.action = XDP_VERDICT_PASS;
	if (xdp_has_drop)
		xdp_drop(ctx, s);
	xdp_tell(ctx, s);
	return s->packet.action == XDP_VERDICT_DROP ? XDP_DROP : XDP_PASS;
}
