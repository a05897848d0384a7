/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What somebody writes by hand for this one job: the record of bpfhost, nothing that a tracer would
 * need beside it.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <bpfhost/event.h>

#include "minimal.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile __u32 minimal_pid = 0;
__u64 minimal_lost = 0;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, MINIMAL_RING_SIZE);
} minimal_ring SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_getppid")
int minimal(void *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct bpfhost_event *event;

	(void)ctx;
	if (id >> 32 != minimal_pid)
		return 0;
	event = bpf_ringbuf_reserve(&minimal_ring, sizeof(*event), 0);
	if (!event) {
		__sync_fetch_and_add(&minimal_lost, 1);
		return 0;
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
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
	return 0;
}
