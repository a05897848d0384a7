/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "apply.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/plugin.h>
#include <bpfhost/unit.h>

#include "fail.h"
#include "list.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* The kernel's TASK_COMM_LEN less its NUL. */
#define MAX_COMM 15

#define MIN_RING_SIZE 4096
#define MAX_RING_SIZE (1ULL << 30)

static int find_word(const char *what, const char *text, const char *const *words, size_t count,
		     size_t *ret_index, struct bpfhost_error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(words[i], text)) {
			*ret_index = i;
			return 0;
		}
	}
	return config_fail_unknown(err, what, text, words, count);
}

static int find_bool(const char *text, bool *ret_value, struct bpfhost_error *err)
{
	static const char *const words[] = { "false", "true" };
	size_t index = 0;
	int ret = find_word("truth value", text, words, ARRAY_SIZE(words), &index, err);

	if (!ret)
		*ret_value = index;
	return ret;
}

static int add_text(struct config_texts *texts, const char *text, const char *origin,
		    struct bpfhost_error *err)
{
	if (!*text)
		return config_fail(err, "the value is empty");
	return config_push_text(texts, text, origin) ? config_fail_memory(err) : 0;
}

static int replace_string(char **string, const char *text, struct bpfhost_error *err)
{
	if (!*text)
		return config_fail(err, "the value is empty");
	return config_replace_string(string, text) ? config_fail_memory(err) : 0;
}

/* Splits NAME[@INSTANCE]. */
int config_apply_plugin(struct config *config, const char *text, const char *origin,
			struct bpfhost_error *err)
{
	__attribute__((cleanup(config_free_string))) char *plugin = strdup(text);
	char *at;

	if (!plugin)
		return config_fail_memory(err);
	at = strchr(plugin, '@');
	if (at)
		*at++ = '\0';
	return config_add_instance(config, plugin, at, origin, NULL, err);
}

int config_apply_set(struct config *config, const char *text, const char *origin,
		     struct bpfhost_error *err)
{
	__attribute__((cleanup(config_free_string))) char *key = strdup(text);
	char *equals;

	if (!key)
		return config_fail_memory(err);
	if (!config->instance_count)
		return config_fail(err, "belongs to the --plugin before it, and there is none");
	equals = strchr(key, '=');
	if (!equals)
		return config_fail(err, "\"%" CONFIG_SHOWN "\" is not KEY=VALUE", text);
	*equals = '\0';
	return config_add_setting(&config->instances[config->instance_count - 1], key, equals + 1,
				  origin, err);
}

static const char *const allow_words[] = { "write_user", "override", "signal" };
static const uint64_t allow_bits[] = { BPFHOST_NEED_WRITE_USER, BPFHOST_NEED_OVERRIDE,
				       BPFHOST_NEED_SIGNAL };

int config_allow(struct config_instance *instance, const char *text, struct bpfhost_error *err)
{
	size_t index = 0;
	int ret = find_word("change", text, allow_words, ARRAY_SIZE(allow_words), &index, err);

	if (!ret)
		instance->allowed |= allow_bits[index];
	return ret;
}

const char *config_allow_word(size_t index, uint64_t *ret_bit)
{
	if (index >= ARRAY_SIZE(allow_words))
		return NULL;
	*ret_bit = allow_bits[index];
	return allow_words[index];
}

int config_apply_allow(struct config *config, const char *text, const char *origin,
		       struct bpfhost_error *err)
{
	(void)origin;
	if (!config->instance_count)
		return config_fail(err, "belongs to the --plugin before it, and there is none");
	return config_allow(&config->instances[config->instance_count - 1], text, err);
}

int config_apply_config(struct config *config, const char *text, const char *origin,
			struct bpfhost_error *err)
{
	(void)origin;
	if (config->config_path)
		return config_fail(err,
				   "only one file can be read, \"%" CONFIG_SHOWN
				   "\" was given before",
				   config->config_path);
	return replace_string(&config->config_path, text, err);
}

int config_apply_format(struct config *config, const char *text, const char *origin,
			struct bpfhost_error *err)
{
	static const char *const words[] = { "text", "json" };
	size_t index = 0;
	int ret = find_word("format", text, words, ARRAY_SIZE(words), &index, err);

	(void)origin;
	if (!ret)
		config->format = (enum config_format)index;
	return ret;
}

int config_apply_output(struct config *config, const char *text, const char *origin,
			struct bpfhost_error *err)
{
	int ret = replace_string(&config->output, text, err);

	if (ret)
		return ret;
	return config_replace_string(&config->output_origin, origin) ? config_fail_memory(err) : 0;
}

int config_apply_verifier_log(struct config *config, const char *text, const char *origin,
			      struct bpfhost_error *err)
{
	(void)origin;
	return replace_string(&config->verifier_log, text, err);
}

