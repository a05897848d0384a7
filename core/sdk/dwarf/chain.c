/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a parameter through structs to a field. A read is due only where a pointer is followed; what
 * lies in a struct inside of a struct is a matter of adding offsets. So a chain is walked with an
 * offset that is still pending behind the last pointer:
 *
 *	a->inner->next->x      [a + inner + next], then [that + x]
 *
 * A struct that is passed by value is either in memory, as if behind a pointer to it, or in one or
 * two registers, of which a field is a part.
 */
#include "private.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include <bpfhost/nearest.h>

#define FIELD_NAME_MAX 255

struct walk {
	struct bpfhost_dwarf *dw;
	struct dw_function *function;
	const char *chain;
	struct bpfhost_error *err;
	struct bpfhost_dwarf_value value;
	const struct dw_place *registers; /* of a struct that is in registers */
	Dwarf_Die holder;                 /* the entry whose type is reached */
	uint64_t pending;
	bool has_pending;
};

__attribute__((format(printf, 4, 5))) static int chain_fail(const struct walk *walk, const char *at,
							    int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	bpfhost_error_vset(walk->err, (uint32_t)(at - walk->chain), format, args);
	va_end(args);
	return code;
}

/* The next name of the chain, into name; what is longer is no name of anything. */
static const char *read_name(const char *at, char name[FIELD_NAME_MAX + 1])
{
	const char *end = strstr(at, "->");
	size_t length = end ? (size_t)(end - at) : strlen(at);

	if (length > FIELD_NAME_MAX)
		length = FIELD_NAME_MAX;
	memcpy(name, at, length);
	name[length] = '\0';
	return end ? end + 2 : NULL;
}

/* ---- the parameter --------------------------------------------------------------------------- */

static int fail_parameter(const struct walk *walk, const char *name)
{
	const struct bpfhost_dwarf_function *shown = &walk->function->shown;
	const char *names[BPFHOST_PROBE_PARAM_MAX], *nearest;

	for (uint32_t i = 0; i < shown->parameter_count; i++)
		names[i] = shown->parameters[i].name;
	nearest = bpfhost_nearest(name, names, shown->parameter_count);
	if (nearest)
		return chain_fail(walk, walk->chain, -ENOENT,
				  "%.64s has no parameter \"%.64s\"; did you mean \"%s\"?",
				  shown->name, name, nearest);
	return chain_fail(walk, walk->chain, -ENOENT, "%.64s has no parameter \"%.64s\"",
			  shown->name, name);
}

static void put_base(struct walk *walk, unsigned int number)
{
	walk->value.argument.place = BPFHOST_ARGUMENT_REGISTER;
	walk->value.argument.base = dw_register_offset(number);
	walk->value.argument.index = BPFHOST_ARGUMENT_NOWHERE;
}

/* A struct by value: the stack pointer, or the register with its address, is like a pointer to
 * it. */
static int begin_record(struct walk *walk, const struct dw_place *place, const char *name)
{
	if (place->kind == DW_PLACE_STACK && place->is_address) {
		walk->value.argument = (struct bpfhost_argument){
			.place = BPFHOST_ARGUMENT_MEMORY,
			.base = dw_register_offset(7),
			.index = BPFHOST_ARGUMENT_NOWHERE,
			.offset = place->offset,
		};
		walk->has_pending = true;
	} else if (place->kind == DW_PLACE_STACK) {
		put_base(walk, 7);
		walk->pending = (uint64_t)place->offset;
		walk->has_pending = true;
	} else if (place->kind == DW_PLACE_REGISTERS && place->is_address) {
		put_base(walk, place->registers[0]);
		walk->has_pending = true;
	} else if (place->kind == DW_PLACE_REGISTERS) {
		walk->registers = place;
	} else {
		return chain_fail(walk, walk->chain, -ENOTSUP, "\"%.64s\" %s", name,
				  place->reason ? place->reason : "takes no place");
	}
	return 0;
}

