/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "follow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>

#include "attach.h"

/* So many at a time; poll is called again at once where more are waiting. */
#define FOLLOW_BUDGET 64

static void follow_gone(struct bpfhost_instance *self, struct xdp *xdp, struct xdp_target *target)
{
	if (target->state == XDP_TARGET_GONE)
		return;
	if (target->state == XDP_TARGET_ATTACHED)
		bpfhost_warn(self, "%s is gone; what was counted on it stays%s", target->name,
			     xdp->interfaces.follow ? "" : ", and it is not followed (see follow)");
	/* It may live on in another network namespace: there it is none of ours. */
	if (target->link >= 0)
		bpfhost_drop_link_fd(self, target->link);
	xdp_attach_unname(self, target);
	xdp_capture_gone(self, &xdp->capture, target->ifindex);
	xdp_guards_forget(self, &xdp->guards, target->ifindex);
	target->link = -1;
	target->state = XDP_TARGET_GONE;
	xdp->interfaces.gone++;
}

static void follow_renamed(struct bpfhost_instance *self, struct xdp_target *target,
			   const struct xdp_device *device)
{
	if (target->state == XDP_TARGET_ATTACHED)
		bpfhost_info(self, "%s is called %s now", target->name, device->name);
	memcpy(target->name, device->name, sizeof(target->name));
	if (target->state == XDP_TARGET_ATTACHED && xdp_attach_name(self, target))
		bpfhost_warn(self, "failed to tell the programs the new name of %s: %s",
			     target->name, strerror(errno));
}

static void follow_up_or_down(struct bpfhost_instance *self, struct xdp_target *target,
			      const struct xdp_device *device)
{
	bool is_down = !(device->flags & IFF_UP);

	if (is_down != target->is_down && target->state == XDP_TARGET_ATTACHED)
		bpfhost_info(self, "%s is %s", target->name, is_down ? "down" : "up again");
	target->is_down = is_down;
}

/* Whether the program is still on it; what the message says of it may be older than our attaching. */
static bool follow_is_on(struct bpfhost_instance *self, const struct xdp_target *target)
{
	struct bpf_link_info link = { 0 };
	struct xdp_device device;
	uint32_t size = sizeof(link);

	if (target->link >= 0)
		return bpf_obj_get_info_by_fd(target->link, &link, &size) || link.xdp.ifindex;
	return xdp_device_read(target->ifindex, &device) ||
	       device.xdp_program == xdp_attach_program_id(self) ||
	       device.xdp_mode == XDP_ATTACHED_MULTI;
}

/* Somebody else's decision, which is not fought. */
static void follow_taken_off(struct bpfhost_instance *self, struct xdp_target *target)
{
	bpfhost_warn(self, "%s: somebody took the program off", target->name);
	if (target->link >= 0)
		bpfhost_drop_link_fd(self, target->link);
	target->link = -1;
	target->state = XDP_TARGET_THERE;
}

/* It was not there before, at least not under this name. */
static void follow_appeared(struct bpfhost_instance *self, struct xdp *xdp,
			    struct xdp_target *target)
{
	if (target->state == XDP_TARGET_GONE)
		xdp->interfaces.gone--;
	xdp_capture_back(&xdp->capture, target->ifindex);
	target->state = XDP_TARGET_THERE;
	target->tried = true;
	if (!xdp->interfaces.follow) {
		bpfhost_info(self, "%s appeared; it is not followed (follow=yes would)",
			     target->name);
		return;
	}
	bpfhost_info(self, "%s appeared", target->name);
	target->tried = false;
	xdp_attach_new(self, xdp);
}

static void follow_known(struct bpfhost_instance *self, struct xdp *xdp, struct xdp_target *target,
			 const struct xdp_device *device)
{
	bool renamed = strcmp(target->name, device->name) != 0;
	bool is_new =
		target->state == XDP_TARGET_GONE || (target->state == XDP_TARGET_THERE && renamed);

	if (renamed)
		follow_renamed(self, target, device);
	follow_up_or_down(self, target, device);
	if (target->state == XDP_TARGET_ATTACHED &&
	    device->xdp_program != xdp_attach_program_id(self) && !follow_is_on(self, target))
		follow_taken_off(self, target);
	if (is_new && xdp_interfaces_wanted(&xdp->interfaces, target->name))
		follow_appeared(self, xdp, target);
}

static void follow_device(struct bpfhost_instance *self, struct xdp *xdp,
			  const struct xdp_device *device)
{
	struct xdp_target *target = xdp_interfaces_by_index(&xdp->interfaces, device->ifindex);

	if (target && device->gone)
		follow_gone(self, xdp, target);
	else if (target)
		follow_known(self, xdp, target, device);
	if (target || device->gone || !xdp_interfaces_wanted(&xdp->interfaces, device->name))
		return;
	target = xdp_interfaces_add(&xdp->interfaces, device);
	if (target)
		follow_appeared(self, xdp, target);
}

/* News were lost: what there is now says what they were. */
static void follow_again(struct bpfhost_instance *self, struct xdp *xdp)
{
	struct xdp_interfaces *interfaces = &xdp->interfaces;
	struct xdp_devices devices = { 0 };
	bool *there;

	if (xdp_devices_read(&devices))
		return;
	there = calloc(interfaces->count + 1, sizeof(*there));
	for (uint32_t i = 0; there && i < devices.count; i++) {
		const struct xdp_target *target =
			xdp_interfaces_by_index(interfaces, devices.items[i].ifindex);

		if (target)
			there[target - interfaces->items] = true;
	}
	for (uint32_t i = 0; there && i < interfaces->count; i++)
		if (!there[i])
			follow_gone(self, xdp, &interfaces->items[i]);
	for (uint32_t i = 0; i < devices.count; i++)
		follow_device(self, xdp, &devices.items[i]);
	free(there);
	xdp_devices_free(&devices);
}

void xdp_follow(struct bpfhost_instance *self, struct xdp *xdp)
{
	struct xdp_device device;
	int got = 1;

	for (int i = 0; i < FOLLOW_BUDGET && got && xdp->monitor.watched; i++) {
		got = xdp_monitor_next(&xdp->monitor, &device);
		if (got == 1)
			follow_device(self, xdp, &device);
		else if (got == -ENOBUFS)
			follow_again(self, xdp);
		else if (got != -ENOMSG)
			break;
	}
}