int config_apply_pid(struct config *config, const char *text, const char *origin,
		     struct bpfhost_error *err)
{
	uint64_t number;
	int ret = bpfhost_parse_number(text, 1, INT32_MAX, &number, err);

	if (ret)
		return ret;
	return config_push_id(&config->pids, (uint32_t)number, origin) ? config_fail_memory(err)
								       : 0;
}

int config_apply_comm(struct config *config, const char *text, const char *origin,
		      struct bpfhost_error *err)
{
	if (strlen(text) > MAX_COMM)
		return config_fail(err,
				   "\"%" CONFIG_SHOWN "\" is longer than the %d bytes the kernel "
				   "keeps; write \"%.*s\"",
				   text, MAX_COMM, MAX_COMM, text);
	return add_text(&config->comms, text, origin, err);
}

static int find_user(const char *name, uint32_t *ret_uid, struct bpfhost_error *err)
{
	struct passwd entry, *found = NULL;
	char buffer[16384];
	int ret = getpwnam_r(name, &entry, buffer, sizeof(buffer), &found);

	if (!found && ret)
		return config_fail(err, "failed to look up user \"%" CONFIG_SHOWN "\": %s", name,
				   strerror(ret));
	if (!found)
		return config_fail(err, "there is no user \"%" CONFIG_SHOWN "\"", name);
	*ret_uid = entry.pw_uid;
	return 0;
}

/* All ones is not a user but the kernel's "no change" (chown, setresuid). */
int config_apply_uid(struct config *config, const char *text, const char *origin,
		     struct bpfhost_error *err)
{
	uint64_t number = 0;
	uint32_t uid = 0;
	int ret;

	if (!*text)
		return config_fail(err, "the value is empty");
	if (text[strspn(text, "0123456789")]) {
		ret = find_user(text, &uid, err);
	} else {
		ret = bpfhost_parse_number(text, 0, UINT32_MAX - 1, &number, err);
		uid = (uint32_t)number;
	}
	if (ret)
		return ret;
	return config_push_id(&config->uids, uid, origin) ? config_fail_memory(err) : 0;
}

int config_apply_cgroup(struct config *config, const char *text, const char *origin,
			struct bpfhost_error *err)
{
	return add_text(&config->cgroups, text, origin, err);
}

int config_apply_filter(struct config *config, const char *text, const char *origin,
			struct bpfhost_error *err)
{
	int ret = replace_string(&config->filter.text, text, err);

	return ret ? ret : replace_string(&config->filter.origin, origin, err);
}

/* Added to any time of CLOCK_MONOTONIC, it does not wrap. */
#define HOURS_MAX 2500000ULL

static int bounded_time(const char *text, uint64_t *time_ns, struct bpfhost_error *err)
{
	uint64_t parsed;
	int ret = bpfhost_parse_time(text, &parsed, err);

	if (!ret && parsed > HOURS_MAX * 3600000000000ULL)
		return config_fail(err, "must be at most %lluh", HOURS_MAX);
	if (!ret)
		*time_ns = parsed;
	return ret;
}

static int positive_time(const char *text, uint64_t *time_ns, struct bpfhost_error *err)
{
	uint64_t parsed = 0;
	int ret = bounded_time(text, &parsed, err);

	if (!ret && !parsed)
		return config_fail(err, "must be more than 0");
	if (!ret)
		*time_ns = parsed;
	return ret;
}

int config_apply_duration(struct config *config, const char *text, const char *origin,
			  struct bpfhost_error *err)
{
	(void)origin;
	return positive_time(text, &config->duration_ns, err);
}

int config_apply_count(struct config *config, const char *text, const char *origin,
		       struct bpfhost_error *err)
{
	(void)origin;
	return bpfhost_parse_number(text, 1, UINT64_MAX, &config->count, err);
}

int config_apply_on_error(struct config *config, const char *text, const char *origin,
			  struct bpfhost_error *err)
{
	static const char *const words[] = { "continue", "abort" };
	size_t index = 0;
	int ret = find_word("reaction", text, words, ARRAY_SIZE(words), &index, err);

	(void)origin;
	if (!ret)
		config->on_error = (enum config_on_error)index;
	return ret;
}

int config_apply_log_level(struct config *config, const char *text, const char *origin,
			   struct bpfhost_error *err)
{
	static const char *const words[] = { "error", "warn", "info", "debug", "trace" };
	size_t index = 0;
	int ret = find_word("log level", text, words, ARRAY_SIZE(words), &index, err);

	(void)origin;
	if (!ret)
		config->log_level = (enum config_log_level)index;
	return ret;
}

