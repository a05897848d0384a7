/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "kinds.h"

#include <errno.h>

#include <bpfhost/kind.h>

#define KINDS_ERRNO_SIZE 4 /* an int, as the functions of libraries return it */

/* What lies behind the value, and is not the value itself. Capacity 0: as the type says. */
static const struct {
	enum bpfhost_kind kind;
	enum bpfhost_argument_extra_kind extra;
	uint32_t capacity;
} kinds_of_pointers[] = {
	{ BPFHOST_STRING, BPFHOST_ARGUMENT_STRING, 0 },
	{ BPFHOST_BYTES, BPFHOST_ARGUMENT_BYTES, 0 },
	{ BPFHOST_IPV6, BPFHOST_ARGUMENT_BYTES, 16 },
	{ BPFHOST_MAC, BPFHOST_ARGUMENT_BYTES, 6 },
	{ BPFHOST_SOCKADDR, BPFHOST_ARGUMENT_SOCKADDR, BPFHOST_SOCKADDR_SIZE },
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
	char text[24];

	*ret_kind = (struct argument_kind){ 0 };
	if (!bpfhost_kind_of(type.kind, &ret_kind->kind, &ret_kind->is_signed))
		return kinds_untyped(argument, ret_kind);
	for (uint32_t i = 0; i < sizeof(kinds_of_pointers) / sizeof(kinds_of_pointers[0]); i++)
		if (kinds_of_pointers[i].kind == ret_kind->kind)
			return kinds_pointer(type, argument, i, string_size, ret_kind, err);
	ret_kind->size = kinds_value_size(type, argument);
	if (ret_kind->kind != BPFHOST_FLOAT)
		return 0;
	ret_kind->is_signed = false; /* its bits are no number to be extended */
	if (ret_kind->size == bpfhost_probe_type_size(type))
		return 0;
	bpfhost_error_set(err, 0, "an argument of %u bytes cannot be read as %s", argument->size,
			  bpfhost_probe_type_format(type, text));
	return -EINVAL;
}
