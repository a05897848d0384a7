/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef USDT_USDT_H
#define USDT_USDT_H

#include <bpfhost/plugin.h>

#include "catalogue.h"

extern const struct bpfhost_ext_probes usdt_ext_probes;

/* The catalogues that an instance knows. Errors are told. */
int usdt_read_catalogues(struct bpfhost_instance *self, struct usdt_catalogue **ret_catalogue);

#endif
