/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "parsed_back.h"

#include <bpfhost/event.h>
#include <stdlib.h>
#include <string.h>

void parsed_back_require(bool holds)
{
	if (!holds)
		abort();
}

/* Numbers exactly, where they all fit into what jansson has for integers; else as floating point. */
static json_t *parse(const char *line, size_t size)
{
	const size_t flags = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;
	json_error_t error;
	json_t *parsed;

	parsed_back_require(size > 0 && line[size - 1] == '\n' && !memchr(line, '\n', size - 1));
	parsed = json_loadb(line, size, flags, &error);
	if (!parsed && json_error_code(&error) == json_error_numeric_overflow)
		parsed = json_loadb(line, size, flags | JSON_DECODE_INT_AS_REAL, &error);
	parsed_back_require(json_is_object(parsed));
	return parsed;
}

/* Whether this name stands in the list that the line has under this key. */
static bool lists(const json_t *line, const char *key, const char *name)
{
	const json_t *list = json_object_get(line, key), *item;
	size_t i;

	if (!list)
		return false;
	parsed_back_require(json_array_size(list) > 0);
	json_array_foreach(list, i, item)
	{
		parsed_back_require(json_is_string(item));
		if (!strcmp(json_string_value(item), name))
			return true;
	}
	return false;
}

static bool is_present(const struct bpfhost_schema *schema,
		       const struct bpfhost_schema_field *field, const uint8_t *record)
{
	uint32_t bits;

	if (!(field->flags & BPFHOST_FIELD_OPTIONAL))
		return true;
	memcpy(&bits, record + schema->present, sizeof(bits));
	return bits >> BPFHOST_FIELD_PRESENT_BIT(field->flags) & 1;
}

static void check_field(const json_t *line, const char *name,
			const struct bpfhost_schema_field *field, const uint8_t *at)
{
	const json_t *value = json_object_get(json_object_get(line, "data"), name);
	bool is_replaced = lists(line, "bytes_replaced", name);

	if (field->count == 1) {
		parsed_back_value(value, field, at, is_replaced);
		return;
	}
	parsed_back_require(json_array_size(value) == field->count);
	for (uint32_t i = 0; i < field->count; i++)
		parsed_back_value(json_array_get(value, i), field, at + (size_t)i * field->size,
				  is_replaced);
}

static void check_data(const json_t *line, const struct bpfhost_schema *schema,
		       const uint8_t *record)
{
	const struct bpfhost_schema_field *fields = bpfhost_schema_fields(schema);
	size_t present = 0;

	for (uint32_t i = 0; i < schema->nfields; i++) {
		if (!is_present(schema, &fields[i], record))
			continue;
		present++;
		check_field(line, bpfhost_schema_string(schema, fields[i].name), &fields[i],
			    record + fields[i].offset);
	}
	parsed_back_require(json_object_size(json_object_get(line, "data")) == present);
}

static void check_number(const json_t *line, const char *key, uint64_t value)
{
	const json_t *found = json_object_get(line, key);

	parsed_back_require(json_is_number(found) && json_number_value(found) == (double)value);
}

static void check_task(const json_t *line, const struct bpfhost_event *event)
{
	const struct bpfhost_schema_field comm = { .kind = BPFHOST_STRING,
						   .size = BPFHOST_COMM_LEN };

	if (event->flags & BPFHOST_EVENT_NO_TASK) {
		parsed_back_require(!json_object_get(line, "pid"));
		return;
	}
	check_number(line, "pid", event->pid);
	check_number(line, "tid", event->tid);
	check_number(line, "uid", event->uid);
	/* A field of that name is listed under the same. */
	parsed_back_value(json_object_get(line, "comm"), &comm, (const uint8_t *)event->comm,
			  lists(line, "bytes_replaced", "comm"));
}

static void check_kind(const json_t *line, const char *kind)
{
	const json_t *time = json_object_get(line, "time");

	parsed_back_require(json_string_length(time) == strlen("2026-01-02T03:04:05.000000006Z"));
	parsed_back_require(json_is_string(json_object_get(line, "instance")) &&
			    json_is_string(json_object_get(line, "plugin")));
	parsed_back_require(!strcmp(json_string_value(json_object_get(line, "kind")), kind));
}

void parsed_back_json(const char *line, size_t size, const struct bpfhost_schema *schema,
		      const uint8_t *record)
{
	json_t *parsed = parse(line, size);
	struct bpfhost_event event;

	memcpy(&event, record, sizeof(event));
	check_kind(parsed, "event");
	check_number(parsed, "cpu", event.cpu);
	check_task(parsed, &event);
	check_data(parsed, schema, record);
	json_decref(parsed);
}

void parsed_back_notice(const char *line, size_t size, uint64_t count)
{
	json_t *parsed = parse(line, size), *data = json_object_get(parsed, "data");

	check_kind(parsed, "lost");
	check_number(data, "count", count);
	parsed_back_require(json_is_string(json_object_get(data, "reason")));
	json_decref(parsed);
}
