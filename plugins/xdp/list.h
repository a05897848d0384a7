/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef XDP_LIST_H
#define XDP_LIST_H

#include <bpfhost/plugin.h>

extern const struct bpfhost_ext_probes xdp_ext_probes;

#endif
