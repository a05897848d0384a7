/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Formats: proc(5), and rt6_info_route() in the kernel's net/ipv6/route.c. */
#include "route.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define ROUTE_UP     0x1   /* RTF_UP */
#define ROUTE_REJECT 0x200 /* RTF_REJECT: packets go nowhere */

struct route {
	char name[XDP_NAME_SIZE];
	unsigned int metric;
	unsigned int flags;
};

static bool route_parse_ipv4(const char *line, struct route *ret)
{
	unsigned int to, mask;

	return sscanf(line, "%15s %x %*x %x %*d %*d %u %x", ret->name, &to, &ret->flags,
		      &ret->metric, &mask) == 5 &&
	       !to && !mask;
}

static bool route_parse_ipv6(const char *line, struct route *ret)
{
	unsigned int bits, from_bits;
	char to[33];

	return sscanf(line, "%32s %x %*32s %x %*32s %x %*x %*x %x %15s", to, &bits, &from_bits,
		      &ret->metric, &ret->flags, ret->name) == 6 &&
	       !bits && !from_bits;
}

static int route_best(FILE *routes, bool (*parse)(const char *, struct route *), char *ret_name)
{
	struct route route = { 0 }, best = { .metric = UINT32_MAX };
	char line[256];

	while (routes && fgets(line, sizeof(line), routes))
		if (parse(line, &route) && route.flags & ROUTE_UP &&
		    !(route.flags & ROUTE_REJECT) && (!best.name[0] || route.metric < best.metric))
			best = route;
	if (!best.name[0])
		return -ENOENT;
	memcpy(ret_name, best.name, XDP_NAME_SIZE);
	return 0;
}

int xdp_route_default(FILE *ipv4, FILE *ipv6, char ret_name[XDP_NAME_SIZE])
{
	int err = route_best(ipv4, route_parse_ipv4, ret_name);

	return err ? route_best(ipv6, route_parse_ipv6, ret_name) : 0;
}
