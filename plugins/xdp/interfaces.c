/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "interfaces.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <net/if.h>

#include "route.h"

/* So many that are gone keep their names. */
#define INTERFACES_GONE_MAX 1024

/* ---- the list ---------------------------------------------------------------------------------- */

struct xdp_target *xdp_interfaces_by_index(const struct xdp_interfaces *interfaces,
					   uint32_t ifindex)
{
	for (uint32_t i = 0; i < interfaces->count; i++)
		if (interfaces->items[i].ifindex == ifindex)
			return &interfaces->items[i];
	return NULL;
}

static void interfaces_forget(struct xdp_interfaces *interfaces)
{
	uint32_t i = 0;

	while (i < interfaces->count && interfaces->items[i].state != XDP_TARGET_GONE)
		i++;
	if (i == interfaces->count)
		return;
	memmove(&interfaces->items[i], &interfaces->items[i + 1],
		(interfaces->count - i - 1) * sizeof(interfaces->items[0]));
	interfaces->count--;
	interfaces->gone--;
}

struct xdp_target *xdp_interfaces_add(struct xdp_interfaces *interfaces,
				      const struct xdp_device *device)
{
	struct xdp_target *items = xdp_interfaces_by_index(interfaces, device->ifindex);

	if (items)
		return items;
	if (interfaces->gone >= INTERFACES_GONE_MAX)
		interfaces_forget(interfaces);
	items = reallocarray(interfaces->items, interfaces->count + 1, sizeof(*items));
	if (!items)
		return NULL;
	interfaces->items = items;
	items += interfaces->count++;
	*items = (struct xdp_target){
		.ifindex = device->ifindex,
		.link = -1,
		.is_down = !(device->flags & IFF_UP),
	};
	memcpy(items->name, device->name, sizeof(items->name));
	return items;
}

const char *xdp_interfaces_name(const struct xdp_interfaces *interfaces, uint32_t ifindex)
{
	const struct xdp_target *target = xdp_interfaces_by_index(interfaces, ifindex);

	return target ? target->name : "?";
}

/* ---- wishes ------------------------------------------------------------------------------------ */

static bool interfaces_is_glob(const char *text)
{
	return strpbrk(text, "*?[");
}

static bool interfaces_fits(const char *wish, const char *name)
{
	return !strcmp(wish, name) ||
	       (interfaces_is_glob(wish) && !fnmatch(wish, name, FNM_NOESCAPE));
}

bool xdp_interfaces_wanted(const struct xdp_interfaces *interfaces, const char *name)
{
	for (uint32_t i = 0; i < interfaces->nwishes; i++)
		if (interfaces_fits(interfaces->wishes[i], name))
			return true;
	return false;
}

/* dev_valid_name() in the kernel's net/core/dev.c, and what could be meant for a list. */
static int interfaces_check(struct bpfhost_instance *self, const char *text)
{
	if (strpbrk(text, ", "))
		return bpfhost_fail(self, -EINVAL,
				    "option iface: '%s' is one name; write iface=... once for each",
				    text);
	if (!text[0] || strpbrk(text, "/:\t\n") || !strcmp(text, ".") || !strcmp(text, "..") ||
	    (!interfaces_is_glob(text) && strlen(text) >= XDP_NAME_SIZE))
		return bpfhost_fail(self, -EINVAL,
				    "option iface: no interface can be called '%s'%s", text,
				    strlen(text) < XDP_NAME_SIZE
					    ? ""
					    : "; a name has 15 characters at most, and one of the "
					      "other names that are longer cannot be used here");
	return 0;
}

/* The interface of the default route is the only wish. */
static int interfaces_default(struct bpfhost_instance *self, struct xdp_interfaces *interfaces)
{
	FILE *ipv4 = fopen("/proc/self/net/route", "re");
	FILE *ipv6 = fopen("/proc/self/net/ipv6_route", "re");
	int err = xdp_route_default(ipv4, ipv6, interfaces->default_name);

	if (ipv4)
		fclose(ipv4);
	if (ipv6)
		fclose(ipv6);
	if (err)
		return bpfhost_fail(self, -ENODEV,
				    "failed to choose an interface: there is no default route; "
				    "name one with iface=NAME");
	bpfhost_info(self, "watching %s, the interface of the default route",
		     interfaces->default_name);
	interfaces->wishes[interfaces->nwishes++] = interfaces->default_name;
	return 0;
}

