/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How a field is to be read, from its C type and the kernel's offset and size. The kernel stores
 * every syscall argument in a full machine word and says so in the format file, although only the
 * argument's own width in it is defined: the value is then that part, with the type's own sign.
 */
#include <string.h>

#include "format_type.h"

static bool is_int_size(uint32_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

static enum format_class class_of_elements(const struct format_type *type)
{
	switch (type->kind) {
	case FORMAT_TYPE_CHAR:
		return FORMAT_STR;
	case FORMAT_TYPE_BOOL:
		return FORMAT_BOOL;
	case FORMAT_TYPE_PTR:
	case FORMAT_TYPE_STR_PTR:
	case FORMAT_TYPE_SOCKADDR_PTR:
		return FORMAT_PTR;
	case FORMAT_TYPE_INT:
		return type->size == 1 ? FORMAT_BYTES : FORMAT_INT;
	default:
		return FORMAT_OPAQUE;
	}
}

/* An array whose bytes are elsewhere and whose length is only known in the record. */
static void classify_dynamic(struct format_field *field, const struct format_type *type)
{
	field->class = class_of_elements(type);
	field->value_size = type->size;
	if (field->class == FORMAT_OPAQUE) {
		field->class = FORMAT_BYTES;
		field->value_size = 1;
	}
	field->value_signed = type->is_signed;
}

static void classify_array(struct format_field *field, const struct format_type *type,
			   uint32_t dimension)
{
	uint32_t size = type->size;

	if (!size && dimension && field->size % dimension == 0)
		size = field->size / dimension;
	if (!size || field->size % size)
		return;
	field->value_size = size;
	field->count = field->size / size;
	field->class = class_of_elements(type);
	if (field->class == FORMAT_OPAQUE && type->kind == FORMAT_TYPE_UNKNOWN && is_int_size(size))
		field->class = size == 1 ? FORMAT_BYTES : FORMAT_INT;
}

/* Take the type's own width and sign for a syscall argument. */
static void narrow(struct format_field *field, const struct format_type *type)
{
	if (field->size != sizeof(long) || !type->size || type->size > field->size)
		return;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	field->value_offset += field->size - type->size;
#endif
	field->value_size = type->size;
	field->value_signed = type->is_signed;
}

static void classify_scalar(struct format_field *field, const struct format_type *type,
			    bool is_syscall)
{
	field->count = 1;
	field->value_size = field->size;
	if (type->kind == FORMAT_TYPE_AGGREGATE || !is_int_size(field->size))
		return;
	if (is_syscall && !field->is_common)
		narrow(field, type);
	field->class = class_of_elements(type);
	if (field->class == FORMAT_PTR && field->size != sizeof(void *))
		field->class = FORMAT_INT;
	else if (is_syscall && type->kind == FORMAT_TYPE_STR_PTR)
		field->class = FORMAT_USER_STR;
	else if (is_syscall && type->kind == FORMAT_TYPE_SOCKADDR_PTR)
		field->class = FORMAT_USER_SOCKADDR;
	else if (field->class != FORMAT_PTR && field->class != FORMAT_BOOL)
		field->class = FORMAT_INT;
}

void format_classify(struct format_field *field, bool is_syscall, bool is_bit_field,
		     uint32_t dimension)
{
	size_t len = strlen(field->type);
	struct format_type type =
		format_type_of((struct format_span){ field->type, field->type + len });

	field->class = FORMAT_OPAQUE;
	field->value_offset = field->offset;
	field->value_signed = field->is_signed;
	if (field->location != FORMAT_FIXED)
		classify_dynamic(field, &type);
	else if (is_bit_field)
		field->count = 1;
	else if (field->is_array)
		classify_array(field, &type, dimension);
	else
		classify_scalar(field, &type, is_syscall);
}
