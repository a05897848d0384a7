/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The xdp plugin's program on packets whose source address is another each time it runs. */
#include "../../plugins/xdp/xdp.bpf.c"

#include "xdp_drop.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BENCH_SOURCES);
	__type(key, __u32);
	__type(value, struct bench_source);
} bench_sources SEC(".maps");

/* For comparison: the kernel's own search for the longest prefix, IPv4 as ::ffff:0:0/96. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1000000);
	__type(key, struct bench_prefix);
	__type(value, __u32);
} bench_lpm SEC(".maps");

__u32 bench_turn SEC(".data.bench");

/* Writes the next source address into the packet. */
static __always_inline int bench_next(struct xdp_md *ctx)
{
	__u32 at = bench_turn++ % BENCH_SOURCES;
	struct bench_source *source = bpf_map_lookup_elem(&bench_sources, &at);

	if (!source)
		return -1;
	if (source->is_ipv4)
		return bpf_xdp_store_bytes(ctx, 0, source->packet, 34);
	return bpf_xdp_store_bytes(ctx, 0, source->packet, 54);
}

SEC("xdp.frags")
int bench_bare(struct xdp_md *ctx)
{
	return bench_next(ctx) ? XDP_ABORTED : XDP_PASS;
}

enum bench_way { BENCH_NOTHING, BENCH_TABLE, BENCH_TRIE };

static __always_inline void bench_look_up(struct xdp_scratch *s)
{
	struct bench_prefix key = { .bits = 128 };
	__u32 *found;

	__builtin_memcpy(key.address, s->tuples[0].saddr, 16);
	found = bpf_map_lookup_elem(&bench_lpm, &key);
	if (found && *found)
		s->packet.action = XDP_VERDICT_DROP;
}

/* As xdp_program(), which no other program can call. */
static __always_inline int bench_run(struct xdp_md *ctx, enum bench_way way)
{
	__u32 zero = 0;
	struct xdp_scratch *s = bpf_map_lookup_elem(&xdp_scratch, &zero);

	if (bench_next(ctx) || !s || xdp_parse(ctx, s))
		return XDP_ABORTED;
	s->packet.action = XDP_VERDICT_PASS;
	if (way == BENCH_TABLE)
		xdp_drop(ctx, s);
	else if (way == BENCH_TRIE)
		bench_look_up(s);
	xdp_tell(ctx, s);
	return s->packet.action == XDP_VERDICT_DROP ? XDP_DROP : XDP_PASS;
}

SEC("xdp.frags")
int bench_nothing(struct xdp_md *ctx)
{
	return bench_run(ctx, BENCH_NOTHING);
}

SEC("xdp.frags")
int bench_table(struct xdp_md *ctx)
{
	return bench_run(ctx, BENCH_TABLE);
}

SEC("xdp.frags")
int bench_trie(struct xdp_md *ctx)
{
	return bench_run(ctx, BENCH_TRIE);
}
