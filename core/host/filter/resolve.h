/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Internal to the filter: what the names in an expression stand for. */
#ifndef FILTER_RESOLVE_H
#define FILTER_RESOLVE_H

#include "sink/plan.h"

#include <bpfhost/expr.h>

/* The numbers by which the expression asks for values. */
enum filter_slot {
	SLOT_CPU,
	SLOT_PID,
	SLOT_TID,
	SLOT_UID,
	SLOT_CGROUP,
	SLOT_COMM,
	SLOT_PLUGIN,
	SLOT_INSTANCE,
	SLOT_EVENT,
	SLOT_FIELDS, /* the first field's */
};

/* The resolver's context: the types among which names are looked up. */
struct filter_scope {
	const struct sink_type *const *types;
	size_t ntypes;
	bool is_lenient; /* of one type: what is neither field nor enumerator is missing */
};

extern const struct bpfhost_resolver filter_resolver;

/* What kind of operand a field is; its values are read as the same. */
enum bpfhost_operand_kind filter_operand_kind(const struct sink_field *field);

#endif
