/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "kernel.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

int kernel_uprobe_multi_link(struct kernel_uprobe_multi *attr)
{
	long fd = syscall(SYS_bpf, BPF_LINK_CREATE, attr, sizeof(*attr));

	return fd < 0 ? kernel_error(-errno) : (int)fd;
}

/* A folder is no file to probe: a kernel that knows of such links says so, others know no such link. */
int kernel_probe_uprobe_multi(void)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = KERNEL_TRACE_UPROBE_MULTI);
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	uint64_t offset = 0;
	struct kernel_uprobe_multi attr = {
		.attach_type = KERNEL_TRACE_UPROBE_MULTI,
		.path = (uint64_t)(uintptr_t) "/",
		.offsets = (uint64_t)(uintptr_t)&offset,
		.cnt = 1,
	};
	int link, program = bpf_prog_load(BPF_PROG_TYPE_KPROBE, NULL, "GPL", insns, 2, &opts);

	if (program < 0)
		return program == -EINVAL ? -EOPNOTSUPP : kernel_error(program);
	attr.prog_fd = (uint32_t)program;
	link = kernel_uprobe_multi_link(&attr);
	if (link >= 0)
		close(link);
	close(program);
	if (link >= 0 || link == -EINVAL)
		return -EOPNOTSUPP;
	return link == -EBADF ? 0 : link;
}
