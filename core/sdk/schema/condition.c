/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the names of an expression mean in a record: a slot is the index of a field. A MAC address is a
 * number of six bytes, whose values are named as people write them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpfhost/condition_compile.h>
#include <bpfhost/condition_schema.h>
#include <bpfhost/host.h>
#include <bpfhost/kind.h>

#define MAC_BYTES 6

static const struct bpfhost_schema_field *field_of(const struct bpfhost_schema *schema,
						   const char *name, uint32_t *ret_slot)
{
	const struct bpfhost_schema_field *fields = bpfhost_schema_fields(schema);

	for (uint32_t i = 0; i < schema->nfields; i++) {
		if (fields[i].count != 1 ||
		    strcmp(bpfhost_schema_string(schema, fields[i].name), name))
			continue;
		*ret_slot = i;
		return &fields[i];
	}
	return NULL;
}

static enum bpfhost_operand_kind operand_of(const struct bpfhost_schema_field *field)
{
	return bpfhost_kind_operand(field->kind, field->flags & BPFHOST_FIELD_SIGNED);
}

static int resolve_field(void *ctx, const char *name, struct bpfhost_operand *ret_operand)
{
	const struct bpfhost_schema *schema = ctx;
	const struct bpfhost_schema_field *field;
	uint32_t slot = 0;

	field = field_of(schema, name, &slot);
	if (!field)
		return -ENOENT;
	*ret_operand = (struct bpfhost_operand){ .kind = operand_of(field), .slot = slot };
	return 0;
}

/* "02:00:5e:10:00:01" as the number that its bytes are on a little-endian machine. */
static bool mac_value(const char *text, uint64_t *ret_value)
{
	unsigned char mac[8] = { 0 };
	int end = 0;

	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2],
		   &mac[3], &mac[4], &mac[5], &end) != MAC_BYTES ||
	    text[end])
		return false;
	memcpy(ret_value, mac, sizeof(*ret_value));
	return true;
}

static bool named_value(const struct bpfhost_schema *schema,
			const struct bpfhost_schema_field *field, const char *name,
			uint64_t *ret_value)
{
	const struct bpfhost_schema_name *names = bpfhost_schema_names(schema) + field->names;

	for (uint32_t i = 0; i < field->nnames; i++) {
		if (strcmp(bpfhost_schema_string(schema, names[i].name), name))
			continue;
		*ret_value = names[i].value;
		return true;
	}
	return false;
}

static int resolve_enumerator(void *ctx, const char *field_name, const char *name,
			      struct bpfhost_operand *ret_operand)
{
	const struct bpfhost_schema *schema = ctx;
	struct bpfhost_operand operand = { .kind = BPFHOST_OPERAND_ENUMERATOR };
	const struct bpfhost_schema_field *field;
	uint32_t slot = 0;

	field = field_of(schema, field_name, &slot);
	if (!field)
		return -ENOENT;
	if (field->kind == BPFHOST_ERRNO)
		return bpfhost_expr_errno(name, ret_operand);
	operand.is_signed = field->flags & BPFHOST_FIELD_SIGNED;
	if (field->kind == BPFHOST_MAC ? !mac_value(name, &operand.value)
				       : !named_value(schema, field, name, &operand.value))
		return -ENOENT;
	*ret_operand = operand;
	return 0;
}

/* The index-th of the fields that have one value. */
static const char *candidate_field(const struct bpfhost_schema *schema, uint32_t index)
{
	const struct bpfhost_schema_field *fields = bpfhost_schema_fields(schema);

	for (uint32_t i = 0; i < schema->nfields; i++)
		if (fields[i].count == 1 && !index--)
			return bpfhost_schema_string(schema, fields[i].name);
	return NULL;
}

static const char *candidate(void *ctx, const char *field_name, uint32_t index)
{
	const struct bpfhost_schema *schema = ctx;
	const struct bpfhost_schema_field *field;
	uint32_t slot = 0;

	if (!field_name)
		return candidate_field(schema, index);
	field = field_of(schema, field_name, &slot);
	if (field && field->kind == BPFHOST_MAC)
		return index ? NULL : "00:00:00:00:00:00";
	if (!field || index >= field->nnames)
		return NULL;
	return bpfhost_schema_string(schema,
				     bpfhost_schema_names(schema)[field->names + index].name);
}

static uint8_t load_kind(const struct bpfhost_schema_field *field)
{
	switch (operand_of(field)) {
	case BPFHOST_OPERAND_INT:
		return BPFHOST_LOAD_INT;
	case BPFHOST_OPERAND_STRING:
		return BPFHOST_LOAD_CHARS;
	case BPFHOST_OPERAND_IPV4:
		return BPFHOST_LOAD_IPV4;
	case BPFHOST_OPERAND_IPV6:
		return BPFHOST_LOAD_IPV6;
	case BPFHOST_OPERAND_ADDRESS:
		return field->kind == BPFHOST_ADDRESS ? BPFHOST_LOAD_ADDRESS : BPFHOST_LOAD_NONE;
	default:
		return BPFHOST_LOAD_UINT;
	}
}

static int place(void *ctx, uint32_t slot, struct bpfhost_load *ret_load)
{
	const struct bpfhost_schema *schema = ctx;
	const struct bpfhost_schema_field *field = &bpfhost_schema_fields(schema)[slot];
	struct bpfhost_load load = {
		.kind = load_kind(field),
		.size = (uint16_t)field->size,
		.offset = field->offset,
	};

	if (!load.kind || field->kind == BPFHOST_PORT_BE || field->kind == BPFHOST_BYTES ||
	    field->kind == BPFHOST_COUNTED || field->size > UINT16_MAX)
		return -ENOTSUP;
	if (field->flags & BPFHOST_FIELD_OPTIONAL)
		load.present = (uint8_t)(BPFHOST_FIELD_PRESENT_BIT(field->flags) + 1);
	*ret_load = load;
	return 0;
}

int bpfhost_condition_for_schema(const char *text, const struct bpfhost_schema *schema,
				 struct bpfhost_condition *ret_condition, struct bpfhost_error *err)
{
	static const struct bpfhost_resolver resolver = {
		.field = resolve_field,
		.enumerator = resolve_enumerator,
		.candidate = candidate,
	};
	struct bpfhost_expr *expr = NULL;
	void *ctx = (void *)schema;
	int ret = bpfhost_expr_parse(text, &expr, err);

	if (!ret)
		ret = bpfhost_expr_bind(expr, &resolver, ctx, err);
	if (!ret)
		ret = bpfhost_condition_compile(expr, place, ctx, ret_condition, err);
	if (!ret)
		ret_condition->present = (uint16_t)schema->present;
	bpfhost_expr_free(expr);
	return ret;
}
