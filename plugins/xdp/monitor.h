/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* News of network interfaces while running: rtnetlink(7), RTMGRP_LINK. */
#ifndef XDP_MONITOR_H
#define XDP_MONITOR_H

#include <bpfhost/sdk.h>

#include "device.h"

struct xdp_monitor {
	bool is_open;
	bool watched;
	int fd;
};

/* Before the interfaces are listed, so that nothing falls between the two. 0, or -errno and told. */
int xdp_monitor_open(struct bpfhost_instance *self, struct xdp_monitor *monitor);
/* From now on poll is called when there are news. 0, or -errno and told. */
int xdp_monitor_watch(struct bpfhost_instance *self, struct xdp_monitor *monitor);
/*
 * One message: 1 and the device; 0: there are no more for now; -ENOBUFS: some were lost; -ENOMSG: it is of
 * no interest. Or another -errno.
 */
int xdp_monitor_next(struct xdp_monitor *monitor, struct xdp_device *ret_device);
void xdp_monitor_close(struct bpfhost_instance *self, struct xdp_monitor *monitor);

#endif
