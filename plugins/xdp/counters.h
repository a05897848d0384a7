/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Packets and bytes by interface, queue, protocol and action, told from time to time. */
#ifndef XDP_COUNTERS_H
#define XDP_COUNTERS_H

#include <bpfhost/sdk.h>

#include "interfaces.h"

/* What was told of one combination. */
struct xdp_counted {
	struct xdp_counter_key key;
	struct xdp_counter total;
};

struct xdp_counters {
	struct xdp_counted *told;
	uint32_t count;
	uint64_t told_ns; /* when; CLOCK_MONOTONIC */
};

/* Tells of every combination that had packets since the last time. */
void xdp_counters_tell(struct bpfhost_instance *self, struct xdp_counters *counters,
		       const struct xdp_interfaces *interfaces);
void xdp_counters_free(struct xdp_counters *counters);

#endif
