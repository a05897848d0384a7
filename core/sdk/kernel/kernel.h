/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the running kernel can and allows: asked by those who attach, and by who tells beforehand. */
#ifndef SDK_KERNEL_H
#define SDK_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include <bpf/bpf.h>

/* ---- what it answers ------------------------------------------------------------------------------ */

/* ENOTSUPP of include/linux/errno.h, which user space should not see, but does: it has no text for it. */
#define KERNEL_ENOTSUPP 524
/* -errno as user space knows it: that one as -EOPNOTSUPP. */
int kernel_error(int err);

/* ---- uprobes: many in one link ------------------------------------------------------------------- */

/* enum bpf_attach_type of Linux 6.6; as the programs of such links must be loaded. */
#define KERNEL_TRACE_UPROBE_MULTI 48

/*
 * What BPF_LINK_CREATE takes for them, in union bpf_attr of include/uapi/linux/bpf.h of Linux 6.6, which
 * libbpf 1.1 and the headers beside it do not know yet.
 */
struct kernel_uprobe_multi {
	uint32_t prog_fd;
	uint32_t target_fd;
	uint32_t attach_type;
	uint32_t flags;
	uint64_t path;
	uint64_t offsets;
	uint64_t ref_ctr_offsets;
	uint64_t cookies;
	uint32_t cnt;
	uint32_t uprobe_flags;
	uint32_t pid;
	uint32_t reserved;
};

/* Makes the link: its descriptor, or -errno. */
int kernel_uprobe_multi_link(struct kernel_uprobe_multi *attr);
/* 0: this kernel has such links; -EOPNOTSUPP: it has not; else why it does not say. Attaches nothing. */
int kernel_probe_uprobe_multi(void);

/* ---- who may ------------------------------------------------------------------------------------- */

/* Only this level has to do with tracing: reading the kernel's memory, and perf events. */
bool kernel_locked_down(void);

/* Bit n: capability n, those in effect for this process; all where it cannot be told. */
uint64_t kernel_capabilities_held(void);
/* Those that it takes to load a program of this type, by kernel/bpf/syscall.c, bpf_prog_load(). */
uint64_t kernel_capabilities_of(enum bpf_prog_type type);
/* What of `needed` is not in `held`. CAP_SYS_ADMIN stands for CAP_BPF and CAP_PERFMON. */
uint64_t kernel_capabilities_missing(uint64_t needed, uint64_t held);

#endif
