/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SUPERVISOR_FILTER_NAMES_H
#define SUPERVISOR_FILTER_NAMES_H

#include "supervisor/state.h"

/*
 * Whether each name of --filter is known to an event of an instance that stays or comes; to be asked when they have
 * told all of their schemas. 0, also where there is no filter, or no event yet, or where all names were known once and
 * a name is not since an earlier change; -EINVAL with where it stands, what is wrong and the nearest word in err, or
 * -ENOMEM.
 */
int filter_names_check(struct supervisor *run, struct bpfhost_error *err);
/* The same of a filter that the run has not, which stands at origin: a name that nobody knows is a mistake in any case. */
int filter_names_check_other(const struct supervisor *run, const struct filter *filter,
			     const char *origin, struct bpfhost_error *err);

#endif
