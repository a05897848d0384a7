/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "offload.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "attach.h"
#include "explain.h"

/* The smallest program that there is, as a question. */
static int offload_try(uint32_t ifindex)
{
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_ifindex = ifindex);
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "xdp_try", "GPL", pass,
			       sizeof(pass) / sizeof(pass[0]), &opts);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static void offload_bind(struct bpf_object *object, uint32_t ifindex)
{
	struct bpf_program *program;
	struct bpf_map *map;

	bpf_object__for_each_program(program, object) {
		bpf_program__set_ifindex(program, ifindex);
		bpf_program__set_flags(program, bpf_program__flags(program) & ~BPF_F_XDP_HAS_FRAGS);
	}
	bpf_object__for_each_map(map, object)
		bpf_map__set_ifindex(map, ifindex);
}

int xdp_offload_prepare(struct bpfhost_instance *self, const struct xdp *xdp)
{
	const struct xdp_interfaces *interfaces = &xdp->interfaces;
	char why[256];
	int err;

	if (bpfhost_option_number(self, "mode") != XDP_MODE_OFFLOAD ||
	    self->host->flags & BPFHOST_RUN_DRY)
		return 0;
	if (interfaces->count != 1 || interfaces->follow)
		return bpfhost_fail(self, -EINVAL,
				    "option mode: a program for a card is made for that one: with "
				    "offload name one iface, and do not follow others");
	err = offload_try(interfaces->items[0].ifindex);
	if (!err) {
		offload_bind(bpfhost_object(self), interfaces->items[0].ifindex);
		return 0;
	}
	/* A driver without any way to it says EINVAL, too. */
	xdp_explain(interfaces->items[0].ifindex, XDP_MODE_OFFLOAD,
		    err == -EINVAL ? -EOPNOTSUPP : err, why, sizeof(why));
	return bpfhost_fail(self, -EOPNOTSUPP, "failed to load a program into the card of %s: %s",
			    interfaces->items[0].name, why);
}
