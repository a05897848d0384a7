/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Flows, told from time to time; the kernel side in flows.bpf.h says how no packet is lost of them. */
#ifndef XDP_FLOWS_H
#define XDP_FLOWS_H

#include <stdbool.h>

#include <bpfhost/sdk.h>

#include "interfaces.h"

/* So many are read and told at once. */
#define XDP_FLOWS_BATCH 256

struct xdp_flows {
	uint32_t *
		round; /* shared with the programs: which map they use; NULL: flows are not shown */
	bool draining; /* the other one has not been told to its end */
	bool has_given_up;            /* waiting for room, at the end */
	struct xdp_flow_sums told[2]; /* of each map since the start: as flows, or as missed */
	struct xdp_flow_key keys[XDP_FLOWS_BATCH];
	struct xdp_flow values[XDP_FLOWS_BATCH];
};

/* Before bpfhost_load: makes room for so many flows in each of the maps; 1: none are kept. 0 or -errno and told. */
int xdp_flows_size(struct bpfhost_instance *self, uint32_t flows);
/* After bpfhost_load. 0 or -errno and told. */
int xdp_flows_start(struct bpfhost_instance *self, struct xdp_flows *flows);
/* A new round begins; what the last one held is to be told by the next calls of xdp_flows_tell. */
void xdp_flows_turn(struct xdp_flows *flows);
/* Tells flows of the round that ended as long as the bus has room. True: all of it is told. */
bool xdp_flows_tell(struct bpfhost_instance *self, struct xdp_flows *flows,
		    const struct xdp_interfaces *interfaces);
/* Once nothing is attached any more: tells both rounds, and waits for room, half a second at most. */
void xdp_flows_finish(struct bpfhost_instance *self, struct xdp_flows *flows,
		      const struct xdp_interfaces *interfaces);

#endif
