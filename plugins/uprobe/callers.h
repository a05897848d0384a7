/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Option "stack": who called. */
#ifndef UPROBE_CALLERS_H
#define UPROBE_CALLERS_H

#include "use.h"

/* How many frames the options ask for. */
struct bpfhost_stack_depth uprobe_callers_depth(const struct bpfhost_instance *self);
/*
 * Opens the files that frames may lie in, and sets the handler that names them; nothing where no stack is
 * asked for. Behind bpfhost_load: then the kernel knows the names of the programs, too. Errors are told.
 */
int uprobe_callers_prepare(struct bpfhost_instance *self, struct uprobe_uses *uses);

#endif
