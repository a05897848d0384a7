/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/bpf.h>

#include "misbehave_event.h"

BPFHOST_EVENT(misbehave_event);

/* To process 1 only, and one that is ignored: what counts is that it could. */
SEC("tracepoint/syscalls/sys_enter_getppid")
int on_getppid(void *ctx)
{
	(void)ctx;
	if (bpf_get_current_pid_tgid() >> 32 == 1)
		bpf_send_signal(23 /* SIGURG */);
	BPFHOST_EMIT(misbehave_event, event) {
		event->number = 1;
	}
	return 0;
}
