/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A plugin that wants much of a kernel, for bpfhost doctor to find out; it is never run. */
#include <bpfhost/plugin.h>
#include <linux/capability.h>

BPFHOST_PLUGIN(.name = "wants", .version = "1", .license = "MIT",
	       .description = "wants BPF LSM, kprobes and the kernel's types",
	       .capabilities = 1ULL << CAP_NET_RAW);
