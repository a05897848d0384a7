/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "replace.h"

#include <errno.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

int xdp_replaced_open(struct xdp_replaced *replaced, const struct xdp_occupant *occupant)
{
	replaced->was = *occupant;
	replaced->is_left_over = xdp_occupied_is_left_over(occupant);
	replaced->link = -1;
	replaced->old = bpf_prog_get_fd_by_id(occupant->program);
	if (replaced->old < 0)
		return -errno;
	if (!occupant->link)
		return 0;
	replaced->link = bpf_link_get_fd_by_id(occupant->link);
	return replaced->link < 0 ? -errno : 0;
}

void xdp_replaced_close(struct xdp_replaced *replaced)
{
	if (replaced->link >= 0)
		close(replaced->link);
	if (replaced->old >= 0)
		close(replaced->old);
	replaced->link = replaced->old = -1;
}

static uint32_t replaced_flags(const struct xdp_replaced *replaced)
{
	return replaced->was.mode == XDP_ATTACHED_SKB  ? XDP_FLAGS_SKB_MODE
	       : replaced->was.mode == XDP_ATTACHED_HW ? XDP_FLAGS_HW_MODE
						       : XDP_FLAGS_DRV_MODE;
}

static int replaced_swap(const struct xdp_replaced *replaced, int from, int to)
{
	LIBBPF_OPTS(bpf_link_update_opts, update, .flags = BPF_F_REPLACE,
		    .old_prog_fd = (uint32_t)from);
	LIBBPF_OPTS(bpf_xdp_attach_opts, attach, .old_prog_fd = from);

	if (replaced->link >= 0)
		return bpf_link_update(replaced->link, to, &update) < 0 ? -errno : 0;
	return bpf_xdp_attach((int)replaced->ifindex, to,
			      replaced_flags(replaced) | XDP_FLAGS_REPLACE, &attach);
}

int xdp_replaced_take(const struct xdp_replaced *replaced, int program)
{
	return replaced_swap(replaced, replaced->old, program);
}

int xdp_replaced_give_back(const struct xdp_replaced *replaced, int program)
{
	return replaced_swap(replaced, program, replaced->is_left_over ? -1 : replaced->old);
}
