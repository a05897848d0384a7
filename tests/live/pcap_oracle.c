/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pcap_oracle.h"

#include <pcap/pcap.h>
#include <stdlib.h>

struct pcap_oracle {
	struct bpf_program program;
};

struct pcap_oracle *pcap_oracle_new(const char *text)
{
	struct pcap_oracle *oracle = calloc(1, sizeof(*oracle));
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 262144);

	if (pcap_compile(pcap, &oracle->program, text, 1, PCAP_NETMASK_UNKNOWN) < 0) {
		free(oracle);
		oracle = NULL;
	}
	pcap_close(pcap);
	return oracle;
}

void pcap_oracle_free(struct pcap_oracle *oracle)
{
	pcap_freecode(&oracle->program);
	free(oracle);
}

bool pcap_oracle_matches(const struct pcap_oracle *oracle, const void *frame, uint32_t size)
{
	const struct pcap_pkthdr header = { .caplen = size, .len = size };

	return pcap_offline_filter(&oracle->program, &header, frame);
}
