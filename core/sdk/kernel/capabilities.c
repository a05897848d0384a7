/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "kernel.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

uint64_t kernel_capabilities_held(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 0, 0, 0 } };

	if (syscall(SYS_capget, &header, data) < 0)
		return UINT64_MAX;
	return (uint64_t)data[1].effective << 32 | data[0].effective;
}

/* CAP_PERFMON for all: what the SDK's part of a program reads of the kernel is refused without it. */
uint64_t kernel_capabilities_of(enum bpf_prog_type type)
{
	uint64_t needed = 1ULL << CAP_BPF | 1ULL << CAP_PERFMON;

	if (type == BPF_PROG_TYPE_XDP || type == BPF_PROG_TYPE_SCHED_CLS ||
	    type == BPF_PROG_TYPE_SCHED_ACT)
		needed |= 1ULL << CAP_NET_ADMIN;
	return needed;
}

uint64_t kernel_capabilities_missing(uint64_t needed, uint64_t held)
{
	if (held >> CAP_SYS_ADMIN & 1)
		held |= 1ULL << CAP_BPF | 1ULL << CAP_PERFMON;
	return needed & ~held;
}
