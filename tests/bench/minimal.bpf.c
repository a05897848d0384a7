/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What somebody writes by hand for these few jobs: the record of bpfhost, nothing that a tracer would
 * need beside it. The uprobes are attached to one process, so they need not ask which it is.
 */
#include <linux/bpf.h>
#include <linux/ptrace.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpfhost/event.h>

#include "minimal.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile __u32 minimal_pid = 0;
__u64 minimal_lost = 0;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, MINIMAL_RING_SIZE);
} minimal_ring SEC(".maps");

struct minimal_entered {
	__s64 value;
	__u64 time_ns;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct minimal_entered);
} minimal_calls SEC(".maps");

static __always_inline void *begin(__u64 size, __u64 id)
{
	struct bpfhost_event *event = bpf_ringbuf_reserve(&minimal_ring, size, 0);

	if (!event) {
		__sync_fetch_and_add(&minimal_lost, 1);
		return NULL;
	}
	event->time_ns = bpf_ktime_get_ns();
	event->lost = minimal_lost;
	event->cgroup = bpf_get_current_cgroup_id();
	event->type = 0;
	event->cpu = bpf_get_smp_processor_id();
	event->flags = 0;
	event->pid = id >> 32;
	event->tid = (__u32)id;
	event->uid = (__u32)bpf_get_current_uid_gid();
	event->reserved = 0;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	return event;
}

SEC("tracepoint/syscalls/sys_enter_getppid")
int minimal_event(void *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct bpfhost_event *event;

	(void)ctx;
	if (id >> 32 != minimal_pid)
		return 0;
	event = begin(sizeof(*event), id);
	if (event)
		bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
	return 0;
}

SEC("uprobe")
int minimal_value(struct pt_regs *ctx)
{
	struct minimal_value *event = begin(sizeof(*event), bpf_get_current_pid_tgid());

	if (!event)
		return 0;
	event->value = (__s32)PT_REGS_PARM1(ctx);
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
	return 0;
}

/* run.sh has looked that this is where the static probe has its arguments. */
SEC("uprobe")
int minimal_text(struct pt_regs *ctx)
{
	struct minimal_text *event = begin(sizeof(*event), bpf_get_current_pid_tgid());

	if (!event)
		return 0;
	event->number = (__s32)PT_REGS_PARM1(ctx);
	event->address = PT_REGS_PARM2(ctx);
	if (bpf_probe_read_user_str(event->text, sizeof(event->text), (void *)event->address) < 0)
		event->text[0] = 0;
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
	return 0;
}

SEC("uprobe")
int minimal_call(struct pt_regs *ctx)
{
	struct minimal_entered entered = { .value = (__s32)PT_REGS_PARM1(ctx) };
	__u64 id = bpf_get_current_pid_tgid();

	entered.time_ns = bpf_ktime_get_ns();
	bpf_map_update_elem(&minimal_calls, &id, &entered, BPF_ANY);
	return 0;
}

SEC("uprobe")
int minimal_call_return(struct pt_regs *ctx)
{
	__u64 id = bpf_get_current_pid_tgid(), now = bpf_ktime_get_ns();
	const struct minimal_entered *entered = bpf_map_lookup_elem(&minimal_calls, &id);
	struct minimal_call *event;

	if (!entered)
		return 0;
	event = begin(sizeof(*event), id);
	if (event) {
		event->value = entered->value;
		event->ret = (__s32)PT_REGS_RC(ctx);
		event->latency_ns = now - entered->time_ns;
		bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
	}
	bpf_map_delete_elem(&minimal_calls, &id);
	return 0;
}
