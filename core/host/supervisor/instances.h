/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The places of the instances. What is under way, a line that is being written or an event of epoll,
 * names its instance by its place; so one keeps its place until nothing of it is under way any more.
 */
#ifndef SUPERVISOR_INSTANCES_H
#define SUPERVISOR_INSTANCES_H

#include "supervisor/state.h"

/*
 * Adds one that has no worker yet, with a copy of its configuration. -E2BIG when every place is taken
 * by one that lives, -ENOMEM.
 */
int instances_add(struct supervisor *run, const struct config_instance *config,
		  struct instance **ret_instance);
/* Takes one away that nothing is under way of. */
void instances_remove(struct supervisor *run, struct instance *instance);
void instances_free(struct supervisor *run);

#endif
