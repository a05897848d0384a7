/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_INSPECT_H
#define BPFHOST_HOST_INSPECT_H

#include <stdbool.h>
#include <stdio.h>

#include "command/object.h"
#include "loader/loader.h"

/* All that is known of a plugin. */
struct inspection {
	struct loader_plugin *plugin;
	struct object_report object;
	uint64_t changes;  /* what its programs change, as loader/changes.h has it */
	bool is_unread;    /* they could not be looked through, so it would not be run */
	char refused[512]; /* why it would not be run, or "" */
};

void inspect_print_text(FILE *out, const struct inspection *inspection);
/* One object in one line. */
void inspect_print_json(FILE *out, const struct inspection *inspection);

/* "uint", "ipv4", ... of an enum bpfhost_kind. */
const char *inspect_kind_name(uint16_t kind);

#endif
