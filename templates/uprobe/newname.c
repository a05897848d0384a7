/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/plugin.h>

BPFHOST_PLUGIN(.name = "newname", .version = "0.1", .license = "GPL-2.0-only OR BSD-2-Clause",
	       .description = "every call of execve in the C library");
