/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef XDP_ROUTE_H
#define XDP_ROUTE_H

#include <stdio.h>

#include "xdp_event.h"

/*
 * The interface of the default route in texts like /proc/net/route and /proc/net/ipv6_route; either may be
 * NULL. One of IPv4 goes first, and that of the smallest metric. 0 or -ENOENT.
 */
int xdp_route_default(FILE *ipv4, FILE *ipv6, char ret_name[XDP_NAME_SIZE]);

#endif
