/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef XDP_EXPLAIN_H
#define XDP_EXPLAIN_H

#include <stddef.h>
#include <stdint.h>

#include "attach.h"

/* Why the kernel did not put a program on an interface, in words; err is its -errno. */
void xdp_explain(uint32_t ifindex, enum xdp_mode mode, int err, char *text, size_t size);

#endif
