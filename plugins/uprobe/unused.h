/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef UPROBE_UNUSED_H
#define UPROBE_UNUSED_H

#include <stdbool.h>

#include <bpfhost/sdk.h>
#include <bpfhost/target.h>

/*
 * Whether none of the processes of --pid has the file mapped that a path or a program's name led to: another
 * copy of it, or one that was replaced since. Of such a file nothing will be seen, unless it is loaded later.
 */
bool uprobe_is_unused(const struct bpfhost_filter_values *filter,
		      const struct bpfhost_target *target);

#endif
