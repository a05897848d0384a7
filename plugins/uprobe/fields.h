/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From a probe's parameters to where they lie when the function begins. */
#ifndef UPROBE_FIELDS_H
#define UPROBE_FIELDS_H

#include <bpfhost/arguments.h>

#include "debug.h"
#include "place.h"

#define UPROBE_FIELD_NAME_SIZE 64

struct uprobe_fields {
	struct bpfhost_argument_field items[BPFHOST_ARGUMENTS_MAX];
	uint32_t count;
	char names[BPFHOST_ARGUMENTS_MAX][UPROBE_FIELD_NAME_SIZE]; /* of those that get another */
	bool has_return;
	struct bpfhost_argument returned;
	struct bpfhost_probe_type ret_type;
};

/*
 * What the probe shows at this place. Without parameters, all that the debug information of the function
 * knows; with them, those of the names that it knows, else by position and type. place NULL: of many
 * functions, by position only. Names belong to the probe and to debugs. 0, or -EINVAL, -ENOENT, -E2BIG,
 * -ENOMEM with a sentence.
 */
int uprobe_fields_make(struct uprobe_debugs *debugs, struct bpfhost_file *file,
		       const struct uprobe_place *place, const struct bpfhost_probe *probe,
		       struct uprobe_fields *ret_fields, struct bpfhost_error *err);

#endif
