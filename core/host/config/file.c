/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libconfig.h>

#include "apply.h"
#include "fail.h"
#include "list.h"
#include "option.h"
#include "precheck.h"

/*
 * Every value of the file becomes the text that --set or an option would have been given, with the
 * place where it stands. So one set of checks serves both.
 */

struct reader {
	struct config *config;
	const char *name; /* of the file */
	uint64_t fixed;   /* options that were given before this file */
	char origin[256]; /* "file.conf:12" of the setting at hand */
	char number[64];  /* room for a scalar's text */
	struct bpfhost_error *err;
};

static void set_origin(struct reader *reader, const config_setting_t *setting)
{
	snprintf(reader->origin, sizeof(reader->origin), "%.200s:%u", reader->name,
		 config_setting_source_line(setting));
}

/* Completes an error about the setting at hand: "file.conf:12: name: what". */
static int fail_setting(struct reader *reader, int failure, const char *name)
{
	char where[sizeof(reader->origin) + CONFIG_MAX_NAME + 3];

	snprintf(where, sizeof(where), "%s: %.63s", reader->origin, name);
	return config_fail_at(reader->err, failure == -ENOMEM ? -ENOMEM : -EINVAL, where);
}

/* As few digits as read back the same. */
static const char *float_text(struct reader *reader, double number)
{
	int digits = 6;

	do {
		snprintf(reader->number, sizeof(reader->number), "%.*g", digits, number);
	} while (strtod(reader->number, NULL) != number && ++digits <= 17);
	return reader->number;
}

/* Valid until the next call or the end of the setting; NULL for what is no scalar. */
static const char *scalar_text(struct reader *reader, const config_setting_t *setting)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_STRING:
		return config_setting_get_string(setting);
	case CONFIG_TYPE_INT64:
		snprintf(reader->number, sizeof(reader->number), "%lld",
			 config_setting_get_int64(setting));
		return reader->number;
	case CONFIG_TYPE_FLOAT:
		return float_text(reader, config_setting_get_float(setting));
	case CONFIG_TYPE_BOOL:
		return config_setting_get_bool(setting) ? "true" : "false";
	default:
		return NULL;
	}
}

static bool is_list(const config_setting_t *setting)
{
	return config_setting_type(setting) == CONFIG_TYPE_ARRAY ||
	       config_setting_type(setting) == CONFIG_TYPE_LIST;
}

typedef int take_fn(struct reader *reader, void *target, const char *name, const char *text);

/* Hands over a scalar, or each scalar of a list. */
static int take_values(struct reader *reader, const config_setting_t *setting, take_fn *take,
		       void *target)
{
	const char *name = config_setting_name(setting);
	bool list = is_list(setting);
	int count = list ? config_setting_length(setting) : 1;
	int ret = 0;

	for (int i = 0; i < count && !ret; i++) {
		const config_setting_t *item = setting;
		const char *text;

		if (list)
			item = config_setting_get_elem(setting, (unsigned int)i);
		set_origin(reader, item);
		text = scalar_text(reader, item);
		if (text)
			ret = take(reader, target, name, text);
		else
			ret = config_fail(reader->err, "takes a value or a list of values");
	}
	return ret ? fail_setting(reader, ret, name) : 0;
}

static int take_instance_value(struct reader *reader, void *target, const char *name,
			       const char *text)
{
	return config_add_setting(target, name, text, reader->origin, reader->err);
}

static int take_allowance(struct reader *reader, void *target, const char *name, const char *text)
{
	(void)name;
	return config_allow(target, text, reader->err);
}

static int read_instance_setting(struct reader *reader, struct config_instance *instance,
				 const config_setting_t *setting)
{
	const char *name = config_setting_name(setting);
	int ret;

	if (!strcmp(name, "plugin") || !strcmp(name, "name"))
		return 0;
	if (!strcmp(name, "allow"))
		return take_values(reader, setting, take_allowance, instance);
	set_origin(reader, setting);
	ret = config_add_setting(instance, name, NULL, reader->origin, reader->err);
	if (ret)
		return fail_setting(reader, ret, name);
	return take_values(reader, setting, take_instance_value, instance);
}

/* A name of a plugin or instance; NULL, without error, where there is none. */
static int read_word(struct reader *reader, const config_setting_t *group, const char *name,
		     const char **ret_word)
{
	const config_setting_t *setting = config_setting_get_member(group, name);

	*ret_word = NULL;
	if (!setting)
		return 0;
	set_origin(reader, setting);
	*ret_word = config_setting_get_string(setting);
	if (*ret_word)
		return 0;
	return fail_setting(reader, config_fail(reader->err, "takes a \"quoted\" text"), name);
}

