/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include "device.h"

/* A message that is put together piece by piece. */
struct message {
	struct nlmsghdr header;
	struct ifinfomsg info;
	char attributes[256];
};

static struct message begin(uint16_t type, uint8_t family, int ifindex)
{
	return (struct message){
		.header = { .nlmsg_type = type,
			    .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)) },
		.info = { .ifi_family = family, .ifi_index = ifindex, .ifi_flags = IFF_UP },
	};
}

static struct rtattr *add(struct message *message, uint16_t type, const void *data, uint16_t size)
{
	struct rtattr *attr = (void *)((char *)message + message->header.nlmsg_len);

	attr->rta_type = type;
	attr->rta_len = (uint16_t)RTA_LENGTH(size);
	if (size)
		memcpy(RTA_DATA(attr), data, size);
	message->header.nlmsg_len += RTA_SPACE(size);
	return attr;
}

static void add_number(struct message *message, uint16_t type, uint32_t number)
{
	add(message, type, &number, sizeof(number));
}

/* What is added until end_nest lies in it. */
static struct rtattr *begin_nest(struct message *message, uint16_t type)
{
	return add(message, type | NLA_F_NESTED, NULL, 0);
}

static void end_nest(struct message *message, struct rtattr *nest)
{
	nest->rta_len = (uint16_t)((char *)message + message->header.nlmsg_len - (char *)nest);
}

static int parse(const struct message *message, struct xdp_device *ret)
{
	return xdp_device_parse(&message->header, message->header.nlmsg_len, ret);
}

static void test_all_of_one(void **state)
{
	struct message message = begin(RTM_NEWLINK, AF_UNSPEC, 7);
	struct xdp_device device;
	struct rtattr *nest;
	const uint8_t mode = XDP_ATTACHED_DRV;

	(void)state;
	add(&message, IFLA_IFNAME, "eth0", 5);
	add_number(&message, IFLA_MTU, 8901);
	add_number(&message, IFLA_NUM_RX_QUEUES, 3);
	add_number(&message, IFLA_NUM_TX_QUEUES, 4);
	nest = begin_nest(&message, IFLA_LINKINFO);
	add(&message, IFLA_INFO_KIND, "veth", 5);
	end_nest(&message, nest);
	nest = begin_nest(&message, IFLA_XDP);
	add(&message, IFLA_XDP_ATTACHED, &mode, sizeof(mode));
	add_number(&message, IFLA_XDP_PROG_ID, 4711);
	end_nest(&message, nest);
	assert_int_equal(parse(&message, &device), 0);
	assert_string_equal(device.name, "eth0");
	assert_string_equal(device.kind, "veth");
	assert_int_equal(device.ifindex, 7);
	assert_int_equal(device.mtu, 8901);
	assert_int_equal(device.rx_queues, 3);
	assert_int_equal(device.tx_queues, 4);
	assert_int_equal(device.flags, IFF_UP);
	assert_int_equal(device.xdp_mode, XDP_ATTACHED_DRV);
	assert_int_equal(device.xdp_program, 4711);
	assert_false(device.gone);
}

static void test_gone(void **state)
{
	struct message message = begin(RTM_DELLINK, AF_UNSPEC, 7);
	struct xdp_device device;

	(void)state;
	add(&message, IFLA_IFNAME, "eth0", 5);
	assert_int_equal(parse(&message, &device), 0);
	assert_true(device.gone);
}

/* A port that leaves its bridge looks much like an interface that goes. */
static void test_of_no_interest(void **state)
{
	struct message bridge = begin(RTM_DELLINK, AF_BRIDGE, 7);
	struct message address = begin(RTM_NEWADDR, AF_UNSPEC, 7);
	struct xdp_device device;

	(void)state;
	add(&bridge, IFLA_IFNAME, "eth0", 5);
	assert_int_equal(parse(&bridge, &device), -ENOMSG);
	add(&address, IFLA_IFNAME, "eth0", 5);
	assert_int_equal(parse(&address, &device), -ENOMSG);
}

static void test_names_are_bounded(void **state)
{
	struct message message = begin(RTM_NEWLINK, AF_UNSPEC, 7);
	struct xdp_device device;

	(void)state;
	add(&message, IFLA_IFNAME, "a_name_without_an_end_of_40_bytes_at_all", 40);
	assert_int_equal(parse(&message, &device), 0);
	assert_string_equal(device.name, "a_name_without_");
}

static void test_broken(void **state)
{
	struct message whole = begin(RTM_NEWLINK, AF_UNSPEC, 7), nameless = whole, broken;
	struct xdp_device device;
	uint32_t sizes[] = { 0, 4, sizeof(struct nlmsghdr), NLMSG_LENGTH(8), 4096 };

	(void)state;
	assert_int_equal(parse(&nameless, &device), -EBADMSG);
	add(&whole, IFLA_IFNAME, "eth0", 5);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		broken = whole;
		broken.header.nlmsg_len = sizes[i];
		assert_int_equal(xdp_device_parse(&broken.header, whole.header.nlmsg_len, &device),
				 -EBADMSG);
	}
	broken = whole;
	broken.info.ifi_index = 0;
	assert_int_equal(parse(&broken, &device), -EBADMSG);
	broken = whole;
	((struct rtattr *)(void *)broken.attributes)->rta_len = 2;
	assert_int_equal(parse(&broken, &device), -EBADMSG);
	broken = whole;
	((struct rtattr *)(void *)broken.attributes)->rta_len = 60000;
	assert_int_equal(parse(&broken, &device), -EBADMSG);
}

/* The libc's list of the machine's own. */
static void test_list(void **state)
{
	struct if_nameindex *wanted = if_nameindex();
	struct xdp_devices devices = { 0 };
	struct xdp_device one;
	uint32_t count = 0;

	(void)state;
	assert_non_null(wanted);
	assert_int_equal(xdp_devices_read(&devices), 0);
	for (; wanted[count].if_index; count++) {
		const struct xdp_device *device = xdp_devices_find(&devices, wanted[count].if_name);

		assert_non_null(device);
		assert_int_equal(device->ifindex, wanted[count].if_index);
		assert_int_equal(xdp_device_read(device->ifindex, &one), 0);
		assert_string_equal(one.name, device->name);
		assert_int_equal(one.mtu, device->mtu);
	}
	assert_int_equal(xdp_device_read(INT32_MAX, &one), -ENODEV);
	assert_int_equal(devices.count, count);
	assert_null(xdp_devices_find(&devices, "no such device"));
	xdp_devices_free(&devices);
	if_freenameindex(wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_one),     cmocka_unit_test(test_gone),
		cmocka_unit_test(test_of_no_interest), cmocka_unit_test(test_names_are_bounded),
		cmocka_unit_test(test_broken),         cmocka_unit_test(test_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
