/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

#include <bpfhost/condition.bpf.h>

#include "condition_record.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct condition_case);
} cases SEC(".maps");

static __always_inline struct condition_case *only_case(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&cases, &key);
}

SEC("raw_tp")
int evaluate(void *ctx)
{
	struct condition_case *found = only_case();

	(void)ctx;
	if (!found)
		return 2;
	*(__u64 *)&found->record[RECORD_KERNEL_POINTER] = (__u64)&found->record[RECORD_KERNEL_TEXT];
	return bpfhost_condition_holds(&found->condition, found->record);
}

/* The same from the stack, with the head of the record only. */
SEC("raw_tp")
int evaluate_stack(void *ctx)
{
	struct condition_case *found = only_case();
	__u64 head[32];

	(void)ctx;
	if (!found)
		return 2;
	__builtin_memcpy(head, found->record, sizeof(head));
	return bpfhost_condition_holds(&found->condition, head);
}

/* A tracepoint's record is its context; this one is only loaded. */
SEC("tracepoint/sched/sched_process_exec")
int evaluate_context(void *ctx)
{
	struct condition_case *found = only_case();

	return found && bpfhost_condition_holds(&found->condition, ctx);
}

/* Of a type that can be run many times over, to see what one evaluation costs. */
SEC("tc")
int timed(void *ctx)
{
	struct condition_case *found = only_case();

	(void)ctx;
	return found && bpfhost_condition_holds(&found->condition, found->record);
}

SEC("tc")
int timed_empty(void *ctx)
{
	struct condition_case *found = only_case();

	(void)ctx;
	return found && found->condition.test_count == 77;
}

char _license[] SEC("license") = "Dual BSD/GPL";
