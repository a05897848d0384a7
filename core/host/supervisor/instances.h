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
/* Says of so many more, which got -E2BIG, that there is no room for them. */
void instances_fail_many(const struct supervisor *run, size_t more, struct bpfhost_error *err);
/* The one of this name that runs, is to run or is disabled; NULL: none. */
struct instance *instances_find(const struct supervisor *run, const char *name);
/* Takes one away that nothing is under way of. */
void instances_remove(struct supervisor *run, struct instance *instance);
/* Who tells the ledger of one that has gone, or goes, along with its own; NULL: it does so itself. */
struct instance *instances_heir(const struct instance *instance);
/* Its ledger and those that it is the heir of, as they stand. */
void instances_ledger(const struct instance *instance, struct ledger *ret_ledger);
/* Takes away those that have gone, so far as they are not needed for the ledgers that are told at the end. */
void instances_tidy(struct supervisor *run);
void instances_free(struct supervisor *run);

#endif
