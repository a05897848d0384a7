/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "options/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/nearest.h>

#include <bpfhost/option.h>

static int options_no_memory(struct bpfhost_error *err)
{
	bpfhost_error_set(err, 0, "out of memory");
	return -ENOMEM;
}

/* "file.conf:12: option count of opens: cause" */
static int options_fail(const char *origin, const char *plugin, const char *key, const char *cause,
			struct bpfhost_error *err)
{
	/* A long path must not push the cause out of the line. */
	bpfhost_error_set(err, 0, "%.200s: option %.64s of %s: %s", origin, key, plugin, cause);
	return -EINVAL;
}

static int options_unknown(const char *plugin, const struct bpfhost_option *options, size_t count,
			   const struct config_setting *setting, struct bpfhost_error *err)
{
	const char **names = calloc(count + 1, sizeof(*names));
	const char *nearest = NULL;

	for (size_t i = 0; names && i < count; i++)
		names[i] = options[i].name;
	if (names)
		nearest = bpfhost_nearest(setting->key, names, count);
	if (nearest)
		bpfhost_error_set(err, 0,
				  "%s: plugin %s has no option \"%.64s\"; did you mean \"%s\"?",
				  setting->origin, plugin, setting->key, nearest);
	else
		bpfhost_error_set(err, 0, "%s: plugin %s has no option \"%.64s\"%s%s",
				  setting->origin, plugin, setting->key,
				  count ? "; see bpfhost --help " : " and no other",
				  count ? plugin : "");
	free(names);
	return -EINVAL;
}

static int options_check_keys(const char *plugin, const struct bpfhost_option *options,
			      size_t option_count, const struct config_setting *settings,
			      size_t setting_count, struct bpfhost_error *err)
{
	for (size_t i = 0; i < setting_count; i++) {
		size_t row = 0;

		while (row < option_count && strcmp(options[row].name, settings[i].key))
			row++;
		if (row == option_count)
			return options_unknown(plugin, options, option_count, &settings[i], err);
	}
	return 0;
}

static const struct config_setting *options_find(const struct config_instance *instance,
						 const char *key)
{
	for (size_t i = 0; i < instance->setting_count; i++)
		if (!strcmp(instance->settings[i].key, key))
			return &instance->settings[i];
	return NULL;
}

/* How many values a row has, and whether that is one too many or too few. What is missing stands where the plugin does. */
static int options_count(const char *plugin, const struct bpfhost_option *option,
			 const struct config_instance *instance,
			 const struct config_setting *setting, uint32_t *ret_count,
			 struct bpfhost_error *err)
{
	size_t count = setting ? setting->values.count : option->default_text ? 1 : 0;

	if (!count && (option->flags & BPFHOST_OPT_REQUIRED))
		return options_fail(setting ? setting->origin : instance->origin, plugin,
				    option->name, "it must be given", err);
	if (setting && !(option->flags & BPFHOST_OPT_LIST) && count != 1)
		return options_fail(count ? setting->values.items[1].origin : setting->origin,
				    plugin, option->name,
				    count ? "it takes one value and was given before"
					  : "it takes one value and has none",
				    err);
	if (count > UINT32_MAX)
		return options_fail(setting->origin, plugin, option->name, "too many values", err);
	*ret_count = count;
	return 0;
}

static int options_fill(const char *plugin, const struct bpfhost_option *option,
			const struct config_instance *instance, struct bpfhost_setting *into,
			struct bpfhost_error *err)
{
	const struct config_setting *setting = options_find(instance, option->name);
	struct bpfhost_item *items;
	int e = options_count(plugin, option, instance, setting, &into->count, err);

	if (e)
		return e;
	into->given = setting ? 1 : 0;
	items = calloc((size_t)into->count + 1, sizeof(*items));
	if (!items)
		return options_no_memory(err);
	into->items = items;
	for (uint32_t i = 0; i < into->count; i++) {
		const struct config_value *given = setting ? &setting->values.items[i] : NULL;
		const char *text = given ? given->text : option->default_text;
		struct bpfhost_error cause = { .text = "" };

		e = bpfhost_option_parse(option, text, &items[i], &cause);
		if (e)
			return options_fail(given ? given->origin : instance->origin, plugin,
					    option->name, cause.text, err);
		items[i].text = strdup(text);
		if (!items[i].text)
			return options_no_memory(err);
	}
	return 0;
}

static void options_drop(struct options_values **pvalues)
{
	options_free(*pvalues);
}

int options_resolve(const char *plugin, const struct bpfhost_option *options, size_t option_count,
		    const struct config_instance *instance, struct options_values **ret_values,
		    struct bpfhost_error *err)
{
	__attribute__((cleanup(options_drop))) struct options_values *values = NULL;
	int e = options_check_keys(plugin, options, option_count, instance->settings,
				   instance->setting_count, err);

	if (e)
		return e;
	values = calloc(1, sizeof(*values));
	if (!values)
		return options_no_memory(err);
	values->values = calloc(option_count + 1, sizeof(*values->values));
	if (!values->values)
		return options_no_memory(err);
	values->count = option_count;
	for (size_t i = 0; !e && i < option_count; i++)
		e = options_fill(plugin, &options[i], instance, &values->values[i], err);
	if (e)
		return e;
	*ret_values = values;
	values = NULL;
	return 0;
}

void options_free(struct options_values *values)
{
	if (!values)
		return;
	for (size_t i = 0; values->values && i < values->count; i++) {
		const struct bpfhost_setting *value = &values->values[i];

		for (uint32_t k = 0; value->items && k < value->count; k++)
			free((char *)value->items[k].text);
		free((struct bpfhost_item *)value->items);
	}
	free(values->values);
	free(values);
}

int options_check(const struct bpfhost_option *option, const char *text, struct bpfhost_error *err)
{
	struct bpfhost_item item;

	return bpfhost_option_parse(option, text, &item, err);
}
