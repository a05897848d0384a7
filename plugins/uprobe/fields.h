/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From a probe's parameters to where they lie when the function begins. */
#ifndef UPROBE_FIELDS_H
#define UPROBE_FIELDS_H

#include <bpfhost/arguments.h>

struct uprobe_fields {
	struct bpfhost_argument_field items[BPFHOST_ARGUMENTS_MAX];
	uint32_t count;
	bool has_return;
	struct bpfhost_argument returned;
	struct bpfhost_probe_type ret_type;
};

/* By position and type, as the probe says. Names are the probe's. 0, or -EINVAL, -E2BIG with a sentence. */
int uprobe_fields_by_position(const struct bpfhost_probe *probe, struct uprobe_fields *ret_fields,
			      struct bpfhost_error *err);

#endif
