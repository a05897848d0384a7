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
#include <bpfhost/kind.h>

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

/* Whether an event has such a field all the same. */
static bool condition_is_for_filter(const struct argument_names *names, const char *name)
{
	const size_t suffix = strlen(ARGUMENT_NAME_TEXT), length = strlen(name);

	if ((names->has_functions && !strcmp(name, ARGUMENT_NAME_FUNCTION)) ||
	    (names->has_stack && !strcmp(name, ARGUMENT_NAME_STACK)))
		return true;
	if (length <= suffix || strcmp(name + length - suffix, ARGUMENT_NAME_TEXT) != 0)
		return false;
	for (uint32_t i = 0; i < names->count; i++)
		if (names->items[i].has_text && strlen(names->items[i].name) == length - suffix &&
		    !strncmp(names->items[i].name, name, length - suffix))
			return true;
	return false;
}

static int condition_field(void *ctx, const char *name, struct bpfhost_operand *ret_operand)
{
	struct argument_names *names = ctx;
	const struct argument_name *found = argument_names_find(names, name);

	if (!found && condition_is_for_filter(names, name)) {
		names->for_filter = name;
		return -EOPNOTSUPP;
	}
	if (!found)
		return -ENOENT;
	names->asked_late |= found->late;
	*ret_operand = (struct bpfhost_operand){
		.kind = bpfhost_kind_operand(found->kind.kind, found->kind.is_signed),
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

static int condition_fail_for_filter(const struct argument_names *names, struct bpfhost_error *err)
{
	uint32_t offset = err ? err->offset : 0;

	bpfhost_error_set(err, offset,
			  "the kernel, where \"if\" is asked, does not know \"%.64s\" (column %u); "
			  "--filter does",
			  names->for_filter, offset + 1);
	return -EINVAL;
}

static const char *condition_name_at(const struct argument_names *names, uint32_t place)
{
	for (uint32_t i = 0; i < names->count; i++)
		if (names->items[i].kind.extra && names->items[i].place == place)
			return names->items[i].name;
	return "";
}

/*
 * A copy may be all of a string or its begin. Which of the two does not matter as long as there is room
 * for one byte more than is compared; for text* just as many will do.
 */
static int condition_check_copies(const struct argument_names *names,
				  const struct bpfhost_condition *condition,
				  struct bpfhost_error *err)
{
	for (uint32_t i = 0; i < condition->test_count; i++) {
		const struct bpfhost_condition_test *test = &condition->tests[i];
		const struct bpfhost_condition_string *string = &condition->strings[test->string];
		uint32_t needed = string->length + !(string->glob & BPFHOST_GLOB_PREFIX);

		if (test->left.kind != BPFHOST_LOAD_CHARS || needed <= test->left.size)
			continue;
		bpfhost_error_set(
			err, 0,
			"the condition is asked when the call returns, and of %s are kept "
			"%u bytes only, which does not tell whether it is what it is "
			"compared with: write %s: str[%u]",
			condition_name_at(names, test->left.offset), test->left.size,
			condition_name_at(names, test->left.offset), needed);
		return -EINVAL;
	}
	return 0;
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

	if (ret == -EOPNOTSUPP)
		return condition_fail_for_filter(names, err);
	if (!ret)
		ret = bpfhost_condition_compile(expr, condition_place, names, ret_condition, err);
	return ret ? ret : condition_check_copies(names, ret_condition, err);
}