static int begin(struct walk *walk, const char *name, bool is_chain)
{
	struct dw_function *function = walk->function;
	uint32_t index = 0;
	Dwarf_Die type;

	while (index < function->shown.parameter_count &&
	       strcmp(function->values[index].name, name))
		index++;
	if (index == function->shown.parameter_count)
		return fail_parameter(walk, name);
	walk->holder = function->parameters[index].die;
	walk->value = function->values[index];
	if (is_chain && dw_peeled_type(walk->dw, &walk->holder, &type) == DW_REACHED &&
	    dw_is_record(&type))
		return begin_record(walk, &function->parameters[index].place, name);
	if (is_chain && walk->value.argument.place == BPFHOST_ARGUMENT_CONSTANT)
		walk->value.reason = "was optimised away";
	if (walk->value.reason)
		return chain_fail(walk, walk->chain, -ENOTSUP, "\"%.64s\" %s", name,
				  walk->value.reason);
	return 0;
}

/* ---- a step ---------------------------------------------------------------------------------- */

/* Follows what is pending: one read. */
static int commit(struct walk *walk, const char *at)
{
	struct bpfhost_argument *argument = &walk->value.argument;

	if (walk->registers)
		return 0;
	if (argument->hops == BPFHOST_ARGUMENT_HOPS)
		return chain_fail(walk, at, -E2BIG, "\"%.128s\" follows more than %d pointers",
				  walk->chain, BPFHOST_ARGUMENT_HOPS);
	if (walk->pending > INT32_MAX)
		return chain_fail(walk, at, -EINVAL, "\"%.64s\" lies beyond 2 GiB of its struct",
				  at);
	argument->hop[argument->hops++] = (__s32)walk->pending;
	walk->pending = 0;
	return 0;
}

/* A pointer that is itself part of a struct in registers becomes what the walk goes on from. */
static int leave_registers(struct walk *walk, const char *at)
{
	uint8_t number =
		walk->pending < 16 ? walk->registers->registers[walk->pending / 8] : DW_NO_REGISTER;

	if (number >= DW_VECTOR)
		return chain_fail(walk, at, -ENOTSUP, "\"%.64s\" is in a vector register", at);
	put_base(walk, number);
	walk->value.argument.shift = (uint8_t)(walk->pending % 8 * 8);
	walk->registers = NULL;
	walk->has_pending = false;
	walk->pending = 0;
	return 0;
}

/* The struct that a step is taken into, in a type that is one or points to one. */
static int enter_record(struct walk *walk, const char *at, const char *name, Dwarf_Die *ret_record)
{
	Dwarf_Die type;
	enum dw_reach reach = dw_peeled_type(walk->dw, &walk->holder, &type);
	int ret = 0;

	while (reach == DW_REACHED && dwarf_tag(&type) == DW_TAG_array_type && walk->has_pending &&
	       dw_step(walk->dw))
		reach = dw_peeled_type(walk->dw, &type, &type);
	if (reach == DW_REACHED && dw_is_pointer(&type)) {
		if (walk->registers)
			ret = leave_registers(walk, at);
		else if (walk->has_pending)
			ret = commit(walk, at);
		walk->has_pending = true;
		reach = dw_peeled_type(walk->dw, &type, &type);
	}
	if (ret)
		return ret;
	if (reach == DW_LOST)
		return chain_fail(walk, at, -EINVAL, "the type of \"%.64s\" is not in this file",
				  name);
	if (reach == DW_ABSENT || !dw_is_record(&type))
		return chain_fail(walk, at, -EINVAL,
				  "\"%.64s\" is no struct and no pointer to one, but %.128s", name,
				  walk->value.type_name);
	*ret_record = type;
	return 0;
}

static const char *record_name(struct bpfhost_dwarf *dw, Dwarf_Die *record)
{
	const char *name = dw_name(dw, record);

	return name ? name : "{...}";
}

static const char *record_word(Dwarf_Die *record)
{
	return dwarf_tag(record) == DW_TAG_union_type ? "union" : "struct";
}

static int fail_field(const struct walk *walk, const char *at, Dwarf_Die *record, const char *name)
{
	const char *names[DW_NAMES_MAX], *nearest;
	size_t count = dw_field_names(walk->dw, record, names);

	nearest = bpfhost_nearest(name, names, count);
	if (nearest)
		return chain_fail(walk, at, -ENOENT,
				  "%s %.128s has no field \"%.64s\"; did you mean \"%.64s\"?",
				  record_word(record), record_name(walk->dw, record), name,
				  nearest);
	return chain_fail(walk, at, -ENOENT, "%s %.128s has no field \"%.64s\"",
			  record_word(record), record_name(walk->dw, record), name);
}

