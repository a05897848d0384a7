/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What any program on an interface costs at least: one that does nothing, and one that counts. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[2]);
} counts SEC(".maps");

SEC("xdp")
int pass(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

static __always_inline int count_packet(struct xdp_md *ctx)
{
	__u32 zero = 0;
	__u64 *values = bpf_map_lookup_elem(&counts, &zero);

	if (values) {
		values[0]++;
		values[1] += ctx->data_end - ctx->data;
	}
	return XDP_PASS;
}

SEC("xdp")
int count(struct xdp_md *ctx)
{
	return count_packet(ctx);
}

/*
 * One that takes packets in pieces, as bpfhost's does: in generic mode the kernel copies each packet into pages of
 * a pool for it (skb_pp_cow_data()) instead of making room in front.
 */
SEC("xdp.frags")
int count_pieces(struct xdp_md *ctx)
{
	return count_packet(ctx);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
