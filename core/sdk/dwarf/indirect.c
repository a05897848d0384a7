/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * DWARF 5 says of each C++ class how it is passed (DW_AT_calling_convention). Before, it has to be
 * concluded: a class is passed as an address when its destructor, its copy or move constructor, or
 * one of a member or base, is not the trivial one (Itanium C++ ABI, 1.1 "non-trivial for the
 * purposes of calls"); so is each with virtual functions or bases, since its constructors set a
 * pointer.
 */
#include "private.h"

#include <string.h>

static bool is_cpp(Dwarf_Die *die)
{
	switch (dw_language(die)) {
	case DW_LANG_C_plus_plus:
	case DW_LANG_C_plus_plus_03:
	case DW_LANG_C_plus_plus_11:
	case DW_LANG_C_plus_plus_14:
	case DW_LANG_ObjC_plus_plus:
	case 0x2b: /* C++17 */
	case 0x2e: /* C++20 */
	case 0x3f: /* C++23 */
		return true;
	default:
		return false;
	}
}

/* Whether the only parameter besides `this` is a reference to the class itself. */
static bool takes_itself(struct bpfhost_dwarf *dw, Dwarf_Die *function, Dwarf_Die *record)
{
	Dwarf_Die child, type;

	if (!dw_child(dw, function, &child))
		return false;
	do {
		if (dwarf_tag(&child) != DW_TAG_formal_parameter ||
		    dw_flag(dw, &child, DW_AT_artificial))
			continue;
		return dw_peeled_type(dw, &child, &type) == DW_REACHED && dw_is_pointer(&type) &&
		       dwarf_tag(&type) != DW_TAG_pointer_type &&
		       dw_peeled_type(dw, &type, &type) == DW_REACHED && type.addr == record->addr;
	} while (dw_next(dw, &child));
	return false;
}

/* A constructor has the name of its class, without the arguments of a template. */
static bool is_constructor(struct bpfhost_dwarf *dw, const char *name, Dwarf_Die *record)
{
	const char *class = dw_name(dw, record);
	size_t length = strlen(name);

	return class && !strncmp(class, name, length) &&
	       (class[length] == '\0' || class[length] == '<');
}

static bool is_own(struct bpfhost_dwarf *dw, Dwarf_Die *function)
{
	uint64_t defaulted = 0;

	dw_number(dw, function, DW_AT_defaulted, &defaulted);
	return defaulted != DW_DEFAULTED_in_class && !dw_flag(dw, function, DW_AT_artificial) &&
	       !dw_flag(dw, function, DW_AT_deleted);
}

static bool function_tells(struct bpfhost_dwarf *dw, Dwarf_Die *function, Dwarf_Die *record)
{
	const char *name = dw_name(dw, function);
	uint64_t virtuality = 0;

	dw_number(dw, function, DW_AT_virtuality, &virtuality);
	if (virtuality)
		return true;
	if (!name || !is_own(dw, function))
		return false;
	return *name == '~' ||
	       (is_constructor(dw, name, record) && takes_itself(dw, function, record));
}

static bool record_tells(struct bpfhost_dwarf *dw, Dwarf_Die *record, int depth);

/* A base, a member, or what an array of it consists of. */
static bool part_tells(struct bpfhost_dwarf *dw, Dwarf_Die *part, int depth)
{
	uint64_t virtuality = 0;
	Dwarf_Die type;

	dw_number(dw, part, DW_AT_virtuality, &virtuality);
	if (virtuality)
		return true;
	if (dw_peeled_type(dw, part, &type) != DW_REACHED)
		return false;
	if (dwarf_tag(&type) == DW_TAG_array_type && dw_peeled_type(dw, &type, &type) != DW_REACHED)
		return false;
	return dw_is_record(&type) && record_tells(dw, &type, depth + 1);
}

static bool child_tells(struct bpfhost_dwarf *dw, Dwarf_Die *child, Dwarf_Die *record, int depth)
{
	switch (dwarf_tag(child)) {
	case DW_TAG_subprogram:
		return function_tells(dw, child, record);
	case DW_TAG_member:
		return dw_is_field(dw, child) && part_tells(dw, child, depth);
	case DW_TAG_inheritance:
		return part_tells(dw, child, depth);
	default:
		return false;
	}
}

static bool record_tells(struct bpfhost_dwarf *dw, Dwarf_Die *record, int depth)
{
	Dwarf_Die at = *record, child;
	uint64_t convention;

	if (dw_number(dw, record, DW_AT_calling_convention, &convention))
		return convention == DW_CC_pass_by_reference;
	if (depth == DW_DEPTH_MAX || (dw_is_declaration(record) && !dw_complete(dw, record, &at)))
		return false;
	if (dw_number(dw, &at, DW_AT_calling_convention, &convention))
		return convention == DW_CC_pass_by_reference;
	if (!dw_child(dw, &at, &child))
		return false;
	do {
		if (child_tells(dw, &child, &at, depth))
			return true;
	} while (dw_next(dw, &child));
	return false;
}

bool dw_is_indirect(struct bpfhost_dwarf *dw, Dwarf_Die *record)
{
	return is_cpp(record) && record_tells(dw, record, 0);
}
