/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the names in `if EXPR` mean in one probe, and where the programs find them. */
#ifndef SDK_ARGUMENTS_CONDITION_H
#define SDK_ARGUMENTS_CONDITION_H

#include "kinds.h"

struct argument_name {
	const char *name;
	uint32_t value; /* index */
	uint32_t place; /* of what lies behind it, behind the header */
	struct argument_kind kind;
	const struct bpfhost_label *labels;
	uint32_t nlabels;
	bool late;     /* known on return only */
	bool has_text; /* a field NAME_text shows what it may point to */
};

/* Fields that are made in user space or named there, so that no program can ask for them. */
#define ARGUMENT_NAME_FUNCTION "function"
#define ARGUMENT_NAME_STACK    "stack"
#define ARGUMENT_NAME_TEXT     "_text" /* behind a name */

struct argument_names {
	struct argument_name items[BPFHOST_VALUES_MAX];
	uint32_t count;
	const char *for_filter; /* a name that was asked for and is known in user space only */
	bool has_functions;
	bool has_stack;
	bool late;       /* those that are added from now on are */
	bool asked_late; /* the condition names one of those */
};

/* Keeps the name's pointer, and that of the labels that may be set in what it returns (NULL: full). */
struct argument_name *argument_names_add(struct argument_names *names, const char *name,
					 uint32_t value, const struct argument_kind *kind,
					 uint32_t place);
void argument_names_late(struct argument_names *names);
const struct argument_name *argument_names_find(const struct argument_names *names,
						const char *name);

/* Binds and translates; sets names->asked_late. Errors as bpfhost_arguments_lay_out. */
int argument_condition_make(struct argument_names *names, struct bpfhost_expr *expr,
			    struct bpfhost_condition *ret_condition, struct bpfhost_error *err);

#endif
