/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What one instance is told, as a value: copied, compared. */
#ifndef BPFHOST_HOST_CONFIG_INSTANCE_H
#define BPFHOST_HOST_CONFIG_INSTANCE_H

#include <stdbool.h>

#include "config.h"

/* A copy that shares nothing with it; NULL where there is no memory. */
struct config_instance *config_copy_instance(const struct config_instance *instance);
/* Frees such a copy with all that it owns. NULL is fine. */
void config_drop_instance(struct config_instance *instance);
/* Whether both would run alike; where that stands written may differ. */
bool config_same_instance(const struct config_instance *a, const struct config_instance *b);
/* The one of this name; NULL: none. */
const struct config_instance *config_find_instance(const struct config *config, const char *name);

#endif
