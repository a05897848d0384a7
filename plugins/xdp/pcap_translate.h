/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From classic BPF, which libpcap makes of tcpdump's language, to instructions that run in an XDP program. */
#ifndef XDP_PCAP_TRANSLATE_H
#define XDP_PCAP_TRANSLATE_H

#include <linux/bpf.h>
#include <linux/filter.h>
#include <stdint.h>

/* Bytes on the stack that the instructions use, and where in them they leave the answer, a __u32. */
#define XDP_PCAP_STACK  72
#define XDP_PCAP_ANSWER 0

/*
 * The instructions expect the context of an XDP program in r7 and the address of XDP_PCAP_STACK bytes of
 * stack in r8; they use all registers but r10, leave what the filter returned (0: the packet is not wanted) in
 * the answer, and end behind their last one. There is room for `room` of them. Returns 0, -E2BIG where that is
 * not enough, -EINVAL for classic BPF that is not sound, -ELOOP for a loop, -ENOTSUP for what only the kernel's
 * socket filters know.
 */
int xdp_pcap_translate(const struct sock_filter *filter, uint32_t count, struct bpf_insn *ret_code,
		       uint32_t room, uint32_t *ret_count);

#endif
