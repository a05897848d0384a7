/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "field.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpfhost/kind.h>

static void field_apply_type(struct tracepoint_field *field, struct bpfhost_probe_type type)
{
	uint32_t size = bpfhost_probe_type_size(type);

	bpfhost_kind_of(type.kind, &field->kind, &field->is_signed);
	if (size)
		field->size = size;
	field->count = 1;
	field->labels = NULL;
}

static int field_mismatch(const char *name, struct bpfhost_probe_type type, const char *what,
			  struct bpfhost_error *err)
{
	char text[24];

	snprintf(err->text, sizeof(err->text), "field %s is %s, which cannot be read as %s", name,
		 what, bpfhost_probe_type_format(type, text));
	return -EINVAL;
}

/* ---- as the format file says ------------------------------------------------------------------- */

static bool field_is_located(const struct format_field *from)
{
	return from->location != FORMAT_FIXED;
}

static void field_string(const struct tracepoint_context *context, const struct format_field *from,
			 struct tracepoint_field *field)
{
	field->kind = BPFHOST_STRING;
	field->size = field_is_located(from) ? context->string_size : from->size;
	field->count = 1;
	if (field_is_located(from))
		field->extra = from->location == FORMAT_DATA_LOC ? TRACEPOINT_DATA_LOC_STR
								 : TRACEPOINT_REL_LOC_STR;
}

static void field_bytes(const struct tracepoint_context *context, const struct format_field *from,
			struct tracepoint_field *field)
{
	field->kind = field_is_located(from) ? BPFHOST_COUNTED : BPFHOST_BYTES;
	field->size = field_is_located(from) ? context->string_size : from->size;
	field->count = 1;
	if (field_is_located(from))
		field->extra = from->location == FORMAT_DATA_LOC ? TRACEPOINT_DATA_LOC_BYTES
								 : TRACEPOINT_REL_LOC_BYTES;
}

static void field_number(const struct tracepoint_context *context, const struct format_field *from,
			 struct tracepoint_field *field)
{
	field->is_signed = from->value_signed;
	field->kind = from->value_signed ? BPFHOST_INT : BPFHOST_UINT;
	if (from->class == FORMAT_BOOL)
		field->kind = BPFHOST_BOOL;
	if (from->class == FORMAT_PTR)
		field->kind = BPFHOST_POINTER;
	if (from->labels.kind != FORMAT_NO_LABELS) {
		field->kind = from->labels.kind == FORMAT_FLAGS ? BPFHOST_FLAGS : BPFHOST_ENUM;
		field->labels = &from->labels;
	}
	/* A system call returns -errno or its result in one number. */
	if (!strcmp(context->category, "syscalls") && !strncmp(context->event, "sys_exit_", 9) &&
	    !strcmp(from->name, "ret"))
		field->kind = BPFHOST_ERRNO;
}

static void field_user(const struct tracepoint_context *context, const struct format_field *from,
		       struct tracepoint_field *field)
{
	bool text = from->class == FORMAT_USER_STR;

	field->kind = text ? BPFHOST_STRING : BPFHOST_SOCKADDR;
	field->size = text ? context->string_size : BPFHOST_SOCKADDR_SIZE;
	field->extra = text ? TRACEPOINT_USER_STR : TRACEPOINT_USER_SOCKADDR;
	field->count = 1;
}

/* Classes that are shown as one thing of a fixed size, wherever they lie in the record. */
static enum bpfhost_kind field_fixed_kind(enum format_class class)
{
	switch (class) {
	case FORMAT_SOCKADDR:
		return BPFHOST_SOCKADDR;
	case FORMAT_IPV4:
		return BPFHOST_IPV4;
	case FORMAT_IPV6:
		return BPFHOST_IPV6;
	case FORMAT_MAC:
		return BPFHOST_MAC;
	default:
		return BPFHOST_BYTES;
	}
}

static void field_fixed(const struct format_field *from, struct tracepoint_field *field)
{
	field->kind = field_fixed_kind(from->class);
	field->size = from->size;
	field->count = 1;
}

static void field_by_format(const struct tracepoint_context *context,
			    const struct format_field *from, struct tracepoint_field *field)
{
	bool number = from->class == FORMAT_INT || from->class == FORMAT_BOOL ||
		      from->class == FORMAT_PTR;

	if (from->class == FORMAT_STR)
		field_string(context, from, field);
	else if (number && !field_is_located(from))
		field_number(context, from, field);
	else if (from->class == FORMAT_USER_STR || from->class == FORMAT_USER_SOCKADDR)
		field_user(context, from, field);
	else if (field_is_located(from))
		field_bytes(context, from, field);
	else
		field_fixed(from, field);
}

