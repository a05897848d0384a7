/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A set of rules, ready for the kernel. */
#ifndef XDP_DROP_SET_H
#define XDP_DROP_SET_H

#include <bpfhost/error.h>
#include <bpfhost/option.h>
#include <bpfhost/sdk.h>

#include "drop_table.h"

struct xdp_drop_set {
	struct xdp_drop_table table;
	struct xdp_drop_condition *conditions;
	uint32_t condition_count;
	uint32_t prefixes;
	uint32_t exceptions;
	struct xdp_duplicates duplicates;
	char duplicate[128]; /* the first, in words */
};

/* From where rules come; either may be missing. */
struct xdp_drop_source {
	const struct bpfhost_setting *rules;
	const char *path;
	const struct bpfhost_schema *schema; /* of a packet */
};

/* Reads and translates all of it. 0, or -errno with a sentence that says where. */
int xdp_drop_set_read(const struct xdp_drop_source *source, struct xdp_drop_set *ret_set,
		      struct bpfhost_error *err);
void xdp_drop_set_free(struct xdp_drop_set *set);

#endif
