/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which of two to believe, where the debug information and the calling convention differ about a
 * parameter. The compiler may change the parameters of a function when it knows all its callers.
 * Then only the debug information is right. But that speaks of the variable, not of what was
 * passed: where the function's first act is to assign to it, it is a constant or in another's
 * register at once. So:
 *
 * - A copy with another name than the function, or one that its callers are said to have to know,
 *   is
 *   changed. A place that differs from the convention says so of any other, unless another parameter has
 *   that very place, too.
 * - In a changed function a parameter is where it is told to be, or nowhere.
 * - In another one it is where it is told to be, or where the convention puts it.
 */
#include "private.h"

#include <string.h>

/* GCC's names for copies of a function with other parameters. */
static bool is_clone(const char *name)
{
	return name && (strstr(name, ".isra.") || strstr(name, ".constprop.") ||
			strstr(name, ".part.") || strstr(name, ".cold"));
}

static bool has_place(const struct dw_place *place)
{
	return place->kind == DW_PLACE_REGISTERS || place->kind == DW_PLACE_STACK;
}

static bool is_same(const struct dw_place *left, const struct dw_place *right)
{
	if (!has_place(left) || left->kind != right->kind)
		return false;
	if (left->kind == DW_PLACE_STACK)
		return left->offset == right->offset;
	return left->registers[0] == right->registers[0];
}

static bool differs(const struct dw_place *told, const struct dw_place *abi)
{
	/* A pair of which the first half is nothing. */
	if (abi->kind == DW_PLACE_REGISTERS && abi->registers[0] == DW_NO_REGISTER)
		return false;
	return has_place(told) && has_place(abi) && !is_same(told, abi);
}

/* All vector registers look alike here, so they do not count. */
static bool is_shared(const struct dw_function *function, uint32_t index)
{
	const struct dw_place *told = &function->parameters[index].told;

	if (told->registers[0] == DW_VECTOR)
		return false;
	for (uint32_t i = 0; i < function->shown.parameter_count; i++)
		if (i != index && function->parameters[i].is_told &&
		    is_same(told, &function->parameters[i].told))
			return true;
	return false;
}

static void read_places(struct bpfhost_dwarf *dw, struct dw_function *function)
{
	struct dw_abi abi;

	dw_abi_begin(dw, &function->die, &abi);
	for (uint32_t i = 0; i < function->shown.parameter_count; i++) {
		struct dw_parameter *parameter = &function->parameters[i];

		dw_abi_next(dw, &abi, &parameter->die, &parameter->place);
		parameter->is_told = dw_told_place(dw, &function->die, &parameter->die,
						   function->address, &parameter->told);
	}
}

static void find_changes(struct dw_function *function)
{
	for (uint32_t i = 0; i < function->shown.parameter_count; i++) {
		struct dw_parameter *parameter = &function->parameters[i];

		if (!parameter->is_told || !differs(&parameter->told, &parameter->place))
			continue;
		if (!function->is_changed && is_shared(function, i))
			parameter->is_ignored = true;
	}
	for (uint32_t i = 0; i < function->shown.parameter_count; i++) {
		struct dw_parameter *parameter = &function->parameters[i];

		if (parameter->is_ignored)
			parameter->is_told = false;
		else if (parameter->is_told && differs(&parameter->told, &parameter->place))
			function->is_changed = true;
	}
}

/* No place at all, in a function that nobody outside of its unit calls: nobody passes it. */
static bool is_gone(struct bpfhost_dwarf *dw, struct dw_function *function,
		    struct dw_parameter *parameter)
{
	Dwarf_Attribute attribute;

	if (parameter->is_missing)
		return true;
	if (!function->is_changed && dw_flag(dw, &function->die, DW_AT_external))
		return false;
	return parameter->is_told ? !has_place(&parameter->told)
				  : !dwarf_attr(&parameter->die, DW_AT_location, &attribute);
}

static void settle(struct bpfhost_dwarf *dw, struct dw_function *function, bool clone,
		   struct dw_parameter *parameter)
{
	struct dw_place *place = &parameter->place;

	if (clone && parameter->is_told && parameter->told.kind == DW_PLACE_CONSTANT)
		*place = parameter->told;
	else if (is_gone(dw, function, parameter))
		*place = (struct dw_place){ .reason = "was optimised away" };
	else if (parameter->is_told && has_place(&parameter->told) &&
		 (function->is_changed || place->kind != parameter->told.kind ||
		  place->is_address != parameter->told.is_address))
		*place = parameter->told;
	else if (!parameter->is_told && function->is_changed)
		*place = (struct dw_place){
			.reason = "may have been moved or taken away by the compiler"
		};
}

void dw_settle_places(struct bpfhost_dwarf *dw, struct dw_function *function, const char *name)
{
	uint64_t convention = DW_CC_normal;
	bool clone = is_clone(name);

	dw_number(dw, &function->die, DW_AT_calling_convention, &convention);
	if (convention == DW_CC_nocall || clone)
		function->is_changed = true;
	read_places(dw, function);
	find_changes(function);
	for (uint32_t i = 0; i < function->shown.parameter_count; i++)
		settle(dw, function, clone, &function->parameters[i]);
}
