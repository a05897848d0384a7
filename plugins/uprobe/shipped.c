/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The presets of uprobe.d as they were when this was built: a plugin does not know below which prefix it
 * was installed, and has to work from a build tree.
 */
#include "preset.h"

#define SHIPPED(name)                                                                              \
	__asm__(".pushsection .rodata\n"                                                           \
		"uprobe_shipped_" #name ":\n"                                                      \
		".incbin \"" UPROBE_PRESETS "/" #name ".preset\"\n"                                \
		".byte 0\n"                                                                        \
		".popsection\n");                                                                  \
	__attribute__((visibility("hidden"))) extern const char uprobe_shipped_##name[]

SHIPPED(mysql);

const struct uprobe_preset uprobe_presets[] = {
	{ "mysql", uprobe_shipped_mysql },
	{ NULL, NULL },
};
