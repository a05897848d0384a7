/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "instance.h"

#include <stdlib.h>
#include <string.h>

#include "list.h"

static int copy_setting(struct config_instance *copy, const struct config_setting *setting)
{
	struct bpfhost_error ignored;
	int err = config_add_setting(copy, setting->key, NULL, setting->origin, &ignored);

	for (size_t i = 0; i < setting->values.count && !err; i++)
		err = config_add_setting(copy, setting->key, setting->values.items[i].text,
					 setting->values.items[i].origin, &ignored);
	return err;
}

static int fill_copy(struct config_instance *copy, const struct config_instance *instance)
{
	int err = 0;

	copy->allowed = instance->allowed;
	copy->plugin = strdup(instance->plugin);
	copy->name = strdup(instance->name);
	copy->origin = strdup(instance->origin);
	if (!copy->plugin || !copy->name || !copy->origin)
		return -1;
	for (size_t i = 0; i < instance->setting_count && !err; i++)
		err = copy_setting(copy, &instance->settings[i]);
	return err;
}

struct config_instance *config_copy_instance(const struct config_instance *instance)
{
	struct config_instance *copy = calloc(1, sizeof(*copy));

	if (copy && fill_copy(copy, instance)) {
		config_drop_instance(copy);
		return NULL;
	}
	return copy;
}

void config_drop_instance(struct config_instance *instance)
{
	if (instance)
		config_free_instance(instance);
	free(instance);
}

static bool same_values(const struct config_texts *a, const struct config_texts *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
		same = !strcmp(a->items[i].text, b->items[i].text);
	return same;
}

static const struct config_setting *find_setting(const struct config_instance *instance,
						 const char *key)
{
	for (size_t i = 0; i < instance->setting_count; i++)
		if (!strcmp(instance->settings[i].key, key))
			return &instance->settings[i];
	return NULL;
}

/* Keys are in no order, the values of one are. */
static bool same_settings(const struct config_instance *a, const struct config_instance *b)
{
	for (size_t i = 0; i < a->setting_count; i++) {
		const struct config_setting *other = find_setting(b, a->settings[i].key);

		if (!other || !same_values(&a->settings[i].values, &other->values))
			return false;
	}
	return a->setting_count == b->setting_count;
}

bool config_same_instance(const struct config_instance *a, const struct config_instance *b)
{
	return !strcmp(a->plugin, b->plugin) && !strcmp(a->name, b->name) &&
	       a->allowed == b->allowed && same_settings(a, b);
}

const struct config_instance *config_find_instance(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->instance_count; i++)
		if (!strcmp(config->instances[i].name, name))
			return &config->instances[i];
	return NULL;
}
