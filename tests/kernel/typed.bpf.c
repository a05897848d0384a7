/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* See tests/live/test_doctor.sh. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char typed_license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
} typed_ring SEC(".maps");

SEC("tp_btf/sched_process_exec")
int typed_exec(void *ctx)
{
	(void)ctx;
	return bpf_ringbuf_query(&typed_ring, BPF_RB_AVAIL_DATA) != 0;
}
