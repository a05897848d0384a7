/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/bpf.h>

#include "newname_event.h"

BPFHOST_EVENT(newident_event);

struct newident_totals newident_totals;

/* Programs that do not emit ask for --pid, --comm, --uid and --cgroup themselves. */
SEC("tracepoint/sched/sched_process_exec")
int on_exec(void *context)
{
	(void)context;
	if (bpfhost_filter_passes())
		__sync_fetch_and_add(&newident_totals.starts, 1);
	return 0;
}

SEC("tracepoint/sched/sched_process_exit")
int on_exit(void *context)
{
	(void)context;
	if (bpfhost_filter_passes())
		__sync_fetch_and_add(&newident_totals.ends, 1);
	return 0;
}
