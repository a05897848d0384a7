/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "validate/network.h"

#include <errno.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define NETWORK_LOOPBACK "lo"

/* netdevice(7) */
static int network_set_up(int fd)
{
	struct ifreq request = { .ifr_name = NETWORK_LOOPBACK, .ifr_flags = IFF_UP };

	return ioctl(fd, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
}

/* To everywhere, by no gateway (kernel: net/ipv4/fib_frontend.c, rtentry_to_fib_config()). */
static int network_set_route(int fd)
{
	char device[] = NETWORK_LOOPBACK;
	struct rtentry route = {
		.rt_dst.sa_family = AF_INET,
		.rt_genmask.sa_family = AF_INET,
		.rt_flags = RTF_UP,
		.rt_dev = device,
	};

	return ioctl(fd, SIOCADDRT, &route) < 0 ? -errno : 0;
}

static int network_make(void)
{
	int fd, err;

	if (unshare(CLONE_NEWNET) < 0)
		return -errno;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	err = network_set_up(fd);
	if (!err)
		err = network_set_route(fd);
	close(fd);
	return err;
}

int network_leave(struct bpfhost_error *err)
{
	int failed = network_make();

	if (failed)
		bpfhost_error_set(err, 0, "failed to make a network of its own for it: %s",
				  strerror(-failed));
	return failed;
}
