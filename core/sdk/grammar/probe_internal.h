/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef GRAMMAR_PROBE_INTERNAL_H
#define GRAMMAR_PROBE_INTERNAL_H

#include <bpfhost/probe.h>

#include "cursor.h"

/* Reads one TYPE at the cursor, void too. Returns 0 or -EINVAL. */
int probe_read_type(struct grammar_cursor *cursor, struct bpfhost_probe_type *ret_type);

#endif
