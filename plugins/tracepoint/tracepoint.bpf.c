/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/bpf.h>
#include <bpfhost/condition.bpf.h>
#include <bpfhost/copy.bpf.h>

#include "tracepoint_event.h"

struct tracepoint_record {
	struct bpfhost_event header;
	char payload[];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tracepoint_probe);
} tracepoint_probes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bpfhost_condition);
} tracepoint_conditions SEC(".maps");

const volatile struct tracepoint_size tracepoint_sizes[TRACEPOINT_SIZES] = {};
const volatile bool tracepoint_has_conditions = false;
const volatile bool tracepoint_has_extras = false;

static __always_inline bool tracepoint_passes(const struct tracepoint_probe *probe, void *ctx)
{
	const struct bpfhost_condition *condition;
	__u32 key = probe->condition;

	if (!tracepoint_has_conditions || key == TRACEPOINT_NO_CONDITION)
		return true;
	condition = bpf_map_lookup_elem(&tracepoint_conditions, &key);
	return condition && bpfhost_condition_holds(condition, ctx);
}

static __always_inline __u32 tracepoint_u32(const void *ctx, __u32 offset)
{
	__u32 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), ctx + offset);
	return value;
}

static __always_inline const void *tracepoint_pointer(const void *ctx, __u32 offset)
{
	const void *value = NULL;

	bpf_probe_read_kernel(&value, sizeof(value), ctx + offset);
	return value;
}

/* Where the dynamic data of a field is; its length in bytes goes to *length. */
static __always_inline const void *tracepoint_located(const void *ctx, __u32 offset, bool relative,
						      __u32 *length)
{
	__u32 location = tracepoint_u32(ctx, offset);
	__u32 start = location & 0xffff;

	*length = location >> 16;
	return ctx + (relative ? offset + 4 + start : start);
}

static __always_inline void tracepoint_bytes(char *place, __u32 capacity, __u32 most,
					     const void *source, __u32 length)
{
	if (capacity < 4)
		return;
	capacity -= 4;
	if (length > capacity)
		length = capacity;
	barrier_var(length);
	if (length > most - 4)
		return;
	if (bpf_probe_read_kernel(place + 4, length, source) < 0)
		length = 0;
	*(__u32 *)place = length;
}

/* most: the largest capacity of any extra of this program, a constant to the verifier. */
static __always_inline void tracepoint_extra(struct bpfhost_event *event, char *place, __u32 most,
					     const struct tracepoint_extra *extra, const void *ctx)
{
	__u32 kind = extra->kind, capacity = extra->capacity, length = 0;
	bool relative = kind == TRACEPOINT_REL_LOC_STR || kind == TRACEPOINT_REL_LOC_BYTES;
	const void *source;

	if (capacity > most)
		return;
	if (kind == TRACEPOINT_USER_SOCKADDR) {
		if (most >= BPFHOST_SOCKADDR_SIZE)
			bpfhost_copy_sockaddr(place, tracepoint_pointer(ctx, extra->source));
	} else if (kind == TRACEPOINT_USER_STR || kind == TRACEPOINT_KERNEL_STR) {
		source = tracepoint_pointer(ctx, extra->source);
		bpfhost_copy_string(&event->flags, place, capacity, most, source,
				    kind == TRACEPOINT_USER_STR);
	} else {
		source = tracepoint_located(ctx, extra->source, relative, &length);
		if (kind == TRACEPOINT_DATA_LOC_STR || kind == TRACEPOINT_REL_LOC_STR)
			bpfhost_copy_string(&event->flags, place, capacity, most, source, false);
		else if (most >= 4)
			tracepoint_bytes(place, capacity, most, source, length);
	}
}

static __always_inline void tracepoint_fill(struct tracepoint_record *record,
					    const struct tracepoint_probe *probe, const void *ctx,
					    const volatile struct tracepoint_size *size)
{
	__u32 length = probe->length;

	if (length && length <= size->piece)
		bpf_probe_read_kernel(record->payload, length, ctx + probe->from);
	if (!tracepoint_has_extras)
		return;
	for (__u32 i = 0; i < TRACEPOINT_EXTRAS_MAX && i < probe->nextras; i++) {
		const struct tracepoint_extra *extra = &probe->extras[i];
		__u32 place = extra->place;

		if (place <= size->place)
			tracepoint_extra(&record->header, record->payload + place, size->capacity,
					 extra, ctx);
	}
}

static __always_inline int tracepoint_hit(void *ctx, const volatile struct tracepoint_size *size)
{
	__u32 key = (__u32)bpf_get_attach_cookie(ctx);
	const struct tracepoint_probe *probe = bpf_map_lookup_elem(&tracepoint_probes, &key);

	if (!probe || !tracepoint_passes(probe, ctx))
		return 0;
	BPFHOST_EMIT_SIZED(struct tracepoint_record, size->record, probe->type, record) {
		tracepoint_fill(record, probe, ctx, size);
	}
	return 0;
}

#define TRACEPOINT_PROGRAM(n)                                                                      \
	SEC("tracepoint")                                                                          \
	int tracepoint_##n(void *ctx)                                                              \
	{                                                                                          \
		return tracepoint_hit(ctx, &tracepoint_sizes[n]);                                  \
	}

TRACEPOINT_PROGRAM(0)
TRACEPOINT_PROGRAM(1)
TRACEPOINT_PROGRAM(2)
TRACEPOINT_PROGRAM(3)
