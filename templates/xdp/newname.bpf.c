/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#define BPFHOST_NO_TASK /* a packet belongs to no process */
#include <bpfhost/bpf.h>

#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>

#include "newname_event.h"

BPFHOST_EVENT(newident_event);

SEC("xdp")
int on_packet(struct xdp_md *context)
{
	const char *packet = (const char *)(long)context->data;
	const char *end = (const char *)(long)context->data_end;
	const struct ethhdr *ethernet = (const struct ethhdr *)packet;

	if ((const char *)(ethernet + 1) > end)
		return XDP_PASS;
	BPFHOST_EMIT(newident_event, event) {
		event->length = end - packet;
		event->type = bpf_ntohs(ethernet->h_proto);
		__builtin_memcpy(event->source, ethernet->h_source, sizeof(event->source));
		__builtin_memcpy(event->destination, ethernet->h_dest, sizeof(event->destination));
	}
	return XDP_PASS;
}
