/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/types.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* An instance may have as many types as there are probes in the kernel, and some. */
#define TYPES_MAX 65536
/* Bytes of all schemas of an instance: 64 KiB of fields for each of 1,000 types. */
#define TYPES_BYTES_MAX (64U << 20)

static uint32_t types_hash(const unsigned char *bytes, uint32_t size)
{
	uint32_t hash = 2166136261U; /* FNV-1a */

	for (uint32_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 16777619U;
	return hash;
}

/* The first entry whose id is not below. */
static size_t types_place(const struct types *types, uint32_t id)
{
	size_t low = 0, high = types->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (types->entries[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct type_entry *types_find(const struct types *types, uint32_t id)
{
	size_t place = types_place(types, id);

	if (place == types->count || types->entries[place].id != id)
		return NULL;
	return &types->entries[place];
}

static void types_entry_free(struct type_entry *entry)
{
	filter_bound_free(entry->filter);
	sink_type_free(entry->type);
}

static int types_insert(struct types *types, const struct type_entry *entry, uint32_t size)
{
	struct type_entry *entries;
	size_t place = types_place(types, entry->id);

	if (types->count == TYPES_MAX || types->bytes + size > TYPES_BYTES_MAX)
		return -E2BIG;
	entries = reallocarray(types->entries, types->count + 1, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	types->entries = entries;
	memmove(entries + place + 1, entries + place, (types->count - place) * sizeof(*entries));
	entries[place] = *entry;
	types->count++;
	types->bytes += size;
	return 0;
}

static int types_compile(struct types *types, const struct bpfhost_schema *schema, uint32_t hash,
			 const char *instance, const char *plugin, const struct filter *filter)
{
	struct type_entry entry = { .id = schema->type, .hash = hash };
	int err = sink_type_new(schema, instance, plugin, &entry.type);

	if (!err && filter)
		err = filter_bind(filter, entry.type, &entry.filter);
	if (!err)
		err = types_insert(types, &entry, schema->size);
	if (err)
		types_entry_free(&entry);
	return err;
}

int types_add(struct types *types, const void *bytes, uint32_t size, const char *instance,
	      const char *plugin, const struct filter *filter)
{
	const struct bpfhost_schema *schema = bytes;
	uint32_t hash = types_hash(bytes, size);
	const struct type_entry *known;

	if (bpfhost_schema_check(bytes, size) < 0)
		return -EINVAL;
	known = types_find(types, schema->type);
	if (known)
		return known->hash == hash ? 0 : -EEXIST;
	return types_compile(types, schema, hash, instance, plugin, filter);
}

void types_free(struct types *types)
{
	for (size_t i = 0; i < types->count; i++)
		types_entry_free(&types->entries[i]);
	free(types->entries);
	memset(types, 0, sizeof(*types));
}
