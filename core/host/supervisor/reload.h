/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SUPERVISOR_RELOAD_H
#define SUPERVISOR_RELOAD_H

#include "supervisor/state.h"

/*
 * Reads the configuration again and sets a change going (change.h) that makes the run as it says: instances
 * that are new, have gone or differ. Those that were asked for by "ctl load" stay, unless it has one of that
 * name; one that was disabled stays so. -EINVAL with file and line in err, which is logged too, and nothing has
 * changed; -EBUSY, -E2BIG, -ENOMEM. format is what whoever asked wants to be told in (kept.h).
 */
int reload_begin(struct supervisor *run, enum config_format format, struct bpfhost_error *err);

#endif
