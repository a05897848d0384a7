/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "private.h"

#include <string.h>

bool dw_member_offset(struct bpfhost_dwarf *dw, Dwarf_Die *member, uint64_t *ret_offset)
{
	Dwarf_Attribute attribute;
	Dwarf_Word offset;
	Dwarf_Op *ops;
	size_t count;

	if (!dwarf_attr(member, DW_AT_data_member_location, &attribute)) {
		*ret_offset = 0; /* in a union */
		return true;
	}
	if (!dwarf_formudata(&attribute, &offset)) {
		*ret_offset = offset;
		return true;
	}
	/* DWARF 2 writes every offset as an expression. */
	if (!dw_step(dw) || dwarf_getlocation(&attribute, &ops, &count) || count != 1 ||
	    ops[0].atom != DW_OP_plus_uconst)
		return false;
	*ret_offset = ops[0].number;
	return true;
}

bool dw_is_bits(struct bpfhost_dwarf *dw, Dwarf_Die *member)
{
	Dwarf_Attribute attribute;

	(void)dw;
	return dwarf_attr(member, DW_AT_bit_size, &attribute);
}

bool dw_is_field(struct bpfhost_dwarf *dw, Dwarf_Die *member)
{
	return dwarf_tag(member) == DW_TAG_member && !dw_is_declaration(member) &&
	       !dw_flag(dw, member, DW_AT_external);
}

struct hunt {
	struct bpfhost_dwarf *dw;
	const char *name;
	struct dw_field *field;
	const char **names; /* to collect, in the place of finding */
	size_t count;
};

static bool hunt_record(struct hunt *hunt, Dwarf_Die *record, uint64_t offset, bool is_virtual,
			int depth);

static bool hunt_inside(struct hunt *hunt, Dwarf_Die *member, uint64_t offset, bool is_virtual,
			int depth)
{
	uint64_t place = 0;
	Dwarf_Die type;

	if (!dw_member_offset(hunt->dw, member, &place))
		is_virtual = true;
	if (__builtin_add_overflow(offset, place, &offset) ||
	    dw_peeled_type(hunt->dw, member, &type) != DW_REACHED || !dw_is_record(&type))
		return false;
	return hunt_record(hunt, &type, offset, is_virtual, depth + 1);
}

static bool hunt_member(struct hunt *hunt, Dwarf_Die *member, uint64_t offset, bool is_virtual,
			int depth)
{
	const char *name = dw_name(hunt->dw, member);
	uint64_t place = 0;

	if (!dw_is_field(hunt->dw, member))
		return false;
	if (!name)
		return hunt_inside(hunt, member, offset, is_virtual, depth);
	if (hunt->names) {
		hunt->names[hunt->count++] = name;
		return hunt->count == DW_NAMES_MAX;
	}
	if (strcmp(name, hunt->name))
		return false;
	if (!dw_member_offset(hunt->dw, member, &place) ||
	    __builtin_add_overflow(offset, place, &offset))
		is_virtual = true;
	*hunt->field = (struct dw_field){
		.die = *member,
		.offset = offset,
		.is_bits = dw_is_bits(hunt->dw, member),
		.is_virtual = is_virtual,
	};
	return true;
}

/* Its own fields first, since they hide those of its bases. */
static bool hunt_record(struct hunt *hunt, Dwarf_Die *record, uint64_t offset, bool is_virtual,
			int depth)
{
	Dwarf_Die child;

	if (depth == DW_DEPTH_MAX || !dw_child(hunt->dw, record, &child))
		return false;
	do {
		if (dwarf_tag(&child) == DW_TAG_member &&
		    hunt_member(hunt, &child, offset, is_virtual, depth))
			return true;
	} while (dw_next(hunt->dw, &child));
	if (!dw_child(hunt->dw, record, &child))
		return false;
	do {
		if (dwarf_tag(&child) == DW_TAG_inheritance &&
		    hunt_inside(hunt, &child, offset, is_virtual, depth))
			return true;
	} while (dw_next(hunt->dw, &child));
	return false;
}

bool dw_field_find(struct bpfhost_dwarf *dw, Dwarf_Die *record, const char *name,
		   struct dw_field *ret_field)
{
	struct hunt hunt = { .dw = dw, .name = name, .field = ret_field };

	return hunt_record(&hunt, record, 0, false, 0);
}

size_t dw_field_names(struct bpfhost_dwarf *dw, Dwarf_Die *record, const char **names)
{
	struct hunt hunt = { .dw = dw, .names = names };

	hunt_record(&hunt, record, 0, false, 0);
	return hunt.count;
}
