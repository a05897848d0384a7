/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A plugin that is sound but for what a file says before or behind including this. */
#ifndef BAD_PLAIN_H
#define BAD_PLAIN_H

#include <bpfhost/plugin.h>

/* A later initialiser wins over the one in BPFHOST_PLUGIN, which is what these files are for. */
#pragma GCC diagnostic ignored "-Woverride-init"

#define BAD_PLUGIN(...)                                                                            \
	BPFHOST_PLUGIN(.version = "1.0", .license = "GPL-2.0-only OR BSD-2-Clause",                \
		       .description = "does not do as it should", __VA_ARGS__)

#endif
