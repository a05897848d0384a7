/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* `bpfhost probes uprobe TARGET[:GLOB] [-v]`: the functions of a file, and with -v where each lies. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/sdk.h>

#include "place.h"
#include "uprobe.h"

struct list {
	struct bpfhost_file *file;
	const char *target;
	int verbose;
	void (*found)(void *ctx, const char *probe, const char *detail);
	void *ctx;
};

const struct bpfhost_ext_probes uprobe_ext_probes = {
	.size = sizeof(struct bpfhost_ext_probes),
	.list = NULL,
};
