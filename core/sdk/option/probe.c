/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>

#include <bpfhost/probe.h>

#include "probe.h"

int option_check_probe(const char *text, struct bpfhost_error *err)
{
	struct bpfhost_probe *probe;
	int e = bpfhost_probe_parse(text, &probe, err);

	if (!e)
		bpfhost_probe_free(probe);
	return !e || e == -ENOMEM ? e : -EINVAL;
}
