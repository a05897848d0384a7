/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/plugin.h>

BPFHOST_PLUGIN(.name = "hello", .version = "1.0", .license = "GPL-2.0-only OR BSD-2-Clause",
	       .description = "greets every program that starts");
