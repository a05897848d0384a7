/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "private.h"

#include <string.h>

#define PEEL_MAX 64

enum dw_reach dw_type(struct bpfhost_dwarf *dw, Dwarf_Die *die, Dwarf_Die *ret_type)
{
	Dwarf_Attribute attribute;

	if (!dw_attribute(dw, die, DW_AT_type, &attribute))
		return DW_ABSENT;
	return dw_follow(dw, &attribute, ret_type) ? DW_REACHED : DW_LOST;
}

static bool is_peel(int tag)
{
	switch (tag) {
	case DW_TAG_typedef:
	case DW_TAG_const_type:
	case DW_TAG_volatile_type:
	case DW_TAG_restrict_type:
	case DW_TAG_atomic_type:
	case DW_TAG_immutable_type:
	case DW_TAG_packed_type:
	case DW_TAG_shared_type:
	case DW_TAG_subrange_type:
		return true;
	default:
		return false;
	}
}

enum dw_reach dw_peel(struct bpfhost_dwarf *dw, Dwarf_Die *type, Dwarf_Die *ret_type)
{
	enum dw_reach reach = DW_REACHED;
	Dwarf_Die at = *type;

	for (int i = 0; reach == DW_REACHED && is_peel(dwarf_tag(&at)); i++)
		reach = i == PEEL_MAX ? DW_LOST : dw_type(dw, &at, &at);
	/* What stands for a type that has a unit of its own. */
	if (reach == DW_REACHED)
		dw_reference(dw, &at, DW_AT_signature, &at);
	if (reach == DW_REACHED)
		*ret_type = at;
	return reach;
}

enum dw_reach dw_peeled_type(struct bpfhost_dwarf *dw, Dwarf_Die *die, Dwarf_Die *ret_type)
{
	enum dw_reach reach = dw_type(dw, die, ret_type);

	return reach == DW_REACHED ? dw_peel(dw, ret_type, ret_type) : reach;
}

bool dw_is_pointer(Dwarf_Die *type)
{
	int tag = dwarf_tag(type);

	return tag == DW_TAG_pointer_type || tag == DW_TAG_reference_type ||
	       tag == DW_TAG_rvalue_reference_type;
}

/* ---- sizes ----------------------------------------------------------------------------------- */

static uint64_t count_dimension(struct bpfhost_dwarf *dw, Dwarf_Die *dimension)
{
	uint64_t count;

	if (dw_number(dw, dimension, DW_AT_count, &count))
		return count;
	/* -1, in any width, is how an array without an end is written, too. */
	if (dw_number(dw, dimension, DW_AT_upper_bound, &count) && (int64_t)count >= 0 &&
	    count < UINT32_MAX)
		return count + 1;
	return 0;
}

bool dw_elements(struct bpfhost_dwarf *dw, Dwarf_Die *array, uint64_t *ret_count)
{
	uint64_t count = 1;
	Dwarf_Die child;

	if (!dw_child(dw, array, &child))
		return false;
	do {
		if (dwarf_tag(&child) == DW_TAG_subrange_type &&
		    __builtin_mul_overflow(count, count_dimension(dw, &child), &count))
			return false;
	} while (dw_next(dw, &child));
	*ret_count = count;
	return true;
}

static bool size_within(struct bpfhost_dwarf *dw, Dwarf_Die *type, int depth, uint64_t *ret_size)
{
	uint64_t count, size;
	Dwarf_Die element;

	if (dw_number(dw, type, DW_AT_byte_size, ret_size))
		return true;
	if (dw_is_pointer(type)) {
		*ret_size = 8;
		return true;
	}
	if (dwarf_tag(type) != DW_TAG_array_type || depth == DW_DEPTH_MAX ||
	    !dw_elements(dw, type, &count) || dw_peeled_type(dw, type, &element) != DW_REACHED ||
	    !size_within(dw, &element, depth + 1, &size))
		return false;
	return !__builtin_mul_overflow(count, size, ret_size);
}

