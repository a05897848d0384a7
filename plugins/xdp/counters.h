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
	struct xdp_counter now; /* what is there to tell, while it is gathered */
};

struct xdp_counters {
	void *told;                /* tree of struct xdp_counted, tsearch(3) */
	uint64_t told_ns;          /* when; CLOCK_MONOTONIC */
	uint64_t interval_ns;      /* between the last two times */
	const uint64_t *uncounted; /* shared with the programs; NULL: counters are not shown */
	uint64_t uncounted_told;
};

/* After bpfhost_load. 0 or -errno and told. */
int xdp_counters_start(struct bpfhost_instance *self, struct xdp_counters *counters);
/* Tells of every combination that had packets since the last time. */
void xdp_counters_tell(struct bpfhost_instance *self, struct xdp_counters *counters,
		       const struct xdp_interfaces *interfaces);
void xdp_counters_free(struct xdp_counters *counters);

#endif
