/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_VALIDATE_LOOK_H
#define BPFHOST_HOST_VALIDATE_LOOK_H

#include "loader/loader.h"
#include "validate/report.h"

/* What can be said of a plugin that was let in without running any of it. */
void look_at(const struct loader_plugin *plugin, struct report *report);

#endif
