/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A file of its own, because <pcap/pcap.h> and <linux/bpf.h> call two things by one name. */
#include "pcap_compile.h"

#include <errno.h>
#include <linux/filter.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#define SNAPLEN_MAX 262144 /* MAXIMUM_SNAPLEN of libpcap */

static int copy_out(const struct bpf_program *program, struct sock_filter **ret_filter,
		    uint32_t *ret_count)
{
	struct sock_filter *filter = calloc(program->bf_len ?: 1, sizeof(*filter));

	if (!filter)
		return -ENOMEM;
	for (uint32_t i = 0; i < program->bf_len; i++) {
		const struct bpf_insn *from = &program->bf_insns[i];

		filter[i] = (struct sock_filter){ from->code, from->jt, from->jf, from->k };
	}
	*ret_filter = filter;
	*ret_count = program->bf_len;
	return 0;
}

int xdp_pcap_compile(const char *text, struct sock_filter **ret_filter, uint32_t *ret_count,
		     struct bpfhost_error *err)
{
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, SNAPLEN_MAX);
	struct bpf_program program = { 0 };
	int ret;

	if (!pcap)
		return -ENOMEM;
	if (pcap_compile(pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN) < 0) {
		bpfhost_error_set(err, 0, "%s", pcap_geterr(pcap));
		ret = -EINVAL;
	} else {
		ret = copy_out(&program, ret_filter, ret_count);
		pcap_freecode(&program);
	}
	pcap_close(pcap);
	return ret;
}
