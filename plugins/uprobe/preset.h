/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Presets: probes that somebody else has worked out, under one name. A preset is a text of lines
 *
 *	# a remark
 *	EVENT = PROBE
 *
 * where those of one EVENT that follow each other are alternatives, for versions of a program that differ:
 * the first that fits the machine is taken. A user's file comes before the one that was built in.
 */
#ifndef UPROBE_PRESET_H
#define UPROBE_PRESET_H

#include "use.h"

/* Adds the probes of a preset, of a file NAME.preset in one of the folders (ended by a NULL) or built in.
 * 0 or -errno with a sentence in err, and then nothing was added. */
int uprobe_preset_add(struct uprobe_uses *uses, const char *name, const char *const *folders,
		      const struct uprobe_settings *settings, struct bpfhost_error *err);

/* Those of the system. */
extern const char *const uprobe_preset_folders[];

/* The presets that were built in, ended by one without a name. */
struct uprobe_preset {
	const char *name;
	const char *text;
};
extern const struct uprobe_preset uprobe_presets[];

#endif
