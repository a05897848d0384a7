/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Lines of the log: the first packet of an interface, and packets that are cut or lie. Of the latter a
 * CPU writes XDP_ODD_LINES a second at most, for whoever sends them decides how many there are; how many
 * were left out stands in the next line, or in the last one of all.
 *
 * What nobody listens to is not done: the verifier removes it by the log's level.
 */
#ifndef XDP_ODD_BPF_H
#define XDP_ODD_BPF_H

#include "packet.bpf.h"

#define XDP_ODD_LINES     10
#define XDP_ODD_SECOND_NS 1000000000ULL
#define XDP_LOG_INFO      3
#define XDP_KNOWN         64 /* interfaces that are told apart at once, by the end of their index */

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xdp_odd);
} xdp_odd SEC(".maps");

/* Interfaces of which a packet was seen. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XDP_INTERFACES_MAX);
	__type(key, __u32);
	__type(value, __u32);
} xdp_first SEC(".maps");

/* The same of some of them, to be asked for every packet. */
__u32 xdp_known[XDP_KNOWN] SEC(".data.xdp_known");

#define XDP_ERROR_NAME(name, text) #text,

/* By number; 0 is none. */
static const char xdp_error_names[XDP_ERRORS][XDP_ERROR_NAME_SIZE] = {
	"", XDP_ERROR_EACH(XDP_ERROR_NAME)
};

static __attribute__((noinline)) int xdp_tell_first(const char *iface, __u32 ifindex, __u32 queue)
{
	if (bpf_map_update_elem(&xdp_first, &ifindex, &queue, BPF_NOEXIST))
		return 0;
	bpfhost_log_info("%s: first packet, on queue %u", iface, queue);
	return 0;
}

/* The packet's iface must have been named. */
static __always_inline bool xdp_is_first(__u32 ifindex)
{
	__u32 *known = &xdp_known[ifindex % XDP_KNOWN];

	if (bpfhost_log_level < XDP_LOG_INFO || *(volatile __u32 *)known == ifindex)
		return false;
	*(volatile __u32 *)known = ifindex;
	return true;
}

/* Whether a line may be written; how many were not, before this one. */
static __always_inline bool xdp_odd_may(struct xdp_odd *odd, __u64 now, __u64 *ret_left_out)
{
	if (now - odd->since_ns >= XDP_ODD_SECOND_NS) {
		odd->since_ns = now;
		odd->lines = 0;
	}
	if (odd->lines >= XDP_ODD_LINES) {
		odd->left_out++;
		return false;
	}
	odd->lines++;
	*ret_left_out = odd->left_out;
	odd->left_out = 0;
	return true;
}

/* Addresses in an event lie at multiples of eight bytes. */
static __always_inline bool xdp_is_mapped(const __u8 *address)
{
	return !*(const __u64 *)address && *(const __u32 *)(address + 8) == bpf_htonl(0xffff);
}

static __always_inline void xdp_odd_line(const struct packet_event *packet, __u64 left_out)
{
	const char *name = xdp_error_names[packet->error < XDP_ERRORS ? packet->error : 0];

	if (left_out)
		bpfhost_log_info("%llu packets with errors were not told of", left_out);
	if (!(packet->present & XDP_HAS_ADDRESSES))
		bpfhost_log_info("%s: %s, %u bytes from %pM", packet->iface, name, packet->length,
				 packet->smac);
	else if (xdp_is_mapped(packet->saddr))
		bpfhost_log_info("%s: %s, %u bytes from %pM, %pI4 to %pI4", packet->iface, name,
				 packet->length, packet->smac, packet->saddr + 12,
				 packet->daddr + 12);
	else
		bpfhost_log_info("%s: %s, %u bytes from %pM, %pI6c to %pI6c", packet->iface, name,
				 packet->length, packet->smac, packet->saddr, packet->daddr);
}

/* Of a packet whose event is filled and has an error. */
static __attribute__((noinline)) int xdp_tell_odd(const struct packet_event *packet)
{
	__u32 zero = 0;
	struct xdp_odd *odd = bpf_map_lookup_elem(&xdp_odd, &zero);
	__u64 left_out = 0;

	if (odd && xdp_odd_may(odd, bpf_ktime_get_ns(), &left_out))
		xdp_odd_line(packet, left_out);
	return 0;
}

static __always_inline bool xdp_is_odd(const struct xdp_scratch *s)
{
	return bpfhost_log_level >= XDP_LOG_INFO && s->packet.present & XDP_HAS_ERROR;
}

#endif
