/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- which parameters ------------------------------------------------------------------------ */

struct list {
	Dwarf_Die dies[BPFHOST_PROBE_PARAM_MAX];
	uint32_t count;
	bool is_variadic;
	bool is_cut;
};

static void list_parameters(struct bpfhost_dwarf *dw, Dwarf_Die *parent, int depth,
			    struct list *list)
{
	Dwarf_Die child;

	if (!dw_child(dw, parent, &child))
		return;
	do {
		switch (dwarf_tag(&child)) {
		case DW_TAG_formal_parameter:
			if (list->count < BPFHOST_PROBE_PARAM_MAX)
				list->dies[list->count++] = child;
			else
				list->is_cut = true;
			break;
		case DW_TAG_GNU_formal_parameter_pack:
			if (!depth)
				list_parameters(dw, &child, depth + 1, list);
			break;
		case DW_TAG_unspecified_parameters:
			list->is_variadic = true;
			break;
		default:
			break;
		}
	} while (dw_next(dw, &child));
}

static bool find_instance(struct bpfhost_dwarf *dw, const struct list *instances,
			  const Dwarf_Die *parameter, Dwarf_Die *ret_die)
{
	for (uint32_t i = 0; i < instances->count; i++) {
		Dwarf_Die die = instances->dies[i], origin;

		if (dw_reference(dw, &die, DW_AT_abstract_origin, &origin) == DW_REACHED &&
		    origin.addr == parameter->addr) {
			*ret_die = die;
			return true;
		}
	}
	return false;
}

static void add_parameter(struct dw_function *function, const Dwarf_Die *die, bool is_missing)
{
	struct dw_parameter *parameter = &function->parameters[function->shown.parameter_count++];

	parameter->die = *die;
	parameter->is_missing = is_missing;
}

/*
 * An instance of a function that is inlined elsewhere, or a copy of it, refers to what they have in
 * common. That has all parameters in their order; the instance has those that are left. What the
 * compiler itself would have passed to another kind of instance (`__in_chrg`) does not count.
 */
static void list_with_origin(struct bpfhost_dwarf *dw, struct dw_function *function,
			     Dwarf_Die *origin, const struct list *instances)
{
	struct list list = { .count = 0 };

	list_parameters(dw, origin, 0, &list);
	for (uint32_t i = 0; i < list.count; i++) {
		Dwarf_Die die;
		bool found = find_instance(dw, instances, &list.dies[i], &die);

		if (found)
			add_parameter(function, &die, false);
		else if (!dw_flag(dw, &list.dies[i], DW_AT_artificial))
			add_parameter(function, &list.dies[i], true);
		if (!found)
			function->is_changed = function->is_changed ||
					       !dw_flag(dw, &list.dies[i], DW_AT_artificial);
	}
	function->shown.is_variadic = list.is_variadic;
	function->shown.is_cut = list.is_cut;
}

static void choose_parameters(struct bpfhost_dwarf *dw, struct dw_function *function)
{
	struct list list = { .count = 0 };
	Dwarf_Die origin;

	list_parameters(dw, &function->die, 0, &list);
	if (dw_reference(dw, &function->die, DW_AT_abstract_origin, &origin) == DW_REACHED) {
		list_with_origin(dw, function, &origin, &list);
		return;
	}
	for (uint32_t i = 0; i < list.count; i++)
		add_parameter(function, &list.dies[i], false);
	function->shown.is_variadic = list.is_variadic;
	function->shown.is_cut = list.is_cut;
}

/* ---- how they are shown ---------------------------------------------------------------------- */

static void put_memory(struct bpfhost_dwarf_value *value, unsigned int number, int64_t offset)
{
	value->argument.place = BPFHOST_ARGUMENT_MEMORY;
	value->argument.base = dw_register_offset(number);
	value->argument.offset = offset;
}

