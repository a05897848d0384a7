/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tcpdump's language, as libpcap understands it. */
#ifndef XDP_PCAP_COMPILE_H
#define XDP_PCAP_COMPILE_H

#include <bpfhost/error.h>
#include <stdint.h>

struct sock_filter;

/*
 * Compiles an expression (pcap-filter(7)) for Ethernet frames to classic BPF, the caller's, freed with free().
 * Names of hosts, networks and ports are looked up as tcpdump does. 0, -EINVAL with libpcap's words in *err, or
 * -ENOMEM.
 */
int xdp_pcap_compile(const char *text, struct sock_filter **ret_filter, uint32_t *ret_count,
		     struct bpfhost_error *err);

#endif