/* ---- as the user says -------------------------------------------------------------------------- */

static bool field_is_pointer(const struct format_field *from)
{
	return from->location == FORMAT_FIXED && from->size == 8 && !from->is_array &&
	       from->class != FORMAT_STR;
}

/* A string behind a pointer: in a system call's parameter it is the program's, else the kernel's. */
static int field_as_string(const struct tracepoint_context *context,
			   const struct format_field *from, struct bpfhost_probe_type type,
			   struct tracepoint_field *field, struct bpfhost_error *err)
{
	bool user = !strcmp(context->category, "syscalls");

	if (from->class == FORMAT_STR || from->class == FORMAT_BYTES) {
		field_string(context, from, field);
	} else if (field_is_pointer(from)) {
		field->kind = BPFHOST_STRING;
		field->size = context->string_size;
		field->source = from->offset;
		field->extra = user ? TRACEPOINT_USER_STR : TRACEPOINT_KERNEL_STR;
	} else {
		return field_mismatch(from->name, type, "no string and no pointer", err);
	}
	if (type.size && (field->extra || type.size < field->size))
		field->size = type.size;
	field->count = 1;
	field->labels = NULL;
	return 0;
}

static int field_as_sockaddr(const struct format_field *from, struct bpfhost_probe_type type,
			     struct tracepoint_field *field, struct bpfhost_error *err)
{
	if (field_is_pointer(from)) {
		field->source = from->offset;
		field->extra = TRACEPOINT_USER_SOCKADDR;
		field->size = BPFHOST_SOCKADDR_SIZE;
	} else if (from->location == FORMAT_FIXED && from->size >= 16) {
		field->size = from->size;
	} else {
		return field_mismatch(from->name, type, "neither a pointer nor 16 bytes long", err);
	}
	field->kind = BPFHOST_SOCKADDR;
	field->count = 1;
	field->labels = NULL;
	return 0;
}

static int field_as_value(const struct format_field *from, struct bpfhost_probe_type type,
			  struct tracepoint_field *field, struct bpfhost_error *err)
{
	uint32_t size = bpfhost_probe_type_size(type);

	if (from->location != FORMAT_FIXED)
		return field_mismatch(from->name, type, "of variable length", err);
	if (size > from->size)
		return field_mismatch(from->name, type, "not as long", err);
	field->extra = 0;
	field->source = from->offset;
	field->size = from->size;
	field_apply_type(field, type);
	return 0;
}

static int field_by_type(const struct tracepoint_context *context, const struct format_field *from,
			 struct bpfhost_probe_type type, struct tracepoint_field *field,
			 struct bpfhost_error *err)
{
	switch (type.kind) {
	case BPFHOST_PROBE_TYPE_NONE:
		return 0;
	case BPFHOST_PROBE_TYPE_STR:
		return field_as_string(context, from, type, field, err);
	case BPFHOST_PROBE_TYPE_SOCKADDR:
		return field_as_sockaddr(from, type, field, err);
	default:
		return field_as_value(from, type, field, err);
	}
}

int tracepoint_field_make(const struct tracepoint_context *context, const struct format_field *from,
			  struct bpfhost_probe_type type, struct tracepoint_field *ret_field,
			  struct bpfhost_error *err)
{
	struct tracepoint_field field = {
		.name = from->name,
		.size = from->value_size,
		.count = from->count ? from->count : 1,
		.source = from->value_offset,
	};
	int ret;

	if (field_is_located(from))
		field.source = from->offset;
	field_by_format(context, from, &field);
	ret = field_by_type(context, from, type, &field, err);
	if (!ret)
		*ret_field = field;
	return ret;
}

int tracepoint_field_by_hand(const struct bpfhost_probe_param *param,
			     struct tracepoint_field *ret_field, struct bpfhost_error *err)
{
	struct tracepoint_field field = { .name = param->name, .source = param->offset };

	field_apply_type(&field, param->type);
	if (param->type.kind == BPFHOST_PROBE_TYPE_STR)
		field.size = param->type.size;
	if (param->type.kind == BPFHOST_PROBE_TYPE_ERRNO)
		field.size = 8;
	if (param->type.kind == BPFHOST_PROBE_TYPE_SOCKADDR)
		field.size = 28;
	if (!field.size) {
		snprintf(err->text, sizeof(err->text),
			 "%s@%u needs a type with a size, as %s@%u: u32 or str[16]", param->name,
			 param->offset, param->name, param->offset);
		return -EINVAL;
	}
	*ret_field = field;
	return 0;
}
