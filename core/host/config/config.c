/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "fail.h"
#include "file.h"
#include "list.h"
#include "option.h"
#include "precheck.h"

void config_setup(struct config *config)
{
	*config = (struct config){
		.log_level = CONFIG_LOG_INFO,
		.memory_limit = CONFIG_DEFAULT_MEMORY_LIMIT,
		.call_limit_ns = 10000000000,
		.window_ns = 10000000,
		.restart_limit = 5,
		.umask = 077,
	};
}

void config_free(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->instance_count; i++)
		config_free_instance(&config->instances[i]);
	free(config->instances);
	free(config->target);
	free(config->glob);
	free(config->kind);
	free(config->config_path);
	free(config->output);
	free(config->output_origin);
	free(config->verifier_log);
	free(config->control);
	config_free_texts(&config->words);
	config_free_ids(&config->pids);
	config_free_ids(&config->uids);
	config_free_texts(&config->comms);
	config_free_texts(&config->cgroups);
	config_free_value(&config->filter);
	config_free_texts(&config->plugin_dirs);
	config_free_texts(&config->trust_dirs);
	config_setup(config);
}

static int check_name(const char *what, const char *name, struct bpfhost_error *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-.";
	size_t length = strspn(name, allowed);

	if (!*name)
		return config_fail(err, "the %s is empty", what);
	if (name[length])
		return config_fail(err,
				   "%s \"%" CONFIG_SHOWN "\" may hold letters, digits, _ - . only",
				   what, name);
	if (*name == '.' || *name == '-' || strstr(name, ".."))
		return config_fail(err,
				   "%s \"%" CONFIG_SHOWN
				   "\" may not begin with . or -, nor hold two dots",
				   what, name);
	if (length > CONFIG_MAX_NAME)
		return config_fail(err, "%s \"%" CONFIG_SHOWN "\" is longer than %d bytes", what,
				   name, CONFIG_MAX_NAME);
	return 0;
}

/* What a plugin's file may be called, which is less than an instance may be. */
static int check_plugin(const char *name, struct bpfhost_error *err)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	if (*name && !name[length] && length <= CONFIG_MAX_PLUGIN)
		return 0;
	return config_fail(err,
			   "\"%" CONFIG_SHOWN
			   "\" can be no plugin's name: 1 to %d of a-z 0-9 _ -%s",
			   name, CONFIG_MAX_PLUGIN,
			   strstr(name, ".so") ? "; a plugin is named without .so" : "");
}

static int check_unique(const struct config *config, const char *plugin, const char *name,
			struct bpfhost_error *err)
{
	for (size_t i = 0; i < config->instance_count; i++) {
		const struct config_instance *other = &config->instances[i];

		if (strcmp(other->name, name))
			continue;
		return config_fail(err,
				   "there is an instance \"%" CONFIG_SHOWN "\" already (%.200s); "
				   "name this one, as in %" CONFIG_SHOWN "@other",
				   name, other->origin, plugin);
	}
	return 0;
}

static int fill_instance(struct config_instance *instance, const char *plugin, const char *name,
			 const char *origin)
{
	instance->plugin = strdup(plugin);
	instance->name = strdup(name);
	instance->origin = strdup(origin);
	if (!instance->plugin || !instance->name || !instance->origin) {
		config_free_instance(instance);
		return -ENOMEM;
	}
	return 0;
}

int config_add_instance(struct config *config, const char *plugin, const char *name,
			const char *origin, struct config_instance **ret_instance,
			struct bpfhost_error *err)
{
	struct config_instance *instances;
	int ret = check_plugin(plugin, err);

	if (!ret && name)
		ret = check_name("instance name", name, err);
	if (!ret)
		ret = check_unique(config, plugin, name ? name : plugin, err);
	if (ret)
		return ret;
	if (config->instance_count == CONFIG_MAX_INSTANCES)
		return config_fail(err, "more than %d instances", CONFIG_MAX_INSTANCES);
	instances = config_grow(config->instances, config->instance_count, sizeof(*instances));
	if (!instances)
		return config_fail_memory(err);
	config->instances = instances;
	instances += config->instance_count;
	if (fill_instance(instances, plugin, name ? name : plugin, origin))
		return config_fail_memory(err);
	config->instance_count++;
	if (ret_instance)
		*ret_instance = instances;
	return 0;
}

