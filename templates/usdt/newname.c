/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/plugin.h>

BPFHOST_PLUGIN(.name = "newname", .version = "0.1", .license = "GPL-2.0-only OR BSD-2-Clause",
	       .description = "every exception that a C++ program throws");
