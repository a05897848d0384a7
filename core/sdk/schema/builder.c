/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/host.h>
#include <bpfhost/schema.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A growing piece of memory; used counts bytes. */
struct heap {
	unsigned char *data;
	size_t used;
	size_t room;
};

struct bpfhost_schema_builder {
	struct bpfhost_schema head;
	struct heap fields;
	struct heap names;
	struct heap strings;
	int error; /* the first one */
};

static void fail(struct bpfhost_schema_builder *builder, int error)
{
	if (!builder->error)
		builder->error = error;
}

/* NULL when there is no memory. */
static void *heap_add(struct heap *heap, const void *data, size_t size)
{
	size_t room = heap->room ? heap->room : 256;
	unsigned char *grown;

	while (room < heap->used + size)
		room *= 2;
	if (room != heap->room) {
		grown = realloc(heap->data, room);
		if (!grown)
			return NULL;
		heap->data = grown;
		heap->room = room;
	}
	grown = memcpy(heap->data + heap->used, data, size);
	heap->used += size;
	return grown;
}

/* The offset of a copy; 0, which is right for nothing, after a failure. */
static uint32_t add_string(struct bpfhost_schema_builder *builder, const char *text)
{
	size_t at = builder->strings.used, size;

	if (builder->error)
		return 0;
	if (!text) {
		fail(builder, -EINVAL);
		return 0;
	}
	size = strlen(text) + 1;
	if (size > BPFHOST_SCHEMA_SIZE_MAX - at)
		fail(builder, -E2BIG);
	else if (!heap_add(&builder->strings, text, size))
		fail(builder, -ENOMEM);
	return (uint32_t)at;
}

struct bpfhost_schema_builder *bpfhost_schema_new(uint32_t type, const char *name,
						  uint32_t record_size)
{
	struct bpfhost_schema_builder *builder = calloc(1, sizeof(*builder));

	if (!builder)
		return NULL;
	builder->head.type = type;
	builder->head.record_size = record_size;
	builder->head.name = add_string(builder, name);
	return builder;
}

void bpfhost_schema_free(struct bpfhost_schema_builder *builder)
{
	if (!builder)
		return;
	free(builder->fields.data);
	free(builder->names.data);
	free(builder->strings.data);
	free(builder);
}

static struct bpfhost_schema_field *last_field(struct bpfhost_schema_builder *builder)
{
	struct bpfhost_schema_field *fields = (void *)builder->fields.data;

	if (builder->error)
		return NULL;
	if (!builder->head.nfields) {
		fail(builder, -EINVAL);
		return NULL;
	}
	return &fields[builder->head.nfields - 1];
}

void bpfhost_schema_field(struct bpfhost_schema_builder *builder, const char *name,
			  enum bpfhost_kind kind, uint32_t offset, uint32_t size, uint32_t count)
{
	struct bpfhost_schema_field field = {
		.offset = offset,
		.size = size,
		.count = count,
		.kind = (uint16_t)kind,
		.names = builder->head.nnames,
	};

	if (builder->head.nfields == BPFHOST_SCHEMA_FIELDS_MAX)
		fail(builder, -E2BIG);
	field.name = add_string(builder, name);
	if (builder->error)
		return;
	if (!heap_add(&builder->fields, &field, sizeof(field)))
		fail(builder, -ENOMEM);
	else
		builder->head.nfields++;
}

void bpfhost_schema_value(struct bpfhost_schema_builder *builder, const char *name, uint64_t value)
{
	struct bpfhost_schema_name entry = { .value = value };
	struct bpfhost_schema_field *field = last_field(builder);

	if (!field)
		return;
	if (builder->head.nnames == BPFHOST_SCHEMA_NAMES_MAX)
		fail(builder, -E2BIG);
	entry.name = add_string(builder, name);
	if (builder->error)
		return;
	if (!heap_add(&builder->names, &entry, sizeof(entry))) {
		fail(builder, -ENOMEM);
		return;
	}
	builder->head.nnames++;
	field->nnames++;
}

void bpfhost_schema_metric(struct bpfhost_schema_builder *builder, enum bpfhost_metric metric)
{
	struct bpfhost_schema_field *field = last_field(builder);

	if (field)
		field->metric = (uint16_t)metric;
}

void bpfhost_schema_flags(struct bpfhost_schema_builder *builder, uint32_t flags)
{
	struct bpfhost_schema_field *field = last_field(builder);

	if (field)
		field->flags |= flags;
}

void bpfhost_schema_present(struct bpfhost_schema_builder *builder, uint32_t offset)
{
	builder->head.present = offset;
}

void bpfhost_schema_optional(struct bpfhost_schema_builder *builder, uint32_t bit)
{
	bpfhost_schema_flags(builder, BPFHOST_FIELD_OPTIONAL | BPFHOST_FIELD_PRESENT(bit));
}

void bpfhost_schema_record_size(struct bpfhost_schema_builder *builder, uint32_t record_size)
{
	builder->head.record_size = record_size;
}

static char *append(char *at, const struct heap *heap)
{
	if (heap->used)
		memcpy(at, heap->data, heap->used);
	return at + heap->used;
}

int bpfhost_schema_finish(struct bpfhost_schema_builder *builder,
			  struct bpfhost_schema **ret_schema)
{
	size_t size = sizeof(builder->head) + builder->fields.used + builder->names.used +
		      builder->strings.used;
	struct bpfhost_schema *schema;
	char *at;
	int err;

	if (builder->error)
		return builder->error;
	if (size > BPFHOST_SCHEMA_SIZE_MAX || builder->head.record_size > BPFHOST_RECORD_MAX)
		return -E2BIG;
	builder->head.size = (uint32_t)size;
	builder->head.strings_size = (uint32_t)builder->strings.used;
	schema = malloc(size);
	if (!schema)
		return -ENOMEM;
	*schema = builder->head;
	at = append((char *)(schema + 1), &builder->fields);
	at = append(at, &builder->names);
	append(at, &builder->strings);
	err = bpfhost_schema_check(schema, (uint32_t)size);
	if (err) {
		free(schema);
		return err;
	}
	*ret_schema = schema;
	return 0;
}
