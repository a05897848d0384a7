/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "occupied.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "device.h"

#define OCCUPIED_MAPS 64 /* that the kernel lets a program have */
#define OCCUPIED_RING "bpfhost_ring"

static bool occupied_is_ring(uint32_t id)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);
	int fd = bpf_map_get_fd_by_id(id);
	bool is = fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size) &&
		  !strncmp(info.name, OCCUPIED_RING, sizeof(info.name));

	if (fd >= 0)
		close(fd);
	return is;
}

/* What every program of bpfhost's has is its ring. */
static void occupied_describe(struct xdp_occupant *occupant)
{
	uint32_t maps[OCCUPIED_MAPS], count;
	struct bpf_prog_info info = {
		.map_ids = (uint64_t)(uintptr_t)maps,
		.nr_map_ids = OCCUPIED_MAPS,
	};
	uint32_t size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(occupant->program);

	if (fd < 0)
		return;
	if (!bpf_obj_get_info_by_fd(fd, &info, &size)) {
		memcpy(occupant->name, info.name, sizeof(occupant->name) - 1);
		count = info.nr_map_ids < OCCUPIED_MAPS ? info.nr_map_ids : OCCUPIED_MAPS;
		for (uint32_t i = 0; i < count && !occupant->is_ours; i++)
			occupant->is_ours = occupied_is_ring(maps[i]);
	}
	close(fd);
}

/* Of several, in the card and before it, the one before it is in our way. */
static int occupied_pick(uint32_t ifindex, struct xdp_occupant *occupant)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	int err = bpf_xdp_query((int)ifindex, 0, &query);

	if (err)
		return err;
	occupant->program = query.drv_prog_id ? query.drv_prog_id : query.skb_prog_id;
	occupant->mode = query.drv_prog_id ? XDP_ATTACHED_DRV : XDP_ATTACHED_SKB;
	return 0;
}

int xdp_occupied_find(struct xdp_census *census, uint32_t ifindex, struct xdp_occupant *ret)
{
	struct xdp_occupant occupant = { 0 };
	struct xdp_device device;
	int err = xdp_device_read(ifindex, &device);

	if (err)
		return err;
	occupant.program = device.xdp_program;
	occupant.mode = device.xdp_mode;
	if (occupant.mode == XDP_ATTACHED_MULTI)
		err = occupied_pick(ifindex, &occupant);
	if (err)
		return err;
	if (!occupant.program)
		return -ENOENT;
	occupied_describe(&occupant);
	xdp_census_find_link(census, ifindex, &occupant);
	xdp_census_find_holder(census, &occupant);
	occupant.stands_in =
		occupant.is_ours && (!occupant.link || xdp_census_has_guard(census, &occupant));
	*ret = occupant;
	return 0;
}

const char *xdp_occupied_mode(uint32_t mode)
{
	static const char *const names[] = {
		[XDP_ATTACHED_NONE] = "no",       [XDP_ATTACHED_DRV] = "native",
		[XDP_ATTACHED_SKB] = "generic",   [XDP_ATTACHED_HW] = "offload",
		[XDP_ATTACHED_MULTI] = "several",
	};

	return mode < sizeof(names) / sizeof(names[0]) ? names[mode] : "unknown";
}

void xdp_occupied_text(const struct xdp_occupant *occupant, char *text, size_t size)
{
	char link[32] = "attached by netlink", process[64] = "", name[24] = "";

	if (occupant->link)
		snprintf(link, sizeof(link), "link %u", occupant->link);
	if (occupant->pid)
		snprintf(process, sizeof(process), ", %sprocess %u '%s'",
			 occupant->link ? "of " : "held by ", occupant->pid, occupant->comm);
	if (occupant->name[0]) /* only those who may are told it */
		snprintf(name, sizeof(name), " '%s'", occupant->name);
	if (xdp_occupied_is_left_over(occupant))
		snprintf(process, sizeof(process), ", left behind by a bpfhost that was killed");
	snprintf(text, size, "program %u%s in %s mode (%s%s)", occupant->program, name,
		 xdp_occupied_mode(occupant->mode), link, process);
}
