/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/sdk.h>

#include "usdt.h"

const struct bpfhost_ext_probes usdt_ext_probes = {
	.size = sizeof(struct bpfhost_ext_probes),
	.list = NULL,
};
