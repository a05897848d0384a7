/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One configuration in the place of another, while a host runs. */
#ifndef BPFHOST_HOST_CONFIG_RELOAD_H
#define BPFHOST_HOST_CONFIG_RELOAD_H

#include <stdbool.h>

#include "config.h"

/*
 * Gives fresh what a running host cannot change, as old has it: where events go and in which form, --filter,
 * --window, --count, --duration, --control, --bpf-statistics. ret_kept gets the names of those that had
 * been different, with ", " between them. 0 or -ENOMEM.
 */
int config_keep_fixed(struct config *fresh, const struct config *old, char *ret_kept, size_t size);
/* Whether a worker that began with one would begin alike with the other; --pid and the like are not looked at. */
bool config_same_for_workers(const struct config *a, const struct config *b);

#endif
