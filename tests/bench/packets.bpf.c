/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What any program on an interface costs at least: one that does nothing, and some that count. */
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

/*
 * By flow: addresses, ports and protocol of a UDP packet in IPv4, in no more memory than that takes. Whoever
 * keeps flows in an LRU map pays this, most of it for memory that is in no cache.
 */
struct flow_key {
	__u32 saddr, daddr, ports, proto;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 131072);
	__type(key, struct flow_key);
	__type(value, __u64[2]);
} flows SEC(".maps");

SEC("xdp")
int count_flows(struct xdp_md *ctx)
{
	const __u8 *at = (const __u8 *)(unsigned long)ctx->data;
	__u64 *flow, first[2] = { 1, ctx->data_end - ctx->data };
	struct flow_key key;

	if (at + 42 > (const __u8 *)(unsigned long)ctx->data_end)
		return XDP_PASS;
	key = (struct flow_key){ *(const __u32 *)(at + 26), *(const __u32 *)(at + 30),
				 *(const __u32 *)(at + 34), at[23] };
	flow = bpf_map_lookup_elem(&flows, &key);
	if (flow) {
		__sync_fetch_and_add(&flow[0], 1);
		__sync_fetch_and_add(&flow[1], first[1]);
	} else {
		bpf_map_update_elem(&flows, &key, first, BPF_NOEXIST);
	}
	return count_packet(ctx);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
