/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Schemas come from other processes and other people's plugins. Nothing of a block is believed: each
 * count is held against its limit before it is multiplied, each offset against what it points into.
 */
#include <bpfhost/host.h>
#include <bpfhost/schema.h>
#include <bpfhost/utf8.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* Sizes that a kind may have: a set of single sizes (bit n: n bytes), or at least `least`. */
static const struct {
	uint32_t sizes;
	uint32_t least;
} kinds[] = {
	[BPFHOST_UINT] = { 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8, 0 },
	[BPFHOST_INT] = { 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8, 0 },
	[BPFHOST_HEX] = { 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8, 0 },
	[BPFHOST_POINTER] = { 1 << 4 | 1 << 8, 0 },
	[BPFHOST_BOOL] = { 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8, 0 },
	[BPFHOST_CHAR] = { 1 << 1, 0 },
	[BPFHOST_FLOAT] = { 1 << 4 | 1 << 8, 0 },
	[BPFHOST_STRING] = { 0, 1 },
	[BPFHOST_BYTES] = { 0, 1 },
	[BPFHOST_COUNTED] = { 0, 4 },
	[BPFHOST_IPV4] = { 1 << 4, 0 },
	[BPFHOST_IPV6] = { 1 << 16, 0 },
	[BPFHOST_MAC] = { 1 << 6, 0 },
	[BPFHOST_SOCKADDR] = { 0, 2 },
	[BPFHOST_ERRNO] = { 1 << 4 | 1 << 8, 0 },
	[BPFHOST_ENUM] = { 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8, 0 },
	[BPFHOST_FLAGS] = { 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8, 0 },
	[BPFHOST_PORT_BE] = { 1 << 2, 0 },
	[BPFHOST_NS] = { 1 << 8, 0 },
	[BPFHOST_ADDRESS] = { 1 << 16, 0 },
};

static bool size_fits(uint32_t kind, uint32_t size)
{
	if (!kind || kind >= sizeof(kinds) / sizeof(kinds[0]))
		return false;
	if (kinds[kind].least)
		return size >= kinds[kind].least;
	return size < 32 && kinds[kind].sizes >> size & 1;
}

static bool metric_fits(const struct bpfhost_schema_field *field)
{
	if (field->metric == BPFHOST_METRIC_NONE)
		return true;
	if (field->metric > BPFHOST_METRIC_GAUGE || field->count != 1)
		return false;
	return field->kind == BPFHOST_UINT || field->kind == BPFHOST_INT ||
	       field->kind == BPFHOST_FLOAT || field->kind == BPFHOST_NS;
}

/* The strings end with NUL, which the caller has made sure of. */
static bool name_fits(const struct bpfhost_schema *schema, uint32_t offset)
{
	const char *name;
	size_t length;

	if (offset >= schema->strings_size)
		return false;
	name = bpfhost_schema_string(schema, offset);
	length = strnlen(name, BPFHOST_SCHEMA_NAME_MAX + 1);
	if (!length || length > BPFHOST_SCHEMA_NAME_MAX)
		return false;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
			return false;
	return true;
}

static bool place_fits(const struct bpfhost_schema *schema,
		       const struct bpfhost_schema_field *field)
{
	uint64_t end = (uint64_t)field->size * field->count;

	/* Neither factor is so large that the sum could wrap. */
	return field->count && field->size <= BPFHOST_RECORD_MAX &&
	       field->count <= BPFHOST_RECORD_MAX &&
	       field->offset >= sizeof(struct bpfhost_event) &&
	       field->offset + end <= schema->record_size;
}

static bool values_fit(const struct bpfhost_schema *schema,
		       const struct bpfhost_schema_field *field)
{
	if (field->nnames && field->kind != BPFHOST_ENUM && field->kind != BPFHOST_FLAGS)
		return false;
	return (uint64_t)field->names + field->nnames <= schema->nnames;
}

/*
 * No two fields have one name: a JSON object holds each once. So a name must be one in JSON as it is:
 * where bytes are replaced, two become the same.
 */
