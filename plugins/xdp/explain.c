/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What drivers mean by their answers: dev_xdp_attach() in the kernel's net/core/dev.c, and the ndo_bpf of
 * drivers such as veth and virtio_net. In words the kernel tells it only through netlink, and not to those
 * who attach by a link.
 */
#include "explain.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "device.h"

/* "the driver veth", or "its driver" */
static void explain_driver(uint32_t ifindex, char who[48], uint32_t *ret_mtu)
{
	struct xdp_device device = { 0 };
	char driver[32];

	xdp_device_read(ifindex, &device);
	xdp_device_driver(&device, driver);
	if (driver[0] == '?')
		snprintf(who, 48, "its driver");
	else
		snprintf(who, 48, "the driver %s", driver);
	*ret_mtu = device.mtu;
}

static const char *explain_any(int err)
{
	switch (err) {
	case -ENODEV:
		return "the interface is gone";
	case -EPERM:
		return "CAP_NET_ADMIN and CAP_BPF, or root, are needed";
	case -ENOTCONN:
		return "it has no peer";
	default:
		return strerror(-err);
	}
}

static const char *const explain_modes[] = {
	[XDP_MODE_AUTO] = "XDP",
	[XDP_MODE_NATIVE] = "native XDP",
	[XDP_MODE_GENERIC] = "generic XDP",
	[XDP_MODE_OFFLOAD] = "offloaded XDP",
};

void xdp_explain(uint32_t ifindex, enum xdp_mode mode, int err, char *text, size_t size)
{
	const char *what = explain_modes[mode];
	char driver[48];
	uint32_t mtu;

	explain_driver(ifindex, driver, &mtu);
	if (err == -EOPNOTSUPP)
		snprintf(text, size, "%s has no %s", driver, what);
	else if (err == -EINVAL)
		snprintf(text, size, "%s refuses %s as the interface is set up now (its MTU is %u)",
			 driver, what, mtu);
	else if (err == -ERANGE || err == -E2BIG)
		snprintf(text, size, "%s refuses %s with an MTU like this (here %u)", driver, what,
			 mtu);
	else if (err == -ENOSPC || err == -ENOMEM)
		snprintf(text, size, "%s has too few queues for %s, or too little memory: %s",
			 driver, what, strerror(-err));
	else if (err == -EEXIST || err == -EBUSY)
		snprintf(text, size,
			 "%s is busy, or an interface above this one (a bond, a team) has a "
			 "program already",
			 driver);
	else
		snprintf(text, size, "%s", explain_any(err));
}