static void show_place(const struct dw_place *place, struct bpfhost_dwarf_value *value)
{
	uint8_t number = place->registers[0];

	if (place->kind == DW_PLACE_REGISTERS && number < DW_VECTOR)
		value->position = dw_abi_position(number);
	if (value->reason)
		return;
	if (place->kind == DW_PLACE_STACK) {
		put_memory(value, 7, place->offset);
	} else if (place->kind == DW_PLACE_CONSTANT) {
		value->argument.place = BPFHOST_ARGUMENT_CONSTANT;
		value->argument.base = BPFHOST_ARGUMENT_NOWHERE;
		value->argument.offset = place->offset;
	} else if (place->kind != DW_PLACE_REGISTERS) {
		value->reason = place->reason ? place->reason : "takes no place";
		return;
	} else if (number >= DW_VECTOR) {
		value->reason = "is in a vector register";
		return;
	} else if (place->is_address) {
		put_memory(value, number, 0);
	} else {
		value->argument.place = BPFHOST_ARGUMENT_REGISTER;
		value->argument.base = dw_register_offset(number);
	}
	value->argument.index = BPFHOST_ARGUMENT_NOWHERE;
	dw_shape(value);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static bool is_taken(const struct dw_function *function, uint32_t index, const char *name)
{
	for (uint32_t i = 0; i < index; i++)
		if (!strcmp(function->values[i].name, name))
			return true;
	return false;
}

#define NAME_MAX_SHOWN 63

/* The parameters that one of a C++ pack stands for have one name, or are "args#0", "args#1", ...
 * Here they are "args", "args_2", ... */
static const char *choose_name(struct bpfhost_dwarf *dw, struct dw_function *function,
			       uint32_t index)
{
	const char *given = dw_name(dw, &function->parameters[index].die);
	char name[NAME_MAX_SHOWN + 16];
	size_t length;

	if (!given || (*given >= '0' && *given <= '9'))
		length = (size_t)snprintf(name, sizeof(name), "arg%u", index + 1);
	else
		length = (size_t)snprintf(name, sizeof(name), "%.*s",
					  (int)strnlen(given, NAME_MAX_SHOWN), given);
	length = strcspn(name, "#") ? strcspn(name, "#") : length;
	name[length] = '\0';
	for (size_t i = 0; i < length; i++)
		if (!is_letter(name[i]))
			name[i] = '_';
	for (uint32_t i = 2; is_taken(function, index, name); i++)
		snprintf(name + length, sizeof(name) - length, "_%u", i);
	return dw_keep_text(function, name);
}

static int show_parameter(struct bpfhost_dwarf *dw, struct dw_function *function, uint32_t index)
{
	struct bpfhost_dwarf_value *value = &function->values[index];
	struct dw_parameter *parameter = &function->parameters[index];
	int ret = dw_describe(dw, function, &parameter->die, value);

	if (ret)
		return ret;
	show_place(&parameter->place, value);
	value->is_artificial = dw_flag(dw, &parameter->die, DW_AT_artificial);
	value->name = choose_name(dw, function, index);
	return value->name ? 0 : -ENOMEM;
}

static bool is_float(const struct bpfhost_dwarf_value *value)
{
	return value->type.kind == BPFHOST_PROBE_TYPE_F32 ||
	       value->type.kind == BPFHOST_PROBE_TYPE_F64;
}

static int show_returned(struct bpfhost_dwarf *dw, struct dw_function *function)
{
	struct bpfhost_dwarf_value *value = &function->shown.returns;
	int ret = dw_describe(dw, function, &function->die, value);

	value->name = "";
	if (ret || value->reason || value->type.kind == BPFHOST_PROBE_TYPE_VOID)
		return ret;
	if (!dw->is_x86) {
		value->reason = "is on a machine other than x86-64";
	} else if (is_float(value)) {
		value->reason = "is in a vector register";
	} else {
		value->argument.place = BPFHOST_ARGUMENT_REGISTER;
		value->argument.base = dw_register_offset(0);
		value->argument.index = BPFHOST_ARGUMENT_NOWHERE;
		dw_shape(value);
	}
	return 0;
}

static int fill_function(struct bpfhost_dwarf *dw, struct dw_function *function, const char *name,
			 struct bpfhost_error *err)
{
	const char *plain = dw_name(dw, &function->die);
	int ret = 0;

	choose_parameters(dw, function);
	dw_settle_places(dw, function, name);
	for (uint32_t i = 0; !ret && i < function->shown.parameter_count; i++)
		ret = show_parameter(dw, function, i);
	if (!ret)
		ret = show_returned(dw, function);
	function->shown.parameters = function->values;
	function->shown.name = dw_keep_text(function, plain ? plain : "");
	if (ret || !function->shown.name)
		return dw_fail_memory(err);
	return dw_give_up(dw, err);
}

int bpfhost_dwarf_function(struct bpfhost_dwarf *dw, const char *name, uint64_t address,
			   struct bpfhost_dwarf_function **ret_function, struct bpfhost_error *err)
{
	struct dw_function *function = calloc(1, sizeof(*function));
	int ret;

	if (!function)
		return dw_fail_memory(err);
	dw->steps = DW_STEPS_MAX;
	function->address = address;
	ret = dw_function_find(dw, name, address, &function->die, err);
	if (!ret)
		ret = fill_function(dw, function, name, err);
	if (ret) {
		bpfhost_dwarf_function_free(&function->shown);
		return ret;
	}
	*ret_function = &function->shown;
	return 0;
}
