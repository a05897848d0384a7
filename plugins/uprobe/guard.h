/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What keeps a return probe from killing what it traces. To see a return, the kernel replaces the return
 * address on the stack by that of a trampoline. A Go program that moves its stacks does not stand that.
 * And from Linux 6.11 on the trampoline makes a system call, which seccomp filters do not know: until
 * 6.14 (and the stable kernels that took it over) left it alone, they killed the program for it.
 */
#ifndef UPROBE_GUARD_H
#define UPROBE_GUARD_H

#include <bpfhost/file.h>

/* What was found out about this kernel; zero at first. */
struct uprobe_guard {
	bool asked;
	bool kills; /* whoever is under a seccomp filter */
};

/* Whether calls in this file, of this process (0: any), may be followed. 0, or -ENOTSUP with a sentence. */
int uprobe_guard_check(struct uprobe_guard *guard, const struct bpfhost_file *file, uint32_t pid,
		       struct bpfhost_error *err);
/* The same, for who does not know its functions: whether calls in such a file return as the kernel expects. */
int uprobe_guard_returns(const struct bpfhost_file *file, const struct bpfhost_elf_returns *returns,
			 struct bpfhost_error *err);

/* Lets a child that may be killed find out. */
bool uprobe_guard_kernel_kills(void);

#endif
