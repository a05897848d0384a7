/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Putting our program in the place of another one, and that one back. */
#ifndef XDP_REPLACE_H
#define XDP_REPLACE_H

#include "occupied.h"
#include "xdp_event.h"

/* One interface whose program gives way. */
struct xdp_replaced {
	char name[XDP_NAME_SIZE];
	uint32_t ifindex;
	int link; /* the BPF link that holds the other program; -1: it was attached by netlink */
	int old;  /* the other program */
	bool is_taken;     /* its place; of the worker's copy */
	bool is_left_over; /* it does not come back; see xdp_occupied_is_left_over */
	struct xdp_occupant was;
};

/* Holds on to the occupant. 0 or -errno; xdp_replaced_close in any case. */
int xdp_replaced_open(struct xdp_replaced *replaced, const struct xdp_occupant *occupant);
void xdp_replaced_close(struct xdp_replaced *replaced);

/*
 * Either is one step for the kernel, through which no packet slips, and is refused where the program that
 * is to give way is not there any more: -EEXIST, or -EPERM for a link's.
 */
int xdp_replaced_take(const struct xdp_replaced *replaced, int program);
int xdp_replaced_give_back(const struct xdp_replaced *replaced, int program);

#endif
