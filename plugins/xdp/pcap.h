/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The option `pcap`: a filter in tcpdump's language. */
#ifndef XDP_PCAP_H
#define XDP_PCAP_H

#include <bpfhost/sdk.h>

/*
 * Between bpfhost_open and bpfhost_load: writes the filter's instructions into the program, where the option is
 * given. 0, or -errno and told.
 */
int xdp_pcap_set(struct bpfhost_instance *self);

#endif
