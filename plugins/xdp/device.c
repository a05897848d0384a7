/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "device.h"

#include <errno.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

static void device_text(char *to, const struct rtattr *attr)
{
	size_t size = RTA_PAYLOAD(attr);

	size = size < XDP_NAME_SIZE - 1 ? size : XDP_NAME_SIZE - 1;
	memset(to, 0, XDP_NAME_SIZE);
	memcpy(to, RTA_DATA(attr), strnlen(RTA_DATA(attr), size));
}

/* One that is too short says nothing. */
static uint32_t device_number(const struct rtattr *attr)
{
	uint32_t number = 0;
	uint8_t byte = 0;

	if (RTA_PAYLOAD(attr) >= sizeof(number))
		memcpy(&number, RTA_DATA(attr), sizeof(number));
	else if (RTA_PAYLOAD(attr) == sizeof(byte))
		number = *(const uint8_t *)RTA_DATA(attr);
	return number;
}

typedef void (*device_take)(struct xdp_device *device, const struct rtattr *attr);

/* Each of the attributes in so many bytes; what follows the last whole one must be padding. */
static int device_walk(struct xdp_device *device, const void *data, size_t size, device_take take)
{
	const char *at = data;
	struct rtattr attr;
	size_t step;

	while (size >= sizeof(attr)) {
		memcpy(&attr, at, sizeof(attr));
		if (attr.rta_len < sizeof(attr) || attr.rta_len > size)
			return -EBADMSG;
		take(device, (const struct rtattr *)(const void *)at);
		step = RTA_ALIGN(attr.rta_len) < size ? RTA_ALIGN(attr.rta_len) : size;
		at += step;
		size -= step;
	}
	return 0;
}

static void device_take_kind(struct xdp_device *device, const struct rtattr *attr)
{
	if ((attr->rta_type & NLA_TYPE_MASK) == IFLA_INFO_KIND)
		device_text(device->kind, attr);
}

static void device_take_xdp(struct xdp_device *device, const struct rtattr *attr)
{
	if ((attr->rta_type & NLA_TYPE_MASK) == IFLA_XDP_ATTACHED)
		device->xdp_mode = device_number(attr);
	else if ((attr->rta_type & NLA_TYPE_MASK) == IFLA_XDP_PROG_ID)
		device->xdp_program = device_number(attr);
}

static void device_take_any(struct xdp_device *device, const struct rtattr *attr)
{
	switch (attr->rta_type & NLA_TYPE_MASK) {
	case IFLA_IFNAME:
		device_text(device->name, attr);
		break;
	case IFLA_MTU:
		device->mtu = device_number(attr);
		break;
	case IFLA_NUM_RX_QUEUES:
		device->rx_queues = device_number(attr);
		break;
	case IFLA_NUM_TX_QUEUES:
		device->tx_queues = device_number(attr);
		break;
	case IFLA_LINKINFO:
		device_walk(device, RTA_DATA(attr), RTA_PAYLOAD(attr), device_take_kind);
		break;
	case IFLA_XDP:
		device_walk(device, RTA_DATA(attr), RTA_PAYLOAD(attr), device_take_xdp);
		break;
	}
}

int xdp_device_parse(const struct nlmsghdr *message, size_t size, struct xdp_device *ret_device)
{
	struct xdp_device device = { 0 };
	const struct ifinfomsg *info;
	int err;

	if (size < sizeof(*message) || message->nlmsg_len < sizeof(*message) ||
	    message->nlmsg_len > size)
		return -EBADMSG;
	if (message->nlmsg_type != RTM_NEWLINK && message->nlmsg_type != RTM_DELLINK)
		return -ENOMSG;
	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*info)))
		return -EBADMSG;
	info = NLMSG_DATA(message);
	/* A port that leaves its bridge is a RTM_DELLINK too, of the family AF_BRIDGE. */
	if (info->ifi_family != AF_UNSPEC)
		return -ENOMSG;
	if (info->ifi_index <= 0)
		return -EBADMSG;
	device.ifindex = (uint32_t)info->ifi_index;
	device.flags = info->ifi_flags;
	device.gone = message->nlmsg_type == RTM_DELLINK;
	err = device_walk(&device, IFLA_RTA(info), IFLA_PAYLOAD(message), device_take_any);
	if (err || !device.name[0])
		return -EBADMSG;
	*ret_device = device;
	return 0;
}
