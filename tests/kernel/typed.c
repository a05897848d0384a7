/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A plugin on tracepoints with types, whose only ring is its own, for bpfhost doctor. */
#include <bpfhost/plugin.h>

BPFHOST_PLUGIN(.name = "typed", .version = "1", .license = "MIT",
	       .description = "wants a tracepoint with types, and no function");
