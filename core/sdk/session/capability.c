/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "capability.h"

#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Bit n: capability n; all where it cannot be told. */
static uint64_t capability_held(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 0, 0, 0 } };

	if (syscall(SYS_capget, &header, data) < 0)
		return UINT64_MAX;
	return (uint64_t)data[1].effective << 32 | data[0].effective;
}

static bool capability_is_net(enum bpf_prog_type type)
{
	return type == BPF_PROG_TYPE_XDP || type == BPF_PROG_TYPE_SCHED_CLS ||
	       type == BPF_PROG_TYPE_SCHED_ACT;
}

/* CAP_PERFMON for all: what the SDK's part of a program reads of the kernel is refused without it. */
static uint64_t capability_needed(const struct bpf_object *object)
{
	uint64_t needed = 1ULL << CAP_BPF | 1ULL << CAP_PERFMON;
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
		if (bpf_program__autoload(program) && capability_is_net(bpf_program__type(program)))
			needed |= 1ULL << CAP_NET_ADMIN;
	return needed;
}

void capability_missing(const struct bpf_object *object, char out[CAPABILITY_TEXT_MAX])
{
	static const struct {
		unsigned int number;
		const char *name;
	} known[] = {
		{ CAP_BPF, "CAP_BPF" },
		{ CAP_PERFMON, "CAP_PERFMON" },
		{ CAP_NET_ADMIN, "CAP_NET_ADMIN" },
	};
	uint64_t held = capability_held(), missing = capability_needed(object) & ~held;

	out[0] = '\0';
	if (held >> CAP_SYS_ADMIN & 1) /* which stands for CAP_BPF and CAP_PERFMON */
		missing &= 1ULL << CAP_NET_ADMIN;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t used = strlen(out);

		if (missing >> known[i].number & 1)
			snprintf(out + used, CAPABILITY_TEXT_MAX - used, "%s%s",
				 used ? " and " : "", known[i].name);
	}
}
