/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "kinds.h"

#include <errno.h>

#define KINDS_ERRNO_SIZE 4 /* an int, as the functions of libraries return it */

/* What is the value itself. Size 0: of the argument's own. */
static const struct {
	enum bpfhost_probe_type_kind type;
	enum bpfhost_kind kind;
	bool is_signed;
} kinds_of_values[] = {
	{ BPFHOST_PROBE_TYPE_I8, BPFHOST_INT, true },
	{ BPFHOST_PROBE_TYPE_I16, BPFHOST_INT, true },
	{ BPFHOST_PROBE_TYPE_I32, BPFHOST_INT, true },
	{ BPFHOST_PROBE_TYPE_I64, BPFHOST_INT, true },
	{ BPFHOST_PROBE_TYPE_U8, BPFHOST_UINT, false },
	{ BPFHOST_PROBE_TYPE_U16, BPFHOST_UINT, false },
	{ BPFHOST_PROBE_TYPE_U32, BPFHOST_UINT, false },
	{ BPFHOST_PROBE_TYPE_U64, BPFHOST_UINT, false },
	{ BPFHOST_PROBE_TYPE_X8, BPFHOST_HEX, false },
	{ BPFHOST_PROBE_TYPE_X16, BPFHOST_HEX, false },
	{ BPFHOST_PROBE_TYPE_X32, BPFHOST_HEX, false },
	{ BPFHOST_PROBE_TYPE_X64, BPFHOST_HEX, false },
	{ BPFHOST_PROBE_TYPE_PTR, BPFHOST_POINTER, false },
	{ BPFHOST_PROBE_TYPE_BOOL, BPFHOST_BOOL, false },
	{ BPFHOST_PROBE_TYPE_CHAR, BPFHOST_CHAR, false },
	{ BPFHOST_PROBE_TYPE_F32, BPFHOST_FLOAT, false },
	{ BPFHOST_PROBE_TYPE_F64, BPFHOST_FLOAT, false },
	{ BPFHOST_PROBE_TYPE_IPV4, BPFHOST_IPV4, false },
	{ BPFHOST_PROBE_TYPE_ERRNO, BPFHOST_ERRNO, true },
};

/* What lies behind the value. Capacity 0: as the type says. */
static const struct {
	enum bpfhost_probe_type_kind type;
	enum bpfhost_kind kind;
	enum bpfhost_argument_extra_kind extra;
	uint32_t capacity;
} kinds_of_pointers[] = {
	{ BPFHOST_PROBE_TYPE_STR, BPFHOST_STRING, BPFHOST_ARGUMENT_STRING, 0 },
	{ BPFHOST_PROBE_TYPE_BYTES, BPFHOST_BYTES, BPFHOST_ARGUMENT_BYTES, 0 },
	{ BPFHOST_PROBE_TYPE_IPV6, BPFHOST_IPV6, BPFHOST_ARGUMENT_BYTES, 16 },
	{ BPFHOST_PROBE_TYPE_MAC, BPFHOST_MAC, BPFHOST_ARGUMENT_BYTES, 6 },
	{ BPFHOST_PROBE_TYPE_SOCKADDR, BPFHOST_SOCKADDR, BPFHOST_ARGUMENT_SOCKADDR,
	  BPFHOST_SOCKADDR_SIZE },
};

static int kinds_untyped(const struct bpfhost_argument *argument, struct argument_kind *kind)
{
	kind->is_signed = argument->flags & BPFHOST_ARGUMENT_SIGNED;
	kind->kind = kind->is_signed ? BPFHOST_INT : BPFHOST_UINT;
	kind->size = argument->size;
	return 0;
}

/* Of a wider type than there are bytes, those that there are. */
static uint32_t kinds_value_size(struct bpfhost_probe_type type,
				 const struct bpfhost_argument *argument)
{
	uint32_t size = bpfhost_probe_type_size(type);

	if (type.kind == BPFHOST_PROBE_TYPE_ERRNO)
		size = KINDS_ERRNO_SIZE;
	return size && size < argument->size ? size : argument->size;
}

static int kinds_pointer(struct bpfhost_probe_type type, const struct bpfhost_argument *argument,
			 uint32_t row, uint32_t string_size, struct argument_kind *kind,
			 struct bpfhost_error *err)
{
	char text[24];

	if (argument->size < 8) {
		bpfhost_error_set(err, 0, "%s needs a pointer, and this argument has %u bytes only",
				  bpfhost_probe_type_format(type, text), argument->size);
		return -EINVAL;
	}
	kind->kind = kinds_of_pointers[row].kind;
	kind->extra = kinds_of_pointers[row].extra;
	kind->capacity = kinds_of_pointers[row].capacity;
	if (!kind->capacity)
		kind->capacity = type.size ? type.size : string_size;
	kind->size = 8;
	return 0;
}

int argument_kind_of(struct bpfhost_probe_type type, const struct bpfhost_argument *argument,
		     uint32_t string_size, struct argument_kind *ret_kind,
		     struct bpfhost_error *err)
{
	struct argument_kind kind = { 0 };
	char text[24];

	*ret_kind = kind;
	if (type.kind == BPFHOST_PROBE_TYPE_NONE)
		return kinds_untyped(argument, ret_kind);
	for (uint32_t i = 0; i < sizeof(kinds_of_pointers) / sizeof(kinds_of_pointers[0]); i++)
		if (kinds_of_pointers[i].type == type.kind)
			return kinds_pointer(type, argument, i, string_size, ret_kind, err);
	for (uint32_t i = 0; i < sizeof(kinds_of_values) / sizeof(kinds_of_values[0]); i++) {
		if (kinds_of_values[i].type != type.kind)
			continue;
		ret_kind->kind = kinds_of_values[i].kind;
		ret_kind->is_signed = kinds_of_values[i].is_signed;
		ret_kind->size = kinds_value_size(type, argument);
		if (ret_kind->kind != BPFHOST_FLOAT ||
		    ret_kind->size == bpfhost_probe_type_size(type))
			return 0;
	}
	bpfhost_error_set(err, 0, "an argument of %u bytes cannot be read as %s", argument->size,
			  bpfhost_probe_type_format(type, text));
	return -EINVAL;
}
