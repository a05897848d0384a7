/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The catalogues of usdt.d as they were when this was built. What is in folders holds against them. */
#include <string.h>

#include <bpfhost/data.h>

#include "catalogue.h"

BPFHOST_DATA(shipped_libc, USDT_CATALOGUES "/libc.probes");
BPFHOST_DATA(shipped_libstdcxx, USDT_CATALOGUES "/libstdcxx.probes");
BPFHOST_DATA(shipped_php, USDT_CATALOGUES "/php.probes");
BPFHOST_DATA(shipped_postgresql, USDT_CATALOGUES "/postgresql.probes");
BPFHOST_DATA(shipped_python, USDT_CATALOGUES "/python.probes");
BPFHOST_DATA(shipped_ruby, USDT_CATALOGUES "/ruby.probes");

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
