/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One expression, bound to each type of event by itself. A name may stand for a field of one type and
 * mean nothing in another; it may also be an enumerator of some field. So a name is looked up three
 * ways: in the type at hand, where it gets a meaning; in all types of an instance together, where it
 * must have one; and when it is neither field nor enumerator of the type at hand, its comparison is
 * false.
 */
#include "filter/resolve.h"

#include <errno.h>
#include <string.h>

#include <bpfhost/kind.h>

#include "sink/field.h"

static const char *const header_names[SLOT_FIELDS] = {
	"cpu", "pid", "tid", "uid", "cgroup", "comm", "plugin", "instance", "event",
};

/* What filters can compare; an array is no one value. */
static bool has_name(const struct sink_field *field)
{
	return field->count == 1 && !strchr(field->name, '.');
}

/* A filter sees what a line shows: bytes and MAC addresses as their text. */
enum bpfhost_operand_kind filter_operand_kind(const struct sink_field *field)
{
	switch (field->kind) {
	case BPFHOST_BYTES:
	case BPFHOST_COUNTED:
	case BPFHOST_MAC:
		return BPFHOST_OPERAND_STRING;
	default:
		return bpfhost_kind_operand(field->kind, field->is_signed);
	}
}

static const struct sink_field *find_field(const struct sink_type *type, const char *name)
{
	for (uint32_t i = 0; i < type->nfields; i++)
		if (has_name(&type->fields[i]) && !strcmp(type->fields[i].name, name))
			return &type->fields[i];
	return NULL;
}

static const struct sink_name *find_name(const struct sink_field *field, const char *name)
{
	for (uint32_t i = 0; i < field->nnames; i++)
		if (!strcmp(field->names[i].name, name))
			return &field->names[i];
	return NULL;
}

static int find_errno(const char *name)
{
	for (int number = 1; *name == 'E' && number < 4096; number++) {
		const char *known = field_errno(number);

		if (known && !strcmp(known, name))
			return number;
	}
	return 0;
}

/* 0, or -ENOENT. */
static int field_enumerator(const struct sink_field *field, const char *name,
			    struct bpfhost_operand *ret_operand)
{
	struct bpfhost_operand operand = { .kind = BPFHOST_OPERAND_ENUMERATOR,
					   .is_signed = field->is_signed };
	const struct sink_name *found = find_name(field, name);
	int number = field->kind == BPFHOST_ERRNO ? find_errno(name) : 0;

	if (number) {
		operand.value = (uint64_t) - (int64_t)number;
		operand.is_signed = true;
	} else if (found) {
		operand.value = field->is_signed ? (uint64_t)field_int(&found->value, field->size)
						 : found->value;
	} else {
		return -ENOENT;
	}
	*ret_operand = operand;
	return 0;
}

static bool is_enumerator_of_any(const struct sink_type *type, const char *name)
{
	struct bpfhost_operand operand;

	for (uint32_t i = 0; i < type->nfields; i++)
		if (!field_enumerator(&type->fields[i], name, &operand))
			return true;
	return false;
}

static int header_operand(const char *name, struct bpfhost_operand *ret_operand)
{
	for (uint32_t slot = 0; slot < SLOT_FIELDS; slot++) {
		if (strcmp(header_names[slot], name))
			continue;
		*ret_operand = (struct bpfhost_operand){
			.kind = slot < SLOT_COMM ? BPFHOST_OPERAND_UINT : BPFHOST_OPERAND_STRING,
			.slot = slot,
		};
		return 0;
	}
	return -ENOENT;
}

static int resolve_field(void *ctx, const char *name, struct bpfhost_operand *ret_operand)
{
	const struct filter_scope *scope = ctx;

	if (!header_operand(name, ret_operand))
		return 0;
	for (size_t i = 0; i < scope->ntypes; i++) {
		const struct sink_field *field = find_field(scope->types[i], name);

		if (!field)
			continue;
		*ret_operand = (struct bpfhost_operand){
			.kind = filter_operand_kind(field),
			.slot = SLOT_FIELDS + (uint32_t)(field - scope->types[i]->fields),
		};
		return 0;
	}
	if (!scope->is_lenient || is_enumerator_of_any(scope->types[0], name))
		return -ENOENT;
	*ret_operand = (struct bpfhost_operand){ .kind = BPFHOST_OPERAND_MISSING };
	return 0;
}

static int resolve_enumerator(void *ctx, const char *field_name, const char *name,
			      struct bpfhost_operand *ret_operand)
{
	const struct filter_scope *scope = ctx;

	for (size_t i = 0; i < scope->ntypes; i++) {
		const struct sink_field *field = find_field(scope->types[i], field_name);

		if (field && !field_enumerator(field, name, ret_operand))
			return 0;
	}
	return -ENOENT;
}

/* The index-th of a sequence of which the caller has skipped some. */
static const char *candidate_field(const struct sink_type *type, uint32_t *index)
{
	for (uint32_t i = 0; i < type->nfields; i++)
		if (has_name(&type->fields[i]) && !(*index)--)
			return type->fields[i].name;
	return NULL;
}

static const char *candidate_name(const struct sink_type *type, const char *name, uint32_t *index)
{
	const struct sink_field *field = find_field(type, name);

	if (!field)
		return NULL;
	if (*index < field->nnames)
		return field->names[*index].name;
	*index -= field->nnames;
	return NULL;
}

static const char *candidate(void *ctx, const char *field, uint32_t index)
{
	const struct filter_scope *scope = ctx;
	const char *found;

	if (!field && index < SLOT_FIELDS)
		return header_names[index];
	index -= field ? 0 : SLOT_FIELDS;
	for (size_t i = 0; i < scope->ntypes; i++) {
		found = field ? candidate_name(scope->types[i], field, &index)
			      : candidate_field(scope->types[i], &index);
		if (found)
			return found;
	}
	return NULL;
}

const struct bpfhost_resolver filter_resolver = {
	.field = resolve_field,
	.enumerator = resolve_enumerator,
	.candidate = candidate,
};
