/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What becomes of interfaces while an instance runs: they go, come, and change their names. */
#ifndef XDP_FOLLOW_H
#define XDP_FOLLOW_H

#include "state.h"

/* Reads the news that there are, so many at most, and does what they ask for. */
void xdp_follow(struct bpfhost_instance *self, struct xdp *xdp);

/* What an instance must keep to attach to interfaces that appear later: BPFHOST_NEED_... */
static inline uint64_t xdp_follow_needs(const struct xdp *xdp)
{
	return xdp->interfaces.follow ? BPFHOST_NEED_LATE_ATTACH : 0;
}

#endif
