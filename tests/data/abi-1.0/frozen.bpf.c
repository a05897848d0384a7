/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/bpf.h>

#include "frozen_event.h"

BPFHOST_EVENT(frozen_event);
BPFHOST_EVENT(frozen_sum_event);

const volatile __u64 frozen_first;
__u64 frozen_count;

SEC("tracepoint/sched/sched_process_exec")
int frozen_exec(void *context)
{
	__u64 number;

	(void)context;
	if (!bpfhost_filter_passes())
		return 0;
	number = frozen_first + __sync_fetch_and_add(&frozen_count, 1);
	bpfhost_log_info("number %llu", number);
	BPFHOST_EMIT(frozen_event, event) {
		event->number = number;
		event->took = 1500;
		event->present = FROZEN_HAS_NUMBER;
		event->ret = -2;
		event->mask = 0xff;
		event->flags = FROZEN_ONE | FROZEN_TWO;
		event->address = 0x0100007f;
		event->port = 0x5000;
		__builtin_memcpy(event->mac, "\x02\0\0\0\0\x01", sizeof(event->mac));
		event->here = 7;
		event->not_here = 0;
		__builtin_memcpy(event->text, "frozen\0\0\0\0\0\0\0\0\0", sizeof(event->text));
		__builtin_memcpy(event->bytes, "\1\2\3\4", sizeof(event->bytes));
	}
	return 0;
}
