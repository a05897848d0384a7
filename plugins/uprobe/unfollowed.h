/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Functions that break when a call of them is followed to its return, whichever program they are in. */
#ifndef UPROBE_UNFOLLOWED_H
#define UPROBE_UNFOLLOWED_H

#include "place.h"

/* Why a function of this name may not be followed; NULL: it may. */
const char *uprobe_unfollowed_why(const char *name);
/*
 * Takes such functions out of what a glob found, and counts them in places->unfollowed. 0, or -ENOTSUP with a
 * sentence: one was named, or no other was found.
 */
int uprobe_unfollowed_drop(struct uprobe_places *places, bool is_glob, struct bpfhost_error *err);

#endif
