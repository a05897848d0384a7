/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "attach.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

static const uint32_t mode_flags[] = {
	[XDP_MODE_NATIVE] = XDP_FLAGS_DRV_MODE,
	[XDP_MODE_GENERIC] = XDP_FLAGS_SKB_MODE,
	[XDP_MODE_OFFLOAD] = XDP_FLAGS_HW_MODE,
};

static const char *const mode_names[] = { "auto", "native", "generic", "offload" };

/* The link's descriptor or -errno. */
static int attach_link(int program, uint32_t ifindex, enum xdp_mode mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = mode_flags[mode]);
	int fd = bpf_link_create(program, (int)ifindex, BPF_XDP, &opts);

	return fd < 0 ? -errno : fd;
}

static int attach_auto(struct bpfhost_instance *self, int program, const struct xdp_target *target)
{
	int native = attach_link(program, target->ifindex, XDP_MODE_NATIVE), fd;

	if (native >= 0) {
		bpfhost_info(self, "%s: attached in native mode", target->name);
		return native;
	}
	fd = attach_link(program, target->ifindex, XDP_MODE_GENERIC);
	if (fd >= 0)
		bpfhost_info(self, "%s: attached in generic mode; native mode: %s", target->name,
			     strerror(-native));
	return fd;
}

static int attach_one(struct bpfhost_instance *self, struct bpf_program *program,
		      const struct xdp_target *target)
{
	enum xdp_mode mode = (enum xdp_mode)bpfhost_option_number(self, "mode");
	int fd;

	if (bpfhost_only_planned(self, program, target->name))
		return 0;
	if (!target->ifindex)
		return bpfhost_missed(self, target->name, -ENODEV, "there is no such interface");
	fd = mode == XDP_MODE_AUTO ? attach_auto(self, bpf_program__fd(program), target)
				   : attach_link(bpf_program__fd(program), target->ifindex, mode);
	if (fd < 0)
		return bpfhost_missed(self, target->name, fd, strerror(-fd));
	if (mode != XDP_MODE_AUTO)
		bpfhost_info(self, "%s: attached in %s mode", target->name, mode_names[mode]);
	return bpfhost_keep_link_fd(self, fd);
}

int xdp_attach_all(struct bpfhost_instance *self, struct xdp *xdp)
{
	struct bpf_program *program =
		bpf_object__find_program_by_name(bpfhost_object(self), "xdp_program");

	for (uint32_t i = 0; i < xdp->interfaces.count; i++)
		attach_one(self, program, &xdp->interfaces.items[i]);
	return bpfhost_attached(self);
}