static int interfaces_wish(struct bpfhost_instance *self, struct xdp_interfaces *interfaces)
{
	const struct bpfhost_setting *given = bpfhost_option(self, "iface");
	int err = 0;

	interfaces->wishes = calloc(given->count + 1, sizeof(*interfaces->wishes));
	interfaces->missing = calloc(given->count + 1, sizeof(*interfaces->missing));
	if (!interfaces->wishes || !interfaces->missing)
		return bpfhost_fail(self, -ENOMEM, "failed to list the interfaces: %s",
				    strerror(ENOMEM));
	if (!given->count)
		return interfaces_default(self, interfaces);
	for (uint32_t i = 0; i < given->count && !err; i++) {
		err = interfaces_check(self, given->items[i].text);
		interfaces->wishes[interfaces->nwishes++] = given->items[i].text;
	}
	return err;
}

static bool interfaces_follow(struct bpfhost_instance *self,
			      const struct xdp_interfaces *interfaces)
{
	enum xdp_follow follow = (enum xdp_follow)bpfhost_option_number(self, "follow");
	bool any = follow == XDP_FOLLOW_YES;

	for (uint32_t i = 0; i < interfaces->nwishes && follow == XDP_FOLLOW_AUTO; i++)
		any |= interfaces_is_glob(interfaces->wishes[i]);
	return any;
}

/* ---- what there is ----------------------------------------------------------------------------- */

/* By its name, or by one of its other names (ip link property add ... altname), which no list has. */
static const struct xdp_device *interfaces_exact(const struct xdp_devices *devices,
						 const char *wish)
{
	const struct xdp_device *exact = xdp_devices_find(devices, wish);
	uint32_t ifindex = exact ? 0 : if_nametoindex(wish);

	for (uint32_t i = 0; i < devices->count && ifindex; i++)
		if (devices->items[i].ifindex == ifindex)
			return &devices->items[i];
	return exact;
}

static int interfaces_grant(struct xdp_interfaces *interfaces, const struct xdp_devices *devices,
			    const char *wish)
{
	const struct xdp_device *exact = interfaces_exact(devices, wish);
	bool any = exact;

	if (exact)
		return xdp_interfaces_add(interfaces, exact) ? 0 : -ENOMEM;
	for (uint32_t i = 0; i < devices->count && interfaces_is_glob(wish); i++) {
		if (!interfaces_fits(wish, devices->items[i].name))
			continue;
		if (!xdp_interfaces_add(interfaces, &devices->items[i]))
			return -ENOMEM;
		any = true;
	}
	if (!any)
		interfaces->missing[interfaces->nmissing++] = wish;
	return 0;
}

static int interfaces_grant_all(struct bpfhost_instance *self, struct xdp_interfaces *interfaces)
{
	struct xdp_devices devices = { 0 };
	int err = xdp_devices_read(&devices);

	for (uint32_t i = 0; i < interfaces->nwishes && !err; i++)
		err = interfaces_grant(interfaces, &devices, interfaces->wishes[i]);
	xdp_devices_free(&devices);
	return err ? bpfhost_fail(self, err, "failed to list the interfaces: %s", strerror(-err))
		   : 0;
}

int xdp_interfaces_find(struct bpfhost_instance *self, struct xdp_interfaces *interfaces)
{
	int err = interfaces_wish(self, interfaces);

	if (!err)
		err = interfaces_grant_all(self, interfaces);
	if (!err)
		interfaces->follow = interfaces_follow(self, interfaces);
	return err;
}

void xdp_interfaces_free(struct xdp_interfaces *interfaces)
{
	free(interfaces->items);
	free(interfaces->wishes);
	free(interfaces->missing);
	*interfaces = (struct xdp_interfaces){ 0 };
}
