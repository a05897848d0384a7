/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of a change share; the others use change.h. */
#ifndef SUPERVISOR_CHANGE_PRIVATE_H
#define SUPERVISOR_CHANGE_PRIVATE_H

#include "supervisor/change.h"

enum change_stage {
	CHANGE_GATHERING,
	CHANGE_OPENING,
	CHANGE_LOADING,
	CHANGE_STOPPING,
	CHANGE_ATTACHING,
};

struct change {
	enum change_stage stage;
	char what[128];
	struct config *fresh; /* NULL: the run's stays */
	struct bpfhost_filter_values values;
	struct kept kept; /* of that */
	enum config_format format;
	bool reloads;
	char failures[4096]; /* a line for each that came and could not attach */
};

/* What change_keep() remembered is the instance's; it comes to nothing. */
void change_take_kept(struct instance *instance);
void change_drop_kept(struct instance *instance);

/* Tells how it ends: a kind of control/words.h, and why. */
void change_tell(struct supervisor *run, const char *kind, const char *text);
/* One that is to come failed before anything was changed: nothing is. */
void change_refuse(struct supervisor *run, const struct instance *instance);
/* When all that came are attached or have failed in that: undoes what has failed, tells of all, and it is over. */
void change_finish(struct supervisor *run);

/* Frees it. */
void change_end(struct supervisor *run);

#endif
