/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* All interfaces of the network namespace, asked of rtnetlink(7). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "device.h"

#define DEVICES_BUFFER 65536 /* the kernel fills no more than 32 KiB at a time */

struct devices_request {
	struct nlmsghdr header;
	struct ifinfomsg info;
	struct rtattr mask;
	uint32_t wanted;
};

/* For one, or all where ifindex is 0. */
static int devices_ask(int fd, uint32_t ifindex)
{
	struct devices_request request = {
		.header = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = RTM_GETLINK,
			.nlmsg_flags = NLM_F_REQUEST | (ifindex ? 0 : NLM_F_DUMP),
		},
		.info = { .ifi_index = (int)ifindex },
		.mask = { .rta_len = RTA_LENGTH(sizeof(uint32_t)), .rta_type = IFLA_EXT_MASK },
		.wanted = RTEXT_FILTER_SKIP_STATS,
	};

	return send(fd, &request, sizeof(request), 0) < 0 ? -errno : 0;
}

static int devices_add(struct xdp_devices *devices, const struct nlmsghdr *message, size_t size)
{
	struct xdp_device device, *items;

	if (devices->count == XDP_DEVICES_MAX || xdp_device_parse(message, size, &device))
		return 0;
	/* Room for twice as many, whenever there are a power of two. */
	if (!(devices->count & (devices->count - 1))) {
		items = reallocarray(devices->items, devices->count ? devices->count * 2 : 1,
				     sizeof(*items));
		if (!items)
			return -ENOMEM;
		devices->items = items;
	}
	devices->items[devices->count++] = device;
	return 0;
}

/* 1: that was the last part; 0: more follow; or -errno. */
static int devices_take(struct xdp_devices *devices, const char *at, size_t size)
{
	const struct nlmsghdr *message;
	size_t step;
	int err;

	for (; size >= sizeof(*message); at += step, size -= step) {
		message = (const void *)at;
		if (message->nlmsg_len < sizeof(*message) || message->nlmsg_len > size)
			return -EBADMSG;
		if (message->nlmsg_type == NLMSG_DONE)
			return 1;
		if (message->nlmsg_type == NLMSG_ERROR)
			return -EIO;
		err = devices_add(devices, message, size);
		if (err)
			return err;
		step = NLMSG_ALIGN(message->nlmsg_len);
		step = step < size ? step : size;
	}
	return 0;
}

static int devices_receive(int fd, struct xdp_devices *devices)
{
	char *buffer = malloc(DEVICES_BUFFER);
	int err = buffer ? 0 : -ENOMEM;
	ssize_t got;

	while (!err) {
		got = recv(fd, buffer, DEVICES_BUFFER, 0);
		err = got > 0 ? devices_take(devices, buffer, (size_t)got) : got ? -errno : -EIO;
	}
	free(buffer);
	return err < 0 ? err : 0;
}

static int devices_receive_one(int fd, struct xdp_device *ret_device)
{
	_Alignas(struct nlmsghdr) char buffer[DEVICES_BUFFER / 2];
	const struct nlmsghdr *message = (const void *)buffer;
	ssize_t got = recv(fd, buffer, sizeof(buffer), 0);

	if (got < 0)
		return -errno;
	if ((size_t)got >= sizeof(*message) + sizeof(int) && message->nlmsg_type == NLMSG_ERROR)
		return *(const int *)NLMSG_DATA(message);
	return xdp_device_parse(message, (size_t)got, ret_device);
}

int xdp_device_read(uint32_t ifindex, struct xdp_device *ret_device)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), err;

	if (fd < 0)
		return -errno;
	err = devices_ask(fd, ifindex);
	if (!err)
		err = devices_receive_one(fd, ret_device);
	close(fd);
	return err;
}

int xdp_devices_read(struct xdp_devices *ret_devices)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct xdp_devices devices = { 0 };
	int err;

	if (fd < 0)
		return -errno;
	err = devices_ask(fd, 0);
	if (!err)
		err = devices_receive(fd, &devices);
	close(fd);
	if (err) {
		xdp_devices_free(&devices);
		return err;
	}
	*ret_devices = devices;
	return 0;
}

void xdp_devices_free(struct xdp_devices *devices)
{
	free(devices->items);
	*devices = (struct xdp_devices){ 0 };
}

const struct xdp_device *xdp_devices_find(const struct xdp_devices *devices, const char *name)
{
	for (uint32_t i = 0; i < devices->count; i++)
		if (!strcmp(devices->items[i].name, name))
			return &devices->items[i];
	return NULL;
}

void xdp_device_driver(const struct xdp_device *device, char driver[32])
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq request = { .ifr_data = (void *)&info };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool told;

	memcpy(request.ifr_name, device->name, XDP_NAME_SIZE);
	told = fd >= 0 && !ioctl(fd, SIOCETHTOOL, &request) && info.driver[0];
	if (told)
		snprintf(driver, 32, "%.31s", info.driver);
	else
		snprintf(driver, 32, "%s", device->kind[0] ? device->kind : "?");
	if (fd >= 0)
		close(fd);
}
