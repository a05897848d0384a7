/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TEST_PCAP_ORACLE_H
#define TEST_PCAP_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

/* What libpcap itself says of a frame. Its headers do not go together with the kernel's. */
struct pcap_oracle;

/* NULL where libpcap does not understand the expression. */
struct pcap_oracle *pcap_oracle_new(const char *text);
void pcap_oracle_free(struct pcap_oracle *oracle);
bool pcap_oracle_matches(const struct pcap_oracle *oracle, const void *frame, uint32_t size);

#endif
