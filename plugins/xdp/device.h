/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel says of network interfaces: one message of rtnetlink, and a list of all. */
#ifndef XDP_DEVICE_H
#define XDP_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "xdp_event.h"

struct nlmsghdr;

/* More are not looked at. */
#define XDP_DEVICES_MAX 65536

struct xdp_device {
	char name[XDP_NAME_SIZE];
	char kind
		[XDP_NAME_SIZE]; /* "veth", "bridge", ...; "" for hardware and where it is not told */
	uint32_t ifindex;
	uint32_t flags; /* IFF_... of <net/if.h> */
	uint32_t mtu;
	uint32_t rx_queues;
	uint32_t tx_queues;
	uint32_t xdp_mode;    /* XDP_ATTACHED_... of <linux/if_link.h> */
	uint32_t xdp_program; /* an id; 0: none, or several */
	bool gone;            /* the message says that it is no more */
};

struct xdp_devices {
	struct xdp_device *items; /* in the kernel's order, which is mostly by index */
	uint32_t count;
};

/*
 * One message, of which `size` bytes are there. 0; -ENOMSG where it is about something else, such as the
 * ports of a bridge; -EBADMSG where its parts do not fit into one another.
 */
int xdp_device_parse(const struct nlmsghdr *message, size_t size, struct xdp_device *ret_device);

/* Of the network namespace that this process is in: one, or all. 0 or -errno. */
int xdp_device_read(uint32_t ifindex, struct xdp_device *ret_device);
int xdp_devices_read(struct xdp_devices *ret_devices);
void xdp_devices_free(struct xdp_devices *devices);
/* NULL where there is none of this name. */
const struct xdp_device *xdp_devices_find(const struct xdp_devices *devices, const char *name);
/* What drives it, as ethtool -i says; its kind, or "?", where that says nothing. */
void xdp_device_driver(const struct xdp_device *device, char driver[32]);

#endif
