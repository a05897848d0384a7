/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What one instance keeps. */
#ifndef XDP_STATE_H
#define XDP_STATE_H

#include <stdbool.h>

#include <bpfhost/sdk.h>

#include "capture.h"
#include "counters.h"
#include "drop.h"
#include "flows.h"
#include "guard.h"
#include "interfaces.h"
#include "monitor.h"
#include "xdp_maps.h"

/* What is told of packets; an instance may tell several. In the order of the choices of `show`. */
enum xdp_show {
	XDP_SHOW_FLOWS,
	XDP_SHOW_PACKETS,
	XDP_SHOW_DROPS,
	XDP_SHOW_COUNTERS,
};

struct xdp {
	uint32_t show; /* bit n: enum xdp_show */
	struct xdp_interfaces interfaces;
	struct xdp_flows flows;
	struct xdp_counters counters;
	struct xdp_monitor monitor;
	struct xdp_guards guards;
	struct xdp_drop drop;
	struct xdp_capture capture;
	uint32_t ticks; /* of the timer, after which the interval has passed */
	uint32_t ticked;
};

static inline bool xdp_shows(const struct xdp *xdp, enum xdp_show what)
{
	return xdp->show >> what & 1;
}

#endif