static int check_field(const struct walk *walk, const char *at, const char *name,
		       const struct dw_field *field)
{
	if (field->is_bits)
		return chain_fail(walk, at, -EINVAL,
				  "\"%.64s\" is a bit field, which cannot be read", name);
	if (field->is_virtual)
		return chain_fail(walk, at, -EINVAL,
				  "\"%.64s\" lies in a virtual base, whose place is known at run "
				  "time only",
				  name);
	return 0;
}

/* From the type of holder, which is called `of`, to its field. */
static int step(struct walk *walk, const char *at, const char *of, const char *name)
{
	struct dw_field field;
	Dwarf_Die record;
	int ret = enter_record(walk, at, of, &record);

	if (ret)
		return ret;
	if (dw_is_declaration(&record) && !dw_complete(walk->dw, &record, &record))
		return chain_fail(walk, at, -EINVAL,
				  "%s %.128s is declared only, so its fields are not known",
				  record_word(&record), record_name(walk->dw, &record));
	if (!dw_field_find(walk->dw, &record, name, &field))
		return fail_field(walk, at, &record, name);
	ret = check_field(walk, at, name, &field);
	if (ret)
		return ret;
	if (__builtin_add_overflow(walk->pending, field.offset, &walk->pending))
		walk->pending = UINT64_MAX;
	walk->holder = field.die;
	return dw_describe(walk->dw, walk->function, &walk->holder, &walk->value)
		       ? dw_fail_memory(walk->err)
		       : 0;
}

/* ---- the end --------------------------------------------------------------------------------- */

/* An array or a struct is not read but named by its address. */
static bool finish_address(struct walk *walk)
{
	Dwarf_Die type;

	if (dw_peeled_type(walk->dw, &walk->holder, &type) != DW_REACHED)
		return false;
	if (dwarf_tag(&type) == DW_TAG_array_type)
		walk->value.type = dw_array_type(walk->dw, &type);
	else if (dw_is_record(&type))
		walk->value.type.kind = BPFHOST_PROBE_TYPE_PTR;
	else
		return false;
	walk->value.argument.flags |= BPFHOST_ARGUMENT_ADDRESS;
	walk->value.argument.size = 8;
	walk->value.reason = NULL;
	return true;
}

static int finish(struct walk *walk, const char *at, const char *name)
{
	bool is_address;

	if (!walk->has_pending && !walk->registers)
		return 0;
	if (walk->registers) {
		if (walk->value.reason)
			return chain_fail(walk, at, -EINVAL, "\"%.64s\" %s", name,
					  walk->value.reason);
		if (leave_registers(walk, at))
			return -ENOTSUP;
		dw_shape(&walk->value);
		return 0;
	}
	is_address = finish_address(walk);
	if (walk->value.reason)
		return chain_fail(walk, at, -EINVAL, "\"%.64s\" %s", name, walk->value.reason);
	if (!is_address)
		dw_shape(&walk->value);
	return commit(walk, at);
}

static int follow(struct walk *walk)
{
	char name[2][FIELD_NAME_MAX + 1];
	const char *at = walk->chain, *next = read_name(at, name[0]);
	int ret = begin(walk, name[0], next);
	int i = 0;

	for (; !ret && next; i++) {
		at = next;
		next = read_name(at, name[(i + 1) % 2]);
		ret = step(walk, at, name[i % 2], name[(i + 1) % 2]);
	}
	if (!ret)
		ret = finish(walk, at, name[i % 2]);
	if (!ret) {
		walk->value.name = dw_keep_text(walk->function, name[i % 2]);
		if (!walk->value.name)
			ret = dw_fail_memory(walk->err);
	}
	return ret;
}

int bpfhost_dwarf_chain(struct bpfhost_dwarf *dw, struct bpfhost_dwarf_function *function,
			const char *chain, struct bpfhost_dwarf_value *ret_value,
			struct bpfhost_error *err)
{
	struct walk walk = {
		.dw = dw,
		.function = (struct dw_function *)function,
		.chain = chain,
		.err = err,
	};
	int ret;

	dw->steps = DW_STEPS_MAX;
	ret = follow(&walk);
	if (!dw->steps)
		ret = dw_give_up(dw, err);
	if (!ret)
		*ret_value = walk.value;
	return ret;
}
