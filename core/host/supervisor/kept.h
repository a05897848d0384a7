/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a reload cannot change, and the file says otherwise: it stays as it is, but is checked as a start would check
 * it, so that a mistake is not found only at the next one; and whoever asked for the reload is told.
 */
#ifndef SUPERVISOR_KEPT_H
#define SUPERVISOR_KEPT_H

#include "supervisor/state.h"

struct kept {
	char names[256];       /* of the settings, with ", " between them; none: "" */
	struct filter *filter; /* that of the file, where it is another; else NULL */
	char *origin;          /* where that stands */
};

/*
 * Checks what fresh has otherwise than the run, and gives fresh what the run has. *ret_kept is the caller's to free,
 * also after a failure. 0, -EINVAL with file and line in err, -ENOMEM.
 */
int kept_take(const struct supervisor *run, struct config *fresh, struct kept *ret_kept,
	      struct bpfhost_error *err);
/* Names in its filter: to be asked as filter_names_check() is. */
int kept_check_names(const struct supervisor *run, const struct kept *kept,
		     struct bpfhost_error *err);
/* Which settings change only with the next start, for whoever asked, freed by the caller. NULL: no memory. */
char *kept_tell(const struct kept *kept, enum config_format format);
void kept_free(struct kept *kept);

#endif
