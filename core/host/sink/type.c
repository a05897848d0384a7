/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "plan.h"

#include "encoder.h"
#include "put.h"

#include <errno.h>
#include <stdlib.h>

/*
 * All characters of a type live in one piece of memory, whose size is known before: a string of n
 * bytes is kept at most three times, as it is, escaped for JSON and escaped for people. What escaping
 * does not change is kept once, and the rest of the piece is never touched.
 */
#define STRING_ROOM(n) (11 * (size_t)(n) + 32)

struct arena {
	char *at;
};

static struct sink_chars keep_json(struct arena *arena, const char *before, const char *text,
				   const char *after)
{
	struct sink_chars chars = { .at = arena->at };
	bool replaced;

	arena->at = put_bytes(arena->at, before, strlen(before));
	*arena->at++ = '"';
	arena->at = put_json(arena->at, text, strlen(text), &replaced);
	*arena->at++ = '"';
	arena->at = put_bytes(arena->at, after, strlen(after));
	chars.size = (uint32_t)(arena->at - chars.at);
	return chars;
}

static struct sink_chars keep_text(struct arena *arena, const char *text, const char *after)
{
	struct sink_chars chars = { .at = arena->at };
	bool special;

	arena->at = put_plain(arena->at, text, strlen(text), &special);
	arena->at = put_bytes(arena->at, after, strlen(after));
	chars.size = (uint32_t)(arena->at - chars.at);
	return chars;
}

static const char *keep(struct arena *arena, const char *text, size_t size)
{
	char *at = arena->at;

	arena->at = put_bytes(at, text, size);
	*arena->at++ = 0;
	return at;
}

/* The most characters that one element may take in either kind of line, separator included. */
static size_t element_bound(const struct sink_field *field)
{
	size_t longest = 32, sum = 32;

	for (uint32_t i = 0; i < field->nnames; i++) {
		const struct sink_name *name = &field->names[i];
		size_t json = name->json_size + 2UL, text = name->text_size;
		size_t size = json > text ? json : text;

		longest = size > longest ? size : longest;
		sum += size;
	}
	switch (field->kind) {
	case BPFHOST_STRING:
		return 6 * (size_t)field->size + 8;
	case BPFHOST_SOCKADDR:
		return 6 * (size_t)field->size + 96;
	case BPFHOST_BYTES:
	case BPFHOST_COUNTED:
		return 2 * (size_t)field->size + 8;
	case BPFHOST_IPV6:
	case BPFHOST_ADDRESS:
		return 52;
	case BPFHOST_FLAGS: /* each name takes at least one of the bits that are left */
		return sum < 64 * longest ? sum : 64 * longest;
	default:
		return longest + 4;
	}
}

/* Keys appear a second and a third time when their field was truncated and had bytes replaced. */
static void set_bounds(struct sink_type *type)
{
	size_t json = type->json.size + SINK_CGROUP_MAX + 512;
	size_t text = type->text.size + SINK_CGROUP_MAX + 512;

	for (uint32_t i = 0; i < type->nfields; i++) {
		const struct sink_field *field = &type->fields[i];
		size_t elements = field->count * element_bound(field);

		json += 3 * (size_t)field->json.size + 4 + elements;
		text += field->text.size + 32 + elements;
	}
	type->json_bound = json;
	type->text_bound = text;
}

static uint64_t cut_to_size(uint64_t value, uint32_t size)
{
	return size < 8 ? value & ((1ULL << size * 8) - 1) : value;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = ((const struct sink_name *)a)->value, y = ((const struct sink_name *)b)->value;

	return x < y ? -1 : x > y;
}

static void keep_name(struct arena *arena, const char *text, struct sink_name *name)
{
	size_t size = strlen(text);
	char *json = arena->at, *plain, *end;
	bool ignored;

	plain = put_json(json, text, size, &ignored);
	end = put_plain(plain, text, size, &ignored);
	name->json_size = (uint32_t)(plain - json);
	name->text_size = (uint32_t)(end - plain) & 0x7fffffffU;
	name->is_plain = name->json_size == size && name->text_size == size &&
			 !memcmp(json, text, size) && !memcmp(plain, text, size);
	arena->at = name->is_plain ? json : end;
	name->name = keep(arena, text, size);
}

static void compile_names(const struct bpfhost_schema *schema,
			  const struct bpfhost_schema_field *from, struct sink_name *names,
			  struct arena *arena)
{
	for (uint32_t i = 0; i < from->nnames; i++) {
		const struct bpfhost_schema_name *name =
			&bpfhost_schema_names(schema)[from->names + i];
		const char *text = bpfhost_schema_string(schema, name->name);

		names[i].value = cut_to_size(name->value, from->size);
		keep_name(arena, text, &names[i]);
	}
	if (from->kind == BPFHOST_ENUM && from->nnames)
		qsort(names, from->nnames, sizeof(*names), by_value);
}

static void compile_field(const struct bpfhost_schema *schema,
			  const struct bpfhost_schema_field *from, struct sink_field *field,
			  struct arena *arena)
{
	const char *name = bpfhost_schema_string(schema, from->name);