int config_apply_plugin_dir(struct config *config, const char *text, const char *origin,
			    struct bpfhost_error *err)
{
	return add_text(&config->plugin_dirs, text, origin, err);
}

int config_apply_trust(struct config *config, const char *text, const char *origin,
		       struct bpfhost_error *err)
{
	return add_text(&config->trust_dirs, text, origin, err);
}

int config_apply_ring_size(struct config *config, const char *text, const char *origin,
			   struct bpfhost_error *err)
{
	uint64_t size;
	int ret = bpfhost_parse_size(text, &size, err);

	(void)origin;
	if (!ret && (size < MIN_RING_SIZE || size > MAX_RING_SIZE))
		return config_fail(err, "\"%" CONFIG_SHOWN "\" is out of range (4KiB to 1GiB)",
				   text);
	if (!ret)
		config->ring_size = size;
	return ret;
}

#define MIN_MEMORY_LIMIT (64ULL << 20)

int config_apply_memory_limit(struct config *config, const char *text, const char *origin,
			      struct bpfhost_error *err)
{
	uint64_t size;
	int ret = bpfhost_parse_size(text, &size, err);

	(void)origin;
	if (!ret && size && size < MIN_MEMORY_LIMIT)
		return config_fail(err,
				   "\"%" CONFIG_SHOWN "\" is out of range (64MiB and more, or 0)",
				   text);
	if (!ret)
		config->memory_limit = size;
	return ret;
}

#define CALL_LIMIT_LEAST 1000000ULL /* ns, in which times are told */

int config_apply_call_limit(struct config *config, const char *text, const char *origin,
			    struct bpfhost_error *err)
{
	uint64_t limit = 0;
	int ret = positive_time(text, &limit, err);

	(void)origin;
	if (!ret && limit < CALL_LIMIT_LEAST)
		return config_fail(err, "must be at least 1ms");
	if (!ret)
		config->call_limit_ns = limit;
	return ret;
}

/* None at all is fine: then nothing waits, and what comes out of order is late. */
int config_apply_window(struct config *config, const char *text, const char *origin,
			struct bpfhost_error *err)
{
	(void)origin;
	return bounded_time(text, &config->window_ns, err);
}

int config_apply_restart_limit(struct config *config, const char *text, const char *origin,
			       struct bpfhost_error *err)
{
	uint64_t number;
	int ret = bpfhost_parse_number(text, 0, 1000000, &number, err);

	(void)origin;
	if (!ret)
		config->restart_limit = (uint32_t)number;
	return ret;
}

int config_apply_control(struct config *config, const char *text, const char *origin,
			 struct bpfhost_error *err)
{
	(void)origin;
	return replace_string(&config->control, text, err);
}

int config_apply_timeout(struct config *config, const char *text, const char *origin,
			 struct bpfhost_error *err)
{
	(void)origin;
	return positive_time(text, &config->timeout_ns, err);
}

int config_apply_bpf_statistics(struct config *config, const char *text, const char *origin,
				struct bpfhost_error *err)
{
	(void)origin;
	return find_bool(text, &config->bpf_statistics, err);
}

int config_apply_dry_run(struct config *config, const char *text, const char *origin,
			 struct bpfhost_error *err)
{
	(void)origin;
	return find_bool(text, &config->dry_run, err);
}

int config_apply_quiet(struct config *config, const char *text, const char *origin,
		       struct bpfhost_error *err)
{
	(void)origin;
	return find_bool(text, &config->quiet, err);
}

int config_apply_verbose(struct config *config, const char *text, const char *origin,
			 struct bpfhost_error *err)
{
	(void)origin;
	return find_bool(text, &config->verbose, err);
}

int config_apply_list(struct config *config, const char *text, const char *origin,
		      struct bpfhost_error *err)
{
	(void)text;
	(void)origin;
	if (config->command == CONFIG_HELP || config->command == CONFIG_VERSION)
		return 0;
	if (config->command != CONFIG_RUN && config->command != CONFIG_LIST)
		return config_fail(err, "cannot be combined with another command");
	config->command = CONFIG_LIST;
	return 0;
}

int config_apply_kind(struct config *config, const char *text, const char *origin,
		      struct bpfhost_error *err)
{
	(void)origin;
	return replace_string(&config->kind, text, err);
}

/* Whoever asks for help gets it, whatever else is on the line. */
int config_apply_help(struct config *config, const char *text, const char *origin,
		      struct bpfhost_error *err)
{
	(void)text;
	(void)origin;
	(void)err;
	config->command = CONFIG_HELP;
	return 0;
}

int config_apply_version(struct config *config, const char *text, const char *origin,
			 struct bpfhost_error *err)
{
	(void)text;
	(void)origin;
	(void)err;
	if (config->command != CONFIG_HELP)
		config->command = CONFIG_VERSION;
	return 0;
}
