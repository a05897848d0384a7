/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_VALIDATE_LOOK_H
#define BPFHOST_HOST_VALIDATE_LOOK_H

#include "loader/loader.h"
#include "validate/report.h"

/* What can be said of a plugin that was let in without running any of it. */
void look_at(const struct loader_plugin *plugin, struct report *report);
/*
 * Whether its programs may be loaded: what they change they must declare, and `allowed` grant, as in a run. 0,
 * or -errno with a sentence in err.
 */
int look_allows(const struct loader_plugin *plugin, uint64_t allowed, struct bpfhost_error *err);

#endif