	field->offset = from->offset;
	field->size = from->size;
	field->count = from->count;
	field->kind = (uint8_t)from->kind;
	field->is_signed = from->flags & BPFHOST_FIELD_SIGNED;
	field->nnames = from->nnames;
	if (from->flags & BPFHOST_FIELD_OPTIONAL)
		field->present = 1U << BPFHOST_FIELD_PRESENT_BIT(from->flags);
	field->json = keep_json(arena, ",", name, ":");
	field->text = keep_text(arena, name, "=");
	field->name = keep(arena, name, strlen(name));
}

static void compile_head(struct sink_type *type, struct arena *arena)
{
	char *start = arena->at;

	keep_json(arena, "Z\",\"kind\":\"event\",\"instance\":", type->instance, "");
	keep_json(arena, ",\"plugin\":", type->plugin, "");
	keep_json(arena, ",\"event\":", type->name, ",\"cpu\":");
	type->json = (struct sink_chars){ start, (uint32_t)(arena->at - start) };
	start = arena->at;
	keep_text(arena, type->instance, "/");
	keep_text(arena, type->name, " ");
	while (arena->at - start < SINK_TEXT_COLUMN)
		*arena->at++ = ' ';
	type->text = (struct sink_chars){ start, (uint32_t)(arena->at - start) };
}

static size_t strings_room(const struct bpfhost_schema *schema, size_t instance, size_t plugin)
{
	size_t room = 512 + STRING_ROOM(instance) + STRING_ROOM(plugin) +
		      STRING_ROOM(strlen(bpfhost_schema_string(schema, schema->name)));

	for (uint32_t i = 0; i < schema->nfields; i++) {
		const struct bpfhost_schema_field *field = &bpfhost_schema_fields(schema)[i];

		room += STRING_ROOM(strlen(bpfhost_schema_string(schema, field->name)));
		for (uint32_t j = 0; j < field->nnames; j++)
			room += STRING_ROOM(strlen(bpfhost_schema_string(
				schema, bpfhost_schema_names(schema)[field->names + j].name)));
	}
	return room;
}

/* Fields may share names of values in the block; here each has its own, since sizes may differ. */
static uint32_t count_names(const struct bpfhost_schema *schema)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < schema->nfields; i++)
		n += bpfhost_schema_fields(schema)[i].nnames;
	return n;
}

static void compile(struct sink_type *type, const struct bpfhost_schema *schema,
		    const char *instance, const char *plugin)
{
	struct arena arena = { type->strings };
	const char *name = bpfhost_schema_string(schema, schema->name);
	struct sink_name *names = type->names;

	type->id = schema->type;
	type->record_size = schema->record_size;
	type->nfields = schema->nfields;
	type->present = schema->present;
	type->name = keep(&arena, name, strlen(name));
	type->instance = keep(&arena, instance, strnlen(instance, SINK_NAME_MAX));
	type->plugin = keep(&arena, plugin, strnlen(plugin, SINK_NAME_MAX));
	compile_head(type, &arena);
	for (uint32_t i = 0; i < schema->nfields; i++) {
		const struct bpfhost_schema_field *from = &bpfhost_schema_fields(schema)[i];

		compile_names(schema, from, names, &arena);
		type->fields[i].names = names;
		names += from->nnames;
		compile_field(schema, from, &type->fields[i], &arena);
	}
	set_bounds(type);
}

int sink_type_new(const struct bpfhost_schema *schema, const char *instance, const char *plugin,
		  struct sink_type **ret_type)
{
	struct sink_type *type;
	uint32_t nnames = count_names(schema);
	size_t room = strings_room(schema, strnlen(instance, SINK_NAME_MAX),
				   strnlen(plugin, SINK_NAME_MAX));

	if (nnames > BPFHOST_SCHEMA_NAMES_MAX)
		return -E2BIG;
	type = calloc(1, sizeof(*type));
	if (!type)
		return -ENOMEM;
	type->fields = calloc(schema->nfields + 1, sizeof(*type->fields));
	type->names = calloc(nnames + 1, sizeof(*type->names));
	type->strings = malloc(room);
	if (!type->fields || !type->names || !type->strings) {
		sink_type_free(type);
		return -ENOMEM;
	}
	compile(type, schema, instance, plugin);
	if (type->json_bound > SINK_LINE_MAX || type->text_bound > SINK_LINE_MAX) {
		sink_type_free(type);
		return -E2BIG;
	}
	*ret_type = type;
	return 0;
}

void sink_type_free(struct sink_type *type)
{
	if (!type)
		return;
	free(type->fields);
	free(type->names);
	free(type->strings);
	free(type);
}

uint32_t sink_type_id(const struct sink_type *type)
{
	return type->id;
}

const char *sink_type_name(const struct sink_type *type)
{
	return type->name;
}

uint32_t sink_type_record_size(const struct sink_type *type)
{
	return type->record_size;
}
