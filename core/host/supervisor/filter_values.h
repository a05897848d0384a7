/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SUPERVISOR_FILTER_VALUES_H
#define SUPERVISOR_FILTER_VALUES_H

#include <bpfhost/error.h>
#include <bpfhost/event.h>

#include "config/config.h"

/*
 * --pid, --comm, --uid and --cgroup as the kernel side compares them. 0, or -EINVAL, -ESRCH, -ENOENT
 * with one line in err: too many of a kind, a process that is not there, a path that is no cgroup.
 */
int filter_values_gather(const struct config *config, struct bpfhost_filter_values *ret_values,
			 struct bpfhost_error *err);

#endif