static struct config_setting *find_setting(struct config_instance *instance, const char *key)
{
	for (size_t i = 0; i < instance->setting_count; i++) {
		if (!strcmp(instance->settings[i].key, key))
			return &instance->settings[i];
	}
	return NULL;
}

static struct config_setting *new_setting(struct config_instance *instance, const char *key,
					  const char *origin)
{
	struct config_setting *settings;

	settings = config_grow(instance->settings, instance->setting_count, sizeof(*settings));
	if (!settings)
		return NULL;
	instance->settings = settings;
	settings += instance->setting_count++;
	settings->key = strdup(key);
	settings->origin = strdup(origin);
	return settings->key && settings->origin ? settings : NULL;
}

int config_add_setting(struct config_instance *instance, const char *key, const char *text,
		       const char *origin, struct bpfhost_error *err)
{
	struct config_setting *setting;
	int ret = check_name("option name", key, err);

	if (ret)
		return ret;
	setting = find_setting(instance, key);
	if (!setting)
		setting = new_setting(instance, key, origin);
	if (!setting)
		return config_fail_memory(err);
	if (text && config_push_text(&setting->values, text, origin))
		return config_fail_memory(err);
	return 0;
}

/* --quiet and --verbose are short for a log level; between file and command line, the latter. */
static int settle_log_level(struct config *config, uint64_t on_command_line,
			    struct bpfhost_error *err)
{
	uint64_t quiet = config_option_bit("quiet");

	if (config->quiet && config->verbose && (on_command_line & quiet))
		return config_fail(err, "--quiet and --verbose contradict each other");
	if (config->verbose)
		config->quiet = false;
	if (config->given & config_option_bit("log-level"))
		return 0;
	if (config->quiet)
		config->log_level = CONFIG_LOG_ERROR;
	else if (config->verbose)
		config->log_level = CONFIG_LOG_DEBUG;
	return 0;
}

static int gather_default(struct config *config, const char *path, struct bpfhost_error *err)
{
	int ret = config_load_file(config, path, err);

	config->file_read = !ret;
	if (ret == -ENOENT && config->control)
		return 0;
	if (ret == -ENOENT) {
		config_fail(err, "nothing to run: no --plugin, no --config, and no %s", path);
		return -ENODATA;
	}
	return ret;
}

/* A file that was asked for by name must be there. */
static int gather_named(struct config *config, struct bpfhost_error *err)
{
	int ret = config_load_file(config, config->config_path, err);

	config->file_read = !ret;
	return !ret || ret == -ENOMEM ? ret : -EINVAL;
}

int config_gather(struct config *config, int argc, char *const argv[], const char *default_path,
		  struct bpfhost_error *err)
{
	const char *path = default_path;
	uint64_t on_command_line;
	int ret;

	config->argc = argc;
	config->argv = argv;
	config->default_path = default_path;
	ret = cli_parse(config, argc, argv, err);

	if (ret || config->command == CONFIG_HELP || config->command == CONFIG_VERSION ||
	    config->command == CONFIG_CTL)
		return ret;
	on_command_line = config->given;
	if (config->config_path) {
		path = config->config_path;
		ret = gather_named(config, err);
	} else if (config->command == CONFIG_RUN && !config->instance_count) {
		ret = gather_default(config, path, err);
	}
	if (ret)
		return ret == -ENODATA || ret == -ENOMEM ? ret : -EINVAL;
	/* One that can be told later may begin with none. */
	if (config->command == CONFIG_RUN && !config->instance_count && !config->control)
		return config_fail(err, "%.200s: names no plugin to run", path);
	return settle_log_level(config, on_command_line, err);
}

int config_gather_again(const struct config *config, struct config *fresh,
			struct bpfhost_error *err)
{
	int ret;

	if (!config->argv)
		return config_fail(err, "there is no configuration that could be read again");
	ret = config_gather(fresh, config->argc, config->argv, config->default_path, err);
	if (ret || fresh->file_read)
		return ret;
	if (fresh->instance_count)
		return config_fail(err, "there is no file to read again: the command line says "
					"what to run, without --config");
	return config_fail(err, "there is no file to read again: no --config, and no %s",
			   config->default_path);
}
