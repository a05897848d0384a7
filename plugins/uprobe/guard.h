/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What keeps a return probe from killing what it traces. To see a return, the kernel replaces the return
 * address on the stack.
 */
#ifndef UPROBE_GUARD_H
#define UPROBE_GUARD_H

#include <bpfhost/file.h>

/* 0, or -ENOTSUP with a sentence: a file whose functions must not be followed to their return. */
int uprobe_guard_file(const struct bpfhost_file *file, struct bpfhost_error *err);

#endif
