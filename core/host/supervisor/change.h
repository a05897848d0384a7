/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Instances that come and go while the others run on. A change is all or nothing as far as can be known
 * beforehand: those that come open their plugins and load, and only when all have done so do those that go
 * detach. So what is wrong in it leaves everything as it was. Then those that come attach; where one cannot,
 * the one that it was to replace is started again. There is one change at a time.
 */
#ifndef SUPERVISOR_CHANGE_H
#define SUPERVISOR_CHANGE_H

#include "supervisor/kept.h"
#include "supervisor/state.h"

/* Begins one; what: for the log, such as "load pg". -EBUSY while another is under way, with its name in err. */
int change_begin(struct supervisor *run, const char *what, struct bpfhost_error *err);
/*
 * The configuration that those that come belong to, and which becomes the run's with them, and what of it does not,
 * which is told in that format. The change owns both from here on, in any case; *kept is empty then.
 */
void change_configure(struct supervisor *run, struct config *fresh,
		      const struct bpfhost_filter_values *values, struct kept *kept,
		      enum config_format format);
/* One that is to come, with a copy of its configuration; instead_of goes for it, or is NULL. 0, -E2BIG, -ENOMEM. */
int change_add(struct supervisor *run, const struct config_instance *config,
	       struct instance *instead_of, bool from_file);
/*
 * The same of one that is not to run yet, in the place of one that is disabled and another plugin's: what that has
 * produced stays that plugin's.
 */
int change_add_disabled(struct supervisor *run, const struct config_instance *config,
			struct instance *instead_of);
/*
 * One that stays, or stays disabled, and is the configuration's from then on when the change is certain; it begins
 * with a copy of next then, of the same plugin, unless that is NULL. 0 or -ENOMEM.
 */
int change_keep(struct instance *instance, const struct config_instance *next);
/* One that is to go, and what becomes of it then: INSTANCE_DISABLED or INSTANCE_GONE. */
void change_remove(struct instance *instance, enum instance_role after);
/* Sets it going. How it ends is told by control_tell_change(). */
void change_go(struct supervisor *run);
/* Undoes one that has not been set going: nothing was to be changed, or it cannot be. */
void change_cancel(struct supervisor *run);
/* Takes it as far as it goes by now. */
void change_tick(struct supervisor *run);
/* When change_tick is due next even if nothing happens, CLOCK_MONOTONIC ns; UINT64_MAX: never. */
uint64_t change_due(const struct supervisor *run);
void change_free(struct supervisor *run);

/* What a new worker of this instance is told: of the run, or of the change that brings it. */
const struct config *change_config(const struct instance *instance);
const struct bpfhost_filter_values *change_filter_values(const struct instance *instance);

#endif