bool dw_size(struct bpfhost_dwarf *dw, Dwarf_Die *type, uint64_t *ret_size)
{
	return size_within(dw, type, 0, ret_size);
}

/* ---- values ---------------------------------------------------------------------------------- */

static enum bpfhost_probe_type_kind integer_kind(uint64_t size, bool is_signed)
{
	switch (size) {
	case 1:
		return is_signed ? BPFHOST_PROBE_TYPE_I8 : BPFHOST_PROBE_TYPE_U8;
	case 2:
		return is_signed ? BPFHOST_PROBE_TYPE_I16 : BPFHOST_PROBE_TYPE_U16;
	case 4:
		return is_signed ? BPFHOST_PROBE_TYPE_I32 : BPFHOST_PROBE_TYPE_U32;
	case 8:
		return is_signed ? BPFHOST_PROBE_TYPE_I64 : BPFHOST_PROBE_TYPE_U64;
	default:
		return BPFHOST_PROBE_TYPE_NONE;
	}
}

static bool is_char(struct bpfhost_dwarf *dw, Dwarf_Die *type)
{
	uint64_t encoding = 0, size = 0;
	const char *name = dw_name(dw, type);

	return dwarf_tag(type) == DW_TAG_base_type && name && !strcmp(name, "char") &&
	       dw_number(dw, type, DW_AT_encoding, &encoding) &&
	       (encoding == DW_ATE_signed_char || encoding == DW_ATE_unsigned_char) &&
	       dw_number(dw, type, DW_AT_byte_size, &size) && size == 1;
}

static const char *base_type(struct bpfhost_dwarf *dw, Dwarf_Die *type,
			     struct bpfhost_dwarf_value *value)
{
	uint64_t encoding = 0;

	dw_number(dw, type, DW_AT_encoding, &encoding);
	switch (encoding) {
	case DW_ATE_boolean:
		value->type.kind = value->size == 1 ? BPFHOST_PROBE_TYPE_BOOL
						    : integer_kind(value->size, false);
		break;
	case DW_ATE_signed_char:
	case DW_ATE_unsigned_char:
	case DW_ATE_signed:
	case DW_ATE_signed_fixed:
		value->type.kind =
			is_char(dw, type)
				? BPFHOST_PROBE_TYPE_CHAR
				: integer_kind(value->size, encoding != DW_ATE_unsigned_char);
		break;
	case DW_ATE_float:
		if (value->size == 4 || value->size == 8)
			value->type.kind =
				value->size == 4 ? BPFHOST_PROBE_TYPE_F32 : BPFHOST_PROBE_TYPE_F64;
		break;
	case DW_ATE_address:
	case DW_ATE_unsigned:
	case DW_ATE_unsigned_fixed:
	case DW_ATE_UTF:
	case DW_ATE_UCS:
	case DW_ATE_ASCII:
		value->type.kind = integer_kind(value->size, false);
		break;
	default:
		return "is of a kind of number that is not supported";
	}
	return value->type.kind ? NULL : "is not a number of 8, 16, 32 or 64 bits";
}

/* The compiler names the integer below an enum, but not every one does so in C; there a value
 * below 0 tells. */
static bool enum_is_signed(struct bpfhost_dwarf *dw, Dwarf_Die *type)
{
	struct bpfhost_dwarf_value below = { 0 };
	Dwarf_Attribute attribute;
	Dwarf_Die die;
	uint64_t size;

	if (dw_peeled_type(dw, type, &die) == DW_REACHED && dw_size(dw, &die, &size)) {
		below.size = (uint32_t)size;
		base_type(dw, &die, &below);
		return below.type.kind >= BPFHOST_PROBE_TYPE_I8 &&
		       below.type.kind <= BPFHOST_PROBE_TYPE_I64;
	}
	if (!dw_child(dw, type, &die))
		return false;
	do {
		Dwarf_Sword number;

		if (dwarf_tag(&die) == DW_TAG_enumerator &&
		    dwarf_attr(&die, DW_AT_const_value, &attribute) &&
		    dwarf_whatform(&attribute) == DW_FORM_sdata &&
		    !dwarf_formsdata(&attribute, &number) && number < 0)
			return true;
	} while (dw_next(dw, &die));
	return false;
}

