/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/bpf.h>

#include "newname_event.h"

BPFHOST_EVENT(newident_event);

/* As /sys/kernel/tracing/events/sched/sched_process_exec/format says. */
struct exec_context {
	__u64 common;
	__u32 path; /* its lower half: how far behind the beginning of this struct the string lies */
	__s32 pid;
	__s32 old_pid;
};

SEC("tracepoint/sched/sched_process_exec")
int on_exec(struct exec_context *context)
{
	BPFHOST_EMIT(newident_event, event) {
		bpfhost_kernel_string(event, path, (char *)context + (context->path & 0xffff));
	}
	return 0;
}
