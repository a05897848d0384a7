/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "capability.h"

#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../kernel/kernel.h"

static uint64_t capability_needed(const struct bpf_object *object)
{
	uint64_t needed = 1ULL << CAP_BPF | 1ULL << CAP_PERFMON;
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
		if (bpf_program__autoload(program))
			needed |= kernel_capabilities_of(bpf_program__type(program));
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
	uint64_t missing =
		kernel_capabilities_missing(capability_needed(object), kernel_capabilities_held());

	out[0] = '\0';
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t used = strlen(out);

		if (missing >> known[i].number & 1)
			snprintf(out + used, CAPABILITY_TEXT_MAX - used, "%s%s",
				 used ? " and " : "", known[i].name);
	}
}
