/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "control/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/apply.h"
#include "config/fail.h"
#include "config/list.h"
#include "config/option.h"

/* ---- writing --------------------------------------------------------------------------------- */

static int request_put(struct config_texts *words, const char *word)
{
	return config_push_text(words, word, "");
}

__attribute__((format(printf, 2, 3))) static int request_put_joined(struct config_texts *words,
								    const char *format, ...)
{
	char *joined = NULL;
	va_list args;
	int err;

	va_start(args, format);
	err = vasprintf(&joined, format, args) < 0 ? -ENOMEM : 0;
	va_end(args);
	if (err)
		return err;
	err = request_put(words, joined);
	free(joined);
	return err;
}

static int request_put_setting(struct config_texts *words, const struct config_setting *setting)
{
	int err = 0;

	for (size_t i = 0; i < setting->values.count && !err; i++) {
		err = request_put(words, "--set");
		if (!err)
			err = request_put_joined(words, "%s=%s", setting->key,
						 setting->values.items[i].text);
	}
	return err;
}

static int request_put_instance(struct config_texts *words, const struct config_instance *instance)
{
	int err = request_put_joined(words, "%s@%s", instance->plugin, instance->name);
	const char *word;
	uint64_t bit = 0;

	for (size_t i = 0; i < instance->setting_count && !err; i++)
		err = request_put_setting(words, &instance->settings[i]);
	for (size_t i = 0; !err && (word = config_allow_word(i, &bit)); i++)
		if (instance->allowed & bit)
			err = request_put(words, "--allow") ?: request_put(words, word);
	return err;
}

int control_request_words(const struct config *config, struct config_texts *ret_words)
{
	int err = request_put(ret_words, config->target);

	if (!err && config->format == CONFIG_FORMAT_JSON)
		err = request_put(ret_words, "--format") ?: request_put(ret_words, "json");
	for (size_t i = 0; i < config->instance_count && !err; i++)
		err = request_put_instance(ret_words, &config->instances[i]);
	for (size_t i = 0; i < config->words.count && !err; i++)
		err = request_put(ret_words, config->words.items[i].text);
	return err;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Those that mean something here; the others are for whoever starts a host. */
static const struct config_option *request_option(const char *word, struct bpfhost_error *err)
{
	static const char *const known[] = { "--set", "--allow", "--format" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(word, known[i]))
			return config_option_by_name(word, false, err);
	config_fail_unknown(err, "option", word, known, sizeof(known) / sizeof(known[0]));
	return NULL;
}

static int request_take_option(const struct control_words *words, size_t *at, struct config *config,
			       const char *origin, struct bpfhost_error *err)
{
	const struct config_option *option = request_option(words->items[*at], err);
	int failed;

	if (!option)
		return -EINVAL;
	if (++*at == words->count)
		return config_fail(err, "--%s: needs a value: %s", option->name, option->argument);
	failed = config_option_apply(option, config, words->items[*at], origin, err);
	return failed ? config_fail_at(err, failed, words->items[*at - 1]) : 0;
}

int control_request_read(const struct control_words *words, struct config *config,
			 const struct ctl_word **ret_command, struct bpfhost_error *err)
{
	char origin[32];
	int failed = 0;

	config->command = CONFIG_CTL;
	snprintf(origin, sizeof(origin), "ctl %.20s", words->count ? words->items[0] : "");
	for (size_t i = 0; i < words->count && !failed; i++) {
		if (!strncmp(words->items[i], "--", 2))
			failed = request_take_option(words, &i, config, origin, err);
		else
			failed = ctl_take_word(config, words->items[i], origin, err);
	}
	if (failed)
		return failed == -ENOMEM ? failed : -EINVAL;
	return ctl_check(config, ret_command, err);
}
