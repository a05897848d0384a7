/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The network interfaces of an instance: from the names that a user gives to those that there are. */
#ifndef XDP_INTERFACES_H
#define XDP_INTERFACES_H

#include <bpfhost/sdk.h>

#include "xdp_maps.h"

struct xdp_target {
	char name[XDP_NAME_SIZE];
	uint32_t ifindex; /* 0: there is none of this name */
};

struct xdp_interfaces {
	struct xdp_target *items; /* each once, in the order in which they were asked for */
	uint32_t count;
};

/*
 * Those that the option `iface` names, or that of the default route, which is then logged. 0, or -errno
 * and told: -EINVAL for a name that no interface can have, -ENODEV where nothing is asked for and there is
 * no default route.
 */
int xdp_interfaces_find(struct bpfhost_instance *self, struct xdp_interfaces *ret_interfaces);
void xdp_interfaces_free(struct xdp_interfaces *interfaces);
/* The name of one by its index; "?" for one that is not known. */
const char *xdp_interfaces_name(const struct xdp_interfaces *interfaces, uint32_t ifindex);

#endif
