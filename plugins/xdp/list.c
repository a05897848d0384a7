/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* `bpfhost probes xdp [GLOB]`: the interfaces of this machine; with -v what drives them, and who is on them. */
#include "list.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_link.h>
#include <net/if.h>

#include "device.h"
#include "netns.h"
#include "occupied.h"

static int list_compare(const void *a, const void *b)
{
	const struct xdp_device *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static const char *list_state(const struct xdp_device *device)
{
	if (!(device->flags & IFF_UP))
		return "down";
	return device->flags & IFF_RUNNING ? "up" : "up, but without a carrier";
}

static void list_detail(const struct xdp_device *device, struct xdp_census *census, char *text,
			size_t size)
{
	struct xdp_occupant occupant;
	char driver[32], who[160] = "no program";

	xdp_device_driver(device, driver);
	if (device->xdp_mode != XDP_ATTACHED_NONE &&
	    !xdp_occupied_find(census, device->ifindex, &occupant))
		xdp_occupied_text(&occupant, who, sizeof(who));
	if (driver[0] == '?')
		snprintf(driver, sizeof(driver), "unknown");
	snprintf(text, size, "    driver %s, MTU %u, queues %u in and %u out, %s\n    %s\n", driver,
		 device->mtu, device->rx_queues, device->tx_queues, list_state(device), who);
}

static int xdp_list(struct bpfhost_instance *self, const char *glob, int verbose,
		    void (*found)(void *ctx, const char *probe, const char *detail), void *ctx)
{
	struct xdp_devices devices = { 0 };
	struct xdp_census census = { 0 };
	char detail[512];
	int err = xdp_netns_enter(self);

	if (err)
		return err;
	err = xdp_devices_read(&devices);
	if (err)
		return bpfhost_fail(self, err, "failed to list the interfaces: %s", strerror(-err));
	qsort(devices.items, devices.count, sizeof(*devices.items), list_compare);
	for (uint32_t i = 0; i < devices.count; i++) {
		if (glob && fnmatch(glob, devices.items[i].name, FNM_NOESCAPE) != 0)
			continue;
		if (verbose)
			list_detail(&devices.items[i], &census, detail, sizeof(detail));
		found(ctx, devices.items[i].name, verbose ? detail : NULL);
	}
	xdp_census_free(&census);
	xdp_devices_free(&devices);
	return 0;
}

const struct bpfhost_ext_probes xdp_ext_probes = {
	.size = sizeof(struct bpfhost_ext_probes),
	.list = xdp_list,
};
