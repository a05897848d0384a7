/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/bpf.h>

#include "hello_event.h"

BPFHOST_EVENT(hello_event);

SEC("tracepoint/sched/sched_process_exec")
int on_exec(void *ctx)
{
	(void)ctx;
	BPFHOST_EMIT(hello_event, event) {
		__builtin_memcpy(event->greeting, "hello, world\0\0\0", sizeof(event->greeting));
	}
	return 0;
}
