/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A place for instructions that are made when the program is loaded: as many of them that do nothing as there is
 * room for. User space knows it by these, and writes over them. They are given the packet's context and a piece
 * of stack, and leave what they found there (pcap_translate.h). Where no filter is asked for, the verifier
 * removes all of it.
 */
#ifndef XDP_PCAP_BPF_H
#define XDP_PCAP_BPF_H

#include "xdp_maps.h"

const volatile bool xdp_has_pcap = false;

#define XDP_TEXT_(x) #x
#define XDP_TEXT(x)  XDP_TEXT_(x)

static __always_inline bool xdp_pcap_matches(struct xdp_md *ctx)
{
	__u64 stack[9]; /* XDP_PCAP_STACK bytes */
	void *context = ctx, *place = stack;

	if (!xdp_has_pcap)
		return true;
	/* What goes in and may not be among the clobbered is moved to where it is wanted first. */
	asm volatile("r7 = %[context]\n"
		     "r8 = %[place]\n"
		     ".rept " XDP_TEXT(XDP_PCAP_ROOM) "\n"
						      "goto +0\n"
						      ".endr\n"
		     : [context] "+r"(context), [place] "+r"(place)
		     :
		     : "r0", "r1", "r2", "r3", "r4", "r5", "r7", "r8", "memory");
	return *(volatile __u32 *)stack != 0;
}

#endif
