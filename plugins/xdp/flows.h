/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Flows, told from time to time; the kernel side in flows.bpf.h says how no packet is lost of them. */
#ifndef XDP_FLOWS_H
#define XDP_FLOWS_H

#include <bpfhost/sdk.h>

#include "interfaces.h"

struct xdp_flows {
	uint32_t *round;           /* shared with the programs: which map they use */
	uint64_t since_ns;         /* when they began to use it; 0: both maps are empty */
	bool draining;             /* the other one is being told */
	struct xdp_flow_sums told; /* of the round that is being told */
};

/* Before bpfhost_load: makes place for so many flows in each of the maps. 0 or -errno and told. */
int xdp_flows_size(struct bpfhost_instance *self, uint32_t flows);
/* After bpfhost_load. 0 or -errno and told. */
int xdp_flows_start(struct bpfhost_instance *self, struct xdp_flows *flows);
/* A new round begins; what the last one held is to be told by the next calls of xdp_flows_tell. */
void xdp_flows_turn(struct bpfhost_instance *self, struct xdp_flows *flows);
/* Tells flows of the round that ended, as long as the bus has room. True: all of it is told. */
bool xdp_flows_tell(struct bpfhost_instance *self, struct xdp_flows *flows,
		    const struct xdp_interfaces *interfaces);

#endif
