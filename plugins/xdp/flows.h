/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Flows, told from time to time; the kernel side in flows.bpf.h says how no packet is lost of them. */
#ifndef XDP_FLOWS_H
#define XDP_FLOWS_H

#include <stdbool.h>

#include <bpfhost/sdk.h>

#include "interfaces.h"

/*
 * A round is read at the next tick where nothing else wakes us sooner: before long no program runs that began before
 * it turned. So many ticks an interval has at least, and no longer are they.
 */
#define XDP_FLOWS_TICKS   4
#define XDP_FLOWS_TICK_NS 250000000ULL

/* So many are read and told at once. */
#define XDP_FLOWS_BATCH 256

/* What one of the two maps has come to. */
struct xdp_flow_map {
	struct xdp_flow_sums told; /* since the start: as flows, or as missed */
	uint32_t kept;             /* flows that lay in it after it was read the last time */
	uint64_t made;             /* by the programs, until then */
};

struct xdp_flows {
	/* Shared with the programs, its lowest bit says which map they use; NULL: flows are not shown. */
	uint32_t *round;
	uint32_t kept_max; /* a map with more flows than that is emptied when it is read */
	uint64_t turned_ns;
	bool draining;   /* the other one has not been told to its end */
	bool is_emptied; /* by reading it */
	bool is_begun;   /* no program uses it any more, and whether it is emptied is settled */
	bool has_token;  /* `token` says where reading goes on */
	uint32_t token;  /* the kernel's */
	uint32_t found;  /* in it so far */
	uint64_t
		ends_at; /* by bpfhost_now(); what is left then is counted as lost. 0: it goes on */
	struct xdp_flow_map maps[2];
	struct xdp_flow_key keys[XDP_FLOWS_BATCH];
	struct xdp_flow values[XDP_FLOWS_BATCH];
};

/* Before bpfhost_load: makes room for `most` flows in a round; 1: none are shown. 0 or -errno and told. */
int xdp_flows_size(struct bpfhost_instance *self, struct xdp_flows *flows, uint32_t most);
/* After bpfhost_load. 0 or -errno and told. */
int xdp_flows_start(struct bpfhost_instance *self, struct xdp_flows *flows);
/* A new round begins; what the last one held is to be told by the next calls of xdp_flows_tell. */
void xdp_flows_turn(struct xdp_flows *flows);
/*
 * Tells flows of the round that ended, once no program puts any into it, as long as the bus has room. True: all
 * of it is told.
 */
bool xdp_flows_tell(struct bpfhost_instance *self, struct xdp_flows *flows,
		    const struct xdp_interfaces *interfaces);
/* Once nothing is attached any more: tells both rounds, and waits for room; what takes longer than half a second
 * is counted as lost. */
void xdp_flows_finish(struct bpfhost_instance *self, struct xdp_flows *flows,
		      const struct xdp_interfaces *interfaces);

#endif
