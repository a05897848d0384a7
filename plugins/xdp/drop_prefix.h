/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One address or prefix from its text. */
#ifndef XDP_DROP_PREFIX_H
#define XDP_DROP_PREFIX_H

#include "drop_rules.h"

/* Reads ADDRESS or ADDRESS/BITS; is_exception and rule are the caller's. 0, or -EINVAL with a sentence. */
int xdp_prefix_parse(const char *text, struct xdp_prefix *ret_prefix, struct bpfhost_error *err);

#endif