static const char *pointer_type(struct bpfhost_dwarf *dw, Dwarf_Die *type,
				struct bpfhost_dwarf_value *value)
{
	Dwarf_Die pointee;

	value->type.kind = BPFHOST_PROBE_TYPE_PTR;
	if (dwarf_tag(type) == DW_TAG_pointer_type &&
	    dw_peeled_type(dw, type, &pointee) == DW_REACHED && is_char(dw, &pointee))
		value->type.kind = BPFHOST_PROBE_TYPE_STR;
	return NULL;
}

static const char *peeled_value(struct bpfhost_dwarf *dw, Dwarf_Die *type,
				struct bpfhost_dwarf_value *value)
{
	switch (dwarf_tag(type)) {
	case DW_TAG_base_type:
		return base_type(dw, type, value);
	case DW_TAG_enumeration_type:
		value->type.kind = integer_kind(value->size, enum_is_signed(dw, type));
		return value->type.kind ? NULL : "is not a number of 8, 16, 32 or 64 bits";
	case DW_TAG_pointer_type:
	case DW_TAG_reference_type:
	case DW_TAG_rvalue_reference_type:
		return pointer_type(dw, type, value);
	case DW_TAG_unspecified_type: /* std::nullptr_t */
		value->type.kind = BPFHOST_PROBE_TYPE_PTR;
		value->size = 8;
		return NULL;
	case DW_TAG_ptr_to_member_type:
		return "is a pointer to a member";
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
		return "is a struct, not a plain value";
	case DW_TAG_union_type:
		return "is a union, not a plain value";
	case DW_TAG_array_type:
		return "is an array, not a plain value";
	default:
		return "has a type that is not supported";
	}
}

const char *dw_value_type(struct bpfhost_dwarf *dw, Dwarf_Die *die,
			  struct bpfhost_dwarf_value *value)
{
	uint64_t size = 0;
	Dwarf_Die type;

	value->type = (struct bpfhost_probe_type){ .kind = BPFHOST_PROBE_TYPE_NONE };
	value->size = 0;
	switch (dw_peeled_type(dw, die, &type)) {
	case DW_LOST:
		return "has a type that is not in this file";
	case DW_ABSENT:
		value->type.kind = BPFHOST_PROBE_TYPE_VOID;
		return NULL;
	default:
		break;
	}
	if (dw_size(dw, &type, &size) && size <= UINT32_MAX)
		value->size = (uint32_t)size;
	return peeled_value(dw, &type, value);
}

static bool is_byte(struct bpfhost_dwarf *dw, Dwarf_Die *type)
{
	struct bpfhost_dwarf_value value = { 0 };
	uint64_t size;

	if (dwarf_tag(type) != DW_TAG_base_type || !dw_size(dw, type, &size) || size != 1)
		return false;
	value.size = 1;
	base_type(dw, type, &value);
	return value.type.kind == BPFHOST_PROBE_TYPE_U8;
}

struct bpfhost_probe_type dw_array_type(struct bpfhost_dwarf *dw, Dwarf_Die *array)
{
	struct bpfhost_probe_type type = { .kind = BPFHOST_PROBE_TYPE_PTR };
	uint64_t count = 0;
	Dwarf_Die element;
	bool is_text;

	if (dw_peeled_type(dw, array, &element) != DW_REACHED || !dw_elements(dw, array, &count))
		return type;
	is_text = is_char(dw, &element);
	if (is_text) {
		type.kind = BPFHOST_PROBE_TYPE_STR;
		type.size =
			count > BPFHOST_PROBE_SIZE_MAX ? BPFHOST_PROBE_SIZE_MAX : (uint32_t)count;
	} else if (count && count <= BPFHOST_PROBE_SIZE_MAX && is_byte(dw, &element)) {
		type.kind = BPFHOST_PROBE_TYPE_BYTES;
		type.size = (uint32_t)count;
	}
	return type;
}
