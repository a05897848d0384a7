/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "monitor.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

/* Some hundred interfaces at once, each told several times with 2 KiB; beyond that all are listed again. */
#define MONITOR_BUFFER (1 << 20)

int xdp_monitor_open(struct bpfhost_instance *self, struct xdp_monitor *monitor)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	const int size = MONITOR_BUFFER;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0)
		return bpfhost_fail(self, -errno, "failed to open rtnetlink: %s", strerror(errno));
	monitor->fd = fd;
	monitor->is_open = true;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return bpfhost_fail(self, -errno, "failed to listen to rtnetlink: %s",
				    strerror(errno));
	return 0;
}

int xdp_monitor_watch(struct bpfhost_instance *self, struct xdp_monitor *monitor)
{
	int err = self->host->watch(self->host, monitor->fd);

	monitor->watched = !err;
	return err ? bpfhost_fail(self, err, "failed to watch rtnetlink: %s", strerror(-err)) : 0;
}

int xdp_monitor_next(struct xdp_monitor *monitor, struct xdp_device *ret_device)
{
	/* One interface with all that is told of it; those with many virtual functions are cut. */
	_Alignas(struct nlmsghdr) char buffer[32768];
	struct sockaddr_nl from = { 0 };
	socklen_t from_size = sizeof(from);
	ssize_t got = recvfrom(monitor->fd, buffer, sizeof(buffer), 0, (struct sockaddr *)&from,
			       &from_size);
	int err;

	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (from.nl_pid) /* not the kernel */
		return -ENOMSG;
	err = xdp_device_parse((const struct nlmsghdr *)(const void *)buffer, (size_t)got,
			       ret_device);
	return err ? -ENOMSG : 1;
}

void xdp_monitor_close(struct bpfhost_instance *self, struct xdp_monitor *monitor)
{
	if (monitor->watched)
		self->host->unwatch(self->host, monitor->fd);
	if (monitor->is_open)
		close(monitor->fd);
	*monitor = (struct xdp_monitor){ 0 };
}
