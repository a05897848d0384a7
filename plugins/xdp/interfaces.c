/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "interfaces.h"

#include <errno.h>
#include <fnmatch.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add(struct xdp_interfaces *interfaces, const char *name, uint32_t ifindex)
{
	struct xdp_target *items;

	for (uint32_t i = 0; i < interfaces->count; i++)
		if (!strcmp(interfaces->items[i].name, name))
			return 0;
	items = reallocarray(interfaces->items, interfaces->count + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	interfaces->items = items;
	snprintf(items[interfaces->count].name, XDP_NAME_SIZE, "%s", name);
	items[interfaces->count++].ifindex = ifindex;
	return 0;
}

static bool is_glob(const char *text)
{
	return strpbrk(text, "*?");
}

static int add_matching(struct xdp_interfaces *interfaces, const char *glob)
{
	struct if_nameindex *all = if_nameindex();
	int err = all ? 0 : -errno;

	for (size_t i = 0; all && all[i].if_index && !err; i++)
		if (!fnmatch(glob, all[i].if_name, 0))
			err = add(interfaces, all[i].if_name, all[i].if_index);
	if (all)
		if_freenameindex(all);
	return err;
}

static int add_item(struct bpfhost_instance *self, struct xdp_interfaces *interfaces,
		    const char *text)
{
	if (is_glob(text))
		return add_matching(interfaces, text);
	if (!text[0] || strlen(text) >= XDP_NAME_SIZE || strpbrk(text, "/ "))
		return bpfhost_fail(self, -EINVAL, "option iface: no interface can be called '%s'",
				    text);
	return add(interfaces, text, if_nametoindex(text));
}

/* The interface of the first route to 0.0.0.0/0 in /proc/net/route, proc(5). */
static int add_default(struct bpfhost_instance *self, struct xdp_interfaces *interfaces)
{
	FILE *routes = fopen("/proc/self/net/route", "re");
	char line[256], name[XDP_NAME_SIZE];
	unsigned int to, mask;
	bool found = false;

	while (!found && routes && fgets(line, sizeof(line), routes))
		found = sscanf(line, "%15s %x %*x %*x %*d %*d %*d %x", name, &to, &mask) == 3 &&
			!to && !mask;
	if (routes)
		fclose(routes);
	if (!found)
		return bpfhost_fail(self, -ENODEV,
				    "failed to choose an interface: there is no default route; "
				    "name one with iface=NAME");
	bpfhost_info(self, "watching %s, the interface of the default route", name);
	return add(interfaces, name, if_nametoindex(name));
}

int xdp_interfaces_find(struct bpfhost_instance *self, struct xdp_interfaces *ret_interfaces)
{
	const struct bpfhost_setting *setting = bpfhost_option(self, "iface");
	struct xdp_interfaces interfaces = { 0 };
	int err = 0;

	for (uint32_t i = 0; i < setting->count && !err; i++)
		err = add_item(self, &interfaces, setting->items[i].text);
	if (!setting->count)
		err = add_default(self, &interfaces);
	if (err) {
		xdp_interfaces_free(&interfaces);
		return err;
	}
	*ret_interfaces = interfaces;
	return 0;
}

void xdp_interfaces_free(struct xdp_interfaces *interfaces)
{
	free(interfaces->items);
	*interfaces = (struct xdp_interfaces){ 0 };
}

const char *xdp_interfaces_name(const struct xdp_interfaces *interfaces, uint32_t ifindex)
{
	for (uint32_t i = 0; i < interfaces->count; i++)
		if (interfaces->items[i].ifindex == ifindex)
			return interfaces->items[i].name;
	return "?";
}
