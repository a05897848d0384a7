/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* What a reader of records relies on, whatever the text was. */
static void check_field(const struct format_field *field)
{
	uint64_t end = (uint64_t)field->value_offset + (uint64_t)field->value_size * field->count;

	require(field->name[0] && field->type);
	require(field->offset + field->size <= FORMAT_RECORD_MAX);
	require(field->value_offset >= field->offset);
	if (field->location == FORMAT_FIXED)
		require(end <= field->offset + field->size);
	if (field->class == FORMAT_INT || field->class == FORMAT_BOOL)
		require(field->value_size == 1 || field->value_size == 2 ||
			field->value_size == 4 || field->value_size == 8);
	require((field->labels.kind == FORMAT_NO_LABELS) == !field->labels.count);
	for (size_t i = 0; i < field->labels.count; i++)
		require(strlen(field->labels.items[i].text) <= FORMAT_TEXT_MAX);
	if (field->labels.count)
		require(strlen(field->labels.delimiter) <= FORMAT_TEXT_MAX);
}

static void parse(const char *category, const uint8_t *data, size_t size)
{
	struct format_error error = { 0 };
	struct format *format = NULL;
	int err = format_parse(category, (const char *)data, size, &format, &error);

	if (err) {
		require(!format && error.cause);
		return;
	}
	for (size_t i = 0; i < format->field_count; i++)
		check_field(&format->fields[i]);
	format_free(format);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	parse("syscalls", data, size);
	parse("sched", data, size);
	return 0;
}