static int read_instance(struct reader *reader, const config_setting_t *group)
{
	struct config_instance *instance;
	const char *plugin, *name;
	int ret;

	set_origin(reader, group);
	if (!config_setting_is_group(group))
		return fail_setting(reader,
				    config_fail(reader->err, "each is a group in braces, "
							     "{ plugin = \"NAME\"; ... }"),
				    "plugins");
	ret = read_word(reader, group, "plugin", &plugin);
	if (ret)
		return ret;
	if (!plugin)
		return fail_setting(reader,
				    config_fail(reader->err, "a group without plugin = "
							     "\"NAME\""),
				    "plugins");
	ret = read_word(reader, group, "name", &name);
	if (ret)
		return ret;
	ret = config_add_instance(reader->config, plugin, name, reader->origin, &instance,
				  reader->err);
	if (ret)
		return fail_setting(reader, ret, "plugins");
	for (int i = 0; i < config_setting_length(group) && !ret; i++)
		ret = read_instance_setting(reader, instance,
					    config_setting_get_elem(group, (unsigned int)i));
	return ret;
}

static int read_plugins(struct reader *reader, const config_setting_t *list)
{
	int ret = 0;

	set_origin(reader, list);
	if (!config_setting_is_list(list))
		return fail_setting(reader,
				    config_fail(reader->err, "is a list in parentheses, "
							     "( { plugin = \"NAME\"; } )"),
				    "plugins");
	for (int i = 0; i < config_setting_length(list) && !ret; i++)
		ret = read_instance(reader, config_setting_get_elem(list, (unsigned int)i));
	return ret;
}

struct option_target {
	const struct config_option *option;
	struct config *config;
};

static int take_option_value(struct reader *reader, void *target, const char *name,
			     const char *text)
{
	const struct option_target *option = target;

	(void)name;
	return config_option_apply(option->option, option->config, text, reader->origin,
				   reader->err);
}

/* What the command line has decided is still checked, on a run that is thrown away. */
static int read_option(struct reader *reader, const config_setting_t *setting)
{
	__attribute__((cleanup(config_free))) struct config scratch;
	struct option_target target = { .config = reader->config };
	const char *name = config_setting_name(setting);

	config_setup(&scratch);
	set_origin(reader, setting);
	target.option = config_option_by_name(name, true, reader->err);
	if (!target.option)
		return config_fail_at(reader->err, -EINVAL, reader->origin);
	if (is_list(setting) && !(target.option->flags & CONFIG_OPTION_LIST))
		return fail_setting(reader, config_fail(reader->err, "takes one value, no list"),
				    name);
	if ((reader->fixed & config_option_bit(target.option->name)) &&
	    !(target.option->flags & CONFIG_OPTION_ADDS))
		target.config = &scratch;
	return take_values(reader, setting, take_option_value, &target);
}

static int read_root(struct reader *reader, const config_t *file)
{
	const config_setting_t *root = config_root_setting(file);
	int ret = 0;

	for (int i = 0; i < config_setting_length(root) && !ret; i++) {
		const config_setting_t *setting = config_setting_get_elem(root, (unsigned int)i);

		if (!strcmp(config_setting_name(setting), "plugins"))
			ret = read_plugins(reader, setting);
		else
			ret = read_option(reader, setting);
	}
	return ret;
}

int config_load_text(struct config *config, const char *name, const char *text, size_t length,
		     struct bpfhost_error *err)
{
	__attribute__((cleanup(config_free_string))) char *checked = NULL;
	struct reader reader = {
		.config = config, .name = name, .fixed = config->given, .err = err
	};
	__attribute__((cleanup(config_destroy))) config_t file;
	int ret;

	config_init(&file);
	ret = precheck_text(name, text, length, &checked, err);
	if (ret)
		return ret;
	if (!config_read_string(&file, checked))
		return config_fail(err, "%.200s:%d: %.250s", name, config_error_line(&file),
				   config_error_text(&file));
	return read_root(&reader, &file);
}

int config_load_file(struct config *config, const char *path, struct bpfhost_error *err)
{
	__attribute__((cleanup(config_free_string))) char *text = NULL;
	size_t length = 0;
	int ret = precheck_read(path, &text, &length, err);

	return ret ? ret : config_load_text(config, path, text, length, err);
}