static bool name_is_key(const struct bpfhost_schema *schema, uint32_t index)
{
	const struct bpfhost_schema_field *fields = bpfhost_schema_fields(schema);
	const char *name = bpfhost_schema_string(schema, fields[index].name);
	size_t length = strlen(name);
	unsigned int n;

	for (size_t i = 0; i < length; i += n) {
		n = bpfhost_utf8_length((const uint8_t *)name + i, length - i);
		if (!n)
			return false;
	}
	for (uint32_t i = 0; i < index; i++)
		if (!strcmp(name, bpfhost_schema_string(schema, fields[i].name)))
			return false;
	return true;
}

static bool head_fits(const struct bpfhost_schema *schema, uint32_t size)
{
	uint64_t need = sizeof(*schema);

	if (schema->size != size || schema->nfields > BPFHOST_SCHEMA_FIELDS_MAX ||
	    schema->nnames > BPFHOST_SCHEMA_NAMES_MAX || !schema->strings_size)
		return false;
	if (!schema->type || schema->type == BPFHOST_TYPE_LOG)
		return false;
	if (schema->record_size < sizeof(struct bpfhost_event) ||
	    schema->record_size > BPFHOST_RECORD_MAX)
		return false;
	if (schema->present && (schema->present < sizeof(struct bpfhost_event) ||
				schema->present > schema->record_size - sizeof(uint32_t)))
		return false;
	need += schema->nfields * sizeof(struct bpfhost_schema_field);
	need += schema->nnames * sizeof(struct bpfhost_schema_name);
	return need + schema->strings_size == size && !((const char *)schema)[size - 1];
}

static bool flags_fit(const struct bpfhost_schema *schema, uint32_t flags)
{
	if (!(flags & BPFHOST_FIELD_OPTIONAL))
		return !(flags & ~(uint32_t)BPFHOST_FIELD_SIGNED);
	return schema->present && !(flags & ~(BPFHOST_FIELD_SIGNED | BPFHOST_FIELD_OPTIONAL |
					      BPFHOST_FIELD_PRESENT(31)));
}

static bool field_fits(const struct bpfhost_schema *schema, uint32_t index)
{
	const struct bpfhost_schema_field *field = &bpfhost_schema_fields(schema)[index];

	return name_fits(schema, field->name) && name_is_key(schema, index) &&
	       size_fits(field->kind, field->size) && place_fits(schema, field) &&
	       values_fit(schema, field) && metric_fits(field) && flags_fit(schema, field->flags);
}

int bpfhost_schema_check(const void *block, uint32_t size)
{
	const struct bpfhost_schema *schema = block;
	uint64_t nnames = 0;

	if (size < sizeof(*schema) || size > BPFHOST_SCHEMA_SIZE_MAX ||
	    (uintptr_t)block % _Alignof(struct bpfhost_schema_name))
		return -EINVAL;
	if (!head_fits(schema, size) || !name_fits(schema, schema->name))
		return -EINVAL;
	for (uint32_t i = 0; i < schema->nnames; i++)
		if (!name_fits(schema, bpfhost_schema_names(schema)[i].name) ||
		    bpfhost_schema_names(schema)[i].reserved)
			return -EINVAL;
	for (uint32_t i = 0; i < schema->nfields; i++) {
		if (!field_fits(schema, i))
			return -EINVAL;
		/* Fields may share names, but not so as to multiply the work of readers. */
		nnames += bpfhost_schema_fields(schema)[i].nnames;
	}
	return nnames > BPFHOST_SCHEMA_NAMES_MAX ? -EINVAL : 0;
}

const struct bpfhost_schema_field *bpfhost_schema_fields(const struct bpfhost_schema *schema)
{
	return (const struct bpfhost_schema_field *)(schema + 1);
}

const struct bpfhost_schema_name *bpfhost_schema_names(const struct bpfhost_schema *schema)
{
	return (const struct bpfhost_schema_name *)(bpfhost_schema_fields(schema) +
						    schema->nfields);
}

const char *bpfhost_schema_string(const struct bpfhost_schema *schema, uint32_t offset)
{
	return (const char *)(bpfhost_schema_names(schema) + schema->nnames) + offset;
}
