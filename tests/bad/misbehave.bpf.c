/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/bpf.h>

#include "misbehave_event.h"

BPFHOST_EVENT(misbehave_event);

SEC("tracepoint/syscalls/sys_enter_getppid")
int on_getppid(void *ctx)
{
	(void)ctx;
	BPFHOST_EMIT(misbehave_event, event) {
		event->number = 1;
	}
	return 0;
}
