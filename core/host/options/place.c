/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options/place.h"

#include <stdbool.h>
#include <string.h>

/* Between two marks of the same kind. */
static bool place_quotes(const char *text, const char *value)
{
	size_t size = strlen(value);
	const char *at = text;

	while (size && (at = strstr(at, value))) {
		if (at > text && (at[-1] == '"' || at[-1] == '\'') && at[size] == at[-1])
			return true;
		at++;
	}
	return false;
}

/* Shorter ones may be a word of the sentence by chance. */
static const struct config_value *place_find_value(const struct config_texts *values,
						   const char *text,
						   const struct config_value *longest)
{
	for (size_t i = 0; i < values->count; i++) {
		const struct config_value *value = &values->items[i];

		if ((!longest || strlen(value->text) > strlen(longest->text)) &&
		    place_quotes(text, value->text))
			longest = value;
	}
	return longest;
}

static bool place_is_option(const char *text, const char *key)
{
	static const char option[] = "option ";
	size_t size = strlen(key);

	return !strncmp(text, option, sizeof(option) - 1) &&
	       !strncmp(text + sizeof(option) - 1, key, size) &&
	       text[sizeof(option) - 1 + size] == ':';
}

const char *options_place(const struct config_instance *instance, const char *text)
{
	const struct config_value *value = NULL;

	for (size_t i = 0; i < instance->setting_count; i++)
		value = place_find_value(&instance->settings[i].values, text, value);
	if (value)
		return value->origin;
	for (size_t i = 0; i < instance->setting_count; i++)
		if (place_is_option(text, instance->settings[i].key))
			return instance->settings[i].origin;
	return NULL;
}

static const struct config_value *place_find_exact(const struct config_texts *values,
						   const char *text)
{
	for (size_t i = 0; text[0] && i < values->count; i++)
		if (!strcmp(values->items[i].text, text))
			return &values->items[i];
	return NULL;
}

const char *options_place_probe(const struct config_instance *instance, const char *probe)
{
	const struct config_value *value = NULL;

	for (size_t i = 0; i < instance->setting_count && !value; i++)
		value = place_find_exact(&instance->settings[i].values, probe);
	return value ? value->origin : options_place(instance, probe);
}
