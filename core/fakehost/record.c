/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Keeping what a plugin said, and handing it to the test. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

int fakehost_record_add(struct fakehost *host, enum fakehost_kind kind, const void *bytes,
			uint32_t size)
{
	struct fakehost_list *list = &host->lists[kind];
	struct fakehost_item *items = reallocarray(list->items, list->count + 1, sizeof(*items));
	char *copy = malloc((size_t)size + 1);

	if (items)
		list->items = items;
	if (!items || !copy) {
		free(copy);
		return -ENOMEM;
	}
	memcpy(copy, bytes, size);
	copy[size] = '\0';
	items[list->count++] = (struct fakehost_item){ copy, size };
	return 0;
}

void fakehost_record_text(struct fakehost *host, enum fakehost_kind kind, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		return;
	fakehost_record_add(host, kind, text, (uint32_t)length);
	free(text);
}

void fakehost_record_free(struct fakehost *host)
{
	for (uint32_t kind = 0; kind < FAKEHOST_KINDS; kind++) {
		for (uint32_t i = 0; i < host->lists[kind].count; i++)
			free(host->lists[kind].items[i].bytes);
		free(host->lists[kind].items);
	}
}

uint32_t fakehost_count(const struct fakehost *host, enum fakehost_kind kind)
{
	return host->lists[kind].count;
}

const void *fakehost_bytes(const struct fakehost *host, enum fakehost_kind kind, uint32_t index,
			   uint32_t *ret_size)
{
	const struct fakehost_list *list = &host->lists[kind];

	if (index >= list->count)
		return NULL;
	if (ret_size)
		*ret_size = list->items[index].size;
	return list->items[index].bytes;
}

const char *fakehost_text(const struct fakehost *host, enum fakehost_kind kind, uint32_t index)
{
	return fakehost_bytes(host, kind, index, NULL);
}

const struct bpfhost_schema *fakehost_schema(const struct fakehost *host, const char *event)
{
	for (uint32_t i = 0; i < fakehost_count(host, FAKEHOST_SCHEMA); i++) {
		const struct bpfhost_schema *schema =
			fakehost_bytes(host, FAKEHOST_SCHEMA, i, NULL);

		if (!strcmp(bpfhost_schema_string(schema, schema->name), event))
			return schema;
	}
	return NULL;
}
