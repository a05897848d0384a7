/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A condition sees the values as the program has fetched them. A string is read in the traced process
 * while the condition is asked; of a call whose condition waits for the return, it is the copy that was
 * taken on entry.
 */
#include "condition.h"

#include <errno.h>
#include <string.h>

#include <bpfhost/condition_compile.h>

struct argument_name *argument_names_add(struct argument_names *names, const char *name,
					 uint32_t value, const struct argument_kind *kind,
					 uint32_t place)
{
	if (names->count == BPFHOST_VALUES_MAX)
		return NULL;
	names->items[names->count++] = (struct argument_name){
		.name = name,
		.value = value,
		.place = place,
		.kind = *kind,
		.late = names->late,
	};
	return &names->items[names->count - 1];
}

void argument_names_late(struct argument_names *names)
{
	names->late = true;
}

const struct argument_name *argument_names_find(const struct argument_names *names,
						const char *name)
{
	for (uint32_t i = 0; i < names->count; i++)
		if (!strcmp(names->items[i].name, name))
			return &names->items[i];
	return NULL;
}

static enum bpfhost_operand_kind condition_operand(const struct argument_kind *kind)
{
	switch (kind->kind) {
	case BPFHOST_STRING:
		return BPFHOST_OPERAND_STRING;
	case BPFHOST_IPV4:
		return BPFHOST_OPERAND_IPV4;
	case BPFHOST_IPV6:
		return BPFHOST_OPERAND_IPV6;
	case BPFHOST_FLOAT:
		return BPFHOST_OPERAND_FLOAT;
	default:
		return kind->is_signed ? BPFHOST_OPERAND_INT : BPFHOST_OPERAND_UINT;
	}
}

static int condition_field(void *ctx, const char *name, struct bpfhost_operand *ret_operand)
{
	struct argument_names *names = ctx;
	const struct argument_name *found = argument_names_find(names, name);

	if (!found)
		return -ENOENT;
	names->asked_late |= found->late;
	*ret_operand = (struct bpfhost_operand){
		.kind = condition_operand(&found->kind),
		.slot = (uint32_t)(found - names->items),
	};
	return 0;
}

static int condition_enumerator(void *ctx, const char *field, const char *name,
				struct bpfhost_operand *ret_operand)
{
	const struct argument_name *found = argument_names_find(ctx, field);

	if (found && found->kind.kind == BPFHOST_ERRNO)
		return bpfhost_expr_errno(name, ret_operand);
	for (uint32_t i = 0; found && i < found->nlabels; i++) {
		if (strcmp(found->labels[i].name, name) != 0)
			continue;
		*ret_operand = (struct bpfhost_operand){
			.kind = BPFHOST_OPERAND_ENUMERATOR,
			.value = (uint64_t)found->labels[i].value,
			.is_signed = found->kind.is_signed,
		};
		return 0;
	}
	return -ENOENT;
}

static const char *condition_candidate(void *ctx, const char *field, uint32_t index)
{
	const struct argument_names *names = ctx;
	const struct argument_name *found = field ? argument_names_find(names, field) : NULL;

	if (field)
		return found && index < found->nlabels ? found->labels[index].name : NULL;
	return index < names->count ? names->items[index].name : NULL;
}

/* What lies behind a pointer: in the copy, or where the pointer leads. */
static int condition_behind(const struct argument_names *names, const struct argument_name *name,
			    struct bpfhost_load *load)
{
	if (names->asked_late && !name->late) {
		load->kind =
			name->kind.kind == BPFHOST_STRING ? BPFHOST_LOAD_CHARS : BPFHOST_LOAD_IPV6;
		load->offset = name->place;
		load->size = (uint16_t)name->kind.capacity;
		return 0;
	}
	if (name->kind.kind != BPFHOST_STRING)
		return -ENOTSUP;
	load->kind = BPFHOST_LOAD_USER_STR;
	return 0;
}

static int condition_place(void *ctx, uint32_t slot, struct bpfhost_load *ret_load)
{
	const struct argument_names *names = ctx;
	const struct argument_name *name = &names->items[slot];
	struct bpfhost_load load = { .offset = name->value * 8, .size = 8 };
	int err = 0;

	if (name->kind.kind == BPFHOST_SOCKADDR || name->kind.kind == BPFHOST_BYTES ||
	    name->kind.kind == BPFHOST_MAC || name->kind.kind == BPFHOST_FLOAT)
		return -ENOTSUP;
	if (name->kind.extra)
		err = condition_behind(names, name, &load);
	else if (name->kind.kind == BPFHOST_IPV4)
		load.kind = BPFHOST_LOAD_IPV4;
	else
		load.kind = name->kind.is_signed ? BPFHOST_LOAD_INT : BPFHOST_LOAD_UINT;
	if (!err)
		*ret_load = load;
	return err;
}

int argument_condition_make(struct argument_names *names, struct bpfhost_expr *expr,
			    struct bpfhost_condition *ret_condition, struct bpfhost_error *err)
{
	static const struct bpfhost_resolver resolver = {
		.field = condition_field,
		.enumerator = condition_enumerator,
		.candidate = condition_candidate,
	};
	int ret = bpfhost_expr_bind(expr, &resolver, names, err);

	return ret ? ret
		   : bpfhost_condition_compile(expr, condition_place, names, ret_condition, err);
}
