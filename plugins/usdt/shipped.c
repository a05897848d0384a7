/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The catalogues of usdt.d as they were when this was built: a plugin does not know below which prefix
 * it was installed, and has to work from a build tree. What the system and the user have in their
 * folders comes behind, and holds.
 */
#include <string.h>

#include "catalogue.h"

#define SHIPPED(name)                                                                              \
	__asm__(".pushsection .rodata\n"                                                           \
		"shipped_" #name ":\n"                                                             \
		".incbin \"" USDT_CATALOGUES "/" #name ".probes\"\n"                               \
		".byte 0\n"                                                                        \
		".popsection\n");                                                                  \
	__attribute__((visibility("hidden"))) extern const char shipped_##name[]

SHIPPED(libc);
SHIPPED(libstdcxx);
SHIPPED(php);
SHIPPED(postgresql);
SHIPPED(python);
SHIPPED(ruby);

int usdt_catalogue_shipped(struct usdt_catalogue *catalogue, struct bpfhost_error *err)
{
	const struct {
		const char *origin, *text;
	} all[] = {
		{ "libc.probes", shipped_libc },     { "libstdcxx.probes", shipped_libstdcxx },
		{ "php.probes", shipped_php },       { "postgresql.probes", shipped_postgresql },
		{ "python.probes", shipped_python }, { "ruby.probes", shipped_ruby },
	};
	int ret = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && !ret; i++)
		ret = usdt_catalogue_text(catalogue, all[i].origin, all[i].text,
					  strlen(all[i].text), err);
	return ret;
}
