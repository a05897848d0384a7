/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The verifier walks through each round, writes some megabytes about that, and then refuses the last line. */
#include <bpfhost/bpf.h>

#include "misbehave_event.h"

#define ROUNDS 6000

BPFHOST_EVENT(misbehave_event);

SEC("tracepoint/syscalls/sys_enter_getppid")
int on_getppid_long(void *ctx)
{
	volatile __u64 sum = 0;

	(void)ctx;
	for (__u32 i = 0; i < ROUNDS; i++)
		sum += i ^ bpf_get_prandom_u32();
	return *(volatile int *)sum;
}
