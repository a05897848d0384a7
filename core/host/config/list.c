/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void *config_grow(void *items, size_t count, size_t size)
{
	char *grown = reallocarray(items, count + 1, size);

	if (grown)
		memset(grown + count * size, 0, size);
	return grown;
}

int config_push_text(struct config_texts *texts, const char *text, const char *origin)
{
	struct config_value *items = config_grow(texts->items, texts->count, sizeof(*items));
	struct config_value *value;

	if (!items)
		return -ENOMEM;
	texts->items = items;
	value = &items[texts->count];
	value->text = strdup(text);
	value->origin = strdup(origin);
	if (!value->text || !value->origin) {
		config_free_value(value);
		return -ENOMEM;
	}
	texts->count++;
	return 0;
}

int config_push_id(struct config_ids *ids, uint32_t id, const char *origin)
{
	uint32_t *items = config_grow(ids->items, ids->count, sizeof(*items));
	char **origins;

	if (!items)
		return -ENOMEM;
	ids->items = items;
	origins = config_grow(ids->origins, ids->count, sizeof(*origins));
	if (!origins)
		return -ENOMEM;
	ids->origins = origins;
	origins[ids->count] = strdup(origin);
	if (!origins[ids->count])
		return -ENOMEM;
	items[ids->count++] = id;
	return 0;
}

int config_replace_string(char **string, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	free(*string);
	*string = copy;
	return 0;
}

void config_free_string(char **string)
{
	free(*string);
	*string = NULL;
}

void config_free_value(struct config_value *value)
{
	free(value->text);
	free(value->origin);
	*value = (struct config_value){ 0 };
}

void config_free_texts(struct config_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		config_free_value(&texts->items[i]);
	free(texts->items);
	*texts = (struct config_texts){ 0 };
}

void config_free_ids(struct config_ids *ids)
{
	for (size_t i = 0; i < ids->count; i++)
		free(ids->origins[i]);
	free(ids->origins);
	free(ids->items);
	*ids = (struct config_ids){ 0 };
}

void config_free_instance(struct config_instance *instance)
{
	for (size_t i = 0; i < instance->setting_count; i++) {
		free(instance->settings[i].key);
		free(instance->settings[i].origin);
		config_free_texts(&instance->settings[i].values);
	}
	free(instance->settings);
	free(instance->plugin);
	free(instance->name);
	free(instance->origin);
	*instance = (struct config_instance){ 0 };
}
