/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef XDP_OFFLOAD_H
#define XDP_OFFLOAD_H

#include "state.h"

/*
 * Between bpfhost_open and bpfhost_load: with mode=offload the programs are made for the card, which has
 * to be one that takes programs. 0, or -errno and told.
 */
int xdp_offload_prepare(struct bpfhost_instance *self, const struct xdp *xdp);

#endif
