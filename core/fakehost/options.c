/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Options as a user writes them, by the plugin's own table. */
#include <bpfhost/option.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/nearest.h>

#include "private.h"

static const void *options_row_at(const struct bpfhost_plugin *plugin, uint32_t index)
{
	return (const char *)plugin->options + (size_t)index * plugin->option_size;
}

int fakehost_options_read(struct fakehost *host)
{
	const struct bpfhost_plugin *plugin = host->plugin;
	struct bpfhost_option row;
	size_t known = plugin->option_size < sizeof(row) ? plugin->option_size : sizeof(row);

	/* The name comes first, and always will. */
	while (plugin->options && *(const char *const *)options_row_at(plugin, host->noptions))
		host->noptions++;
	host->options = calloc(host->noptions + 1, sizeof(*host->options));
	for (uint32_t i = 0; host->options && i < host->noptions; i++)
		memcpy(&host->options[i], options_row_at(plugin, i), known);
	return host->options ? 0 : -ENOMEM;
}

static int options_fail(struct fakehost *host, const char *key, const char *cause)
{
	snprintf(host->error, sizeof(host->error), "option %s: %s", key, cause);
	return -EINVAL;
}

static const struct bpfhost_option *options_row(const struct fakehost *host, const char *key)
{
	for (uint32_t i = 0; i < host->noptions; i++)
		if (!strcmp(host->options[i].name, key))
			return &host->options[i];
	return NULL;
}

static uint32_t options_times(const struct fakehost *host, const char *key)
{
	uint32_t times = 0;

	for (uint32_t i = 0; i < host->ngiven; i++)
		times += !strcmp(host->given[i].key, key);
	return times;
}

static int options_unknown(struct fakehost *host, const char *key)
{
	const char **names = calloc(host->noptions + 1, sizeof(*names));
	const char *nearest = NULL;
	char cause[256];

	for (uint32_t i = 0; names && i < host->noptions; i++)
		names[i] = host->options[i].name;
	if (names)
		nearest = bpfhost_nearest(key, names, host->noptions);
	snprintf(cause, sizeof(cause), "the plugin has none of this name%s%s",
		 nearest ? "; did you mean " : "", nearest ? nearest : "");
	free(names);
	return options_fail(host, key, cause);
}

static int options_check(struct fakehost *host, const char *key, const char *text)
{
	const struct bpfhost_option *option = options_row(host, key);
	struct bpfhost_error why = { .text = "" };
	struct bpfhost_item item;
	int err;

	if (!option)
		return options_unknown(host, key);
	if (!(option->flags & BPFHOST_OPT_LIST) && options_times(host, key))
		return options_fail(host, key, "it takes one value and was given before");
	err = bpfhost_option_parse(option, text, &item, &why);
	return err ? options_fail(host, key, why.text) : 0;
}

int fakehost_options_add(struct fakehost *host, const char *key, const char *text)
{
	int err = options_check(host, key, text);
	struct fakehost_given *given;

	if (err)
		return err;
	given = reallocarray(host->given, host->ngiven + 1, sizeof(*given));
	if (!given)
		return -ENOMEM;
	host->given = given;
	given[host->ngiven] = (struct fakehost_given){ strdup(key), strdup(text) };
	host->ngiven++;
	return given[host->ngiven - 1].key && given[host->ngiven - 1].text ? 0 : -ENOMEM;
}

static int options_put(struct fakehost *host, const struct bpfhost_option *option,
		       struct bpfhost_item *item, const char *text)
{
	struct bpfhost_error why = { .text = "" };
	int err = bpfhost_option_parse(option, text, item, &why);

	item->text = text; /* the plugin's own, or of host->given, which outlives it */
	return err ? options_fail(host, option->name, why.text) : 0;
}

static int options_settle_row(struct fakehost *host, const struct bpfhost_option *option,
			      struct bpfhost_setting *setting)
{
	uint32_t times = options_times(host, option->name);
	struct bpfhost_item *items = calloc(times + 1, sizeof(*items));
	int err = 0;

	if (!items)
		return -ENOMEM;
	setting->items = items;
	setting->given = times > 0;
	if (!times && option->flags & BPFHOST_OPT_REQUIRED)
		return options_fail(host, option->name, "it must be given");
	for (uint32_t i = 0; i < host->ngiven && !err; i++)
		if (!strcmp(host->given[i].key, option->name))
			err = options_put(host, option, &items[setting->count++],
					  host->given[i].text);
	if (!times && option->default_text)
		err = options_put(host, option, &items[setting->count++], option->default_text);
	return err;
}

int fakehost_options_settle(struct fakehost *host)
{
	int err = 0;

	if (host->settings)
		return 0;
	host->settings = calloc(host->noptions + 1, sizeof(*host->settings));
	if (!host->settings)
		return -ENOMEM;
	for (uint32_t i = 0; i < host->noptions && !err; i++)
		err = options_settle_row(host, &host->options[i], &host->settings[i]);
	host->host.options = host->settings;
	return err;
}

void fakehost_options_drop(struct fakehost *host)
{
	for (uint32_t i = 0; host->settings && i < host->noptions; i++)
		free((void *)host->settings[i].items);
	for (uint32_t i = 0; i < host->ngiven; i++) {
		free(host->given[i].key);
		free(host->given[i].text);
	}
	free(host->settings);
	free(host->given);
	free(host->options);
}
