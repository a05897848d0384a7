/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "ctl.h"

#include <string.h>

#include "apply.h"
#include "fail.h"
#include "list.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static const struct ctl_word ctl_words[] = {
	{ "status", CTL_STATUS, false, false, 0, CONFIG_MAX_INSTANCES, "[INSTANCE]...",
	  "how each instance does, its programs, ledger and maps" },
	{ "stats", CTL_STATS, false, false, 0, CONFIG_MAX_INSTANCES, "[INSTANCE]...",
	  "the ledgers as they stand" },
	{ "load", CTL_LOAD, true, true, 0, 0, "PLUGIN[@INSTANCE] [--set KEY=VALUE]...",
	  "start one more instance" },
	{ "replace", CTL_REPLACE, true, true, 0, 0, "PLUGIN[@INSTANCE] [--set KEY=VALUE]...",
	  "start an instance in the place of the one of that name;\n"
	  "without --set, as that was, with the plugin's file of now" },
	{ "unload", CTL_UNLOAD, true, false, 1, CONFIG_MAX_INSTANCES, "INSTANCE...",
	  "end instances and forget how they were set; their counts\n"
	  "go on in the next one of that name and plugin" },
	{ "enable", CTL_ENABLE, true, false, 1, CONFIG_MAX_INSTANCES, "INSTANCE...",
	  "start instances that were disabled or have failed" },
	{ "disable", CTL_DISABLE, true, false, 1, CONFIG_MAX_INSTANCES, "INSTANCE...",
	  "end instances and keep them for enable" },
	{ "reload", CTL_RELOAD, true, false, 0, 0, "",
	  "read the configuration again, change what differs" },
	{ "log-level", CTL_LOG_LEVEL, false, false, 0, 1, "[LEVEL]",
	  "show or set how much is logged" },
};

const struct ctl_word *ctl_word_at(size_t index)
{
	return index < ARRAY_SIZE(ctl_words) ? &ctl_words[index] : NULL;
}

static const struct ctl_word *ctl_find(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(ctl_words); i++)
		if (!strcmp(ctl_words[i].word, word))
			return &ctl_words[i];
	return NULL;
}

static int ctl_take_command(struct config *config, const char *word, struct bpfhost_error *err)
{
	const char *words[ARRAY_SIZE(ctl_words)];

	for (size_t i = 0; i < ARRAY_SIZE(ctl_words); i++)
		words[i] = ctl_words[i].word;
	if (!ctl_find(word))
		return config_fail_unknown(err, "request", word, words, ARRAY_SIZE(words));
	return config_replace_string(&config->target, word) ? config_fail_memory(err) : 0;
}

int ctl_take_word(struct config *config, const char *word, const char *origin,
		  struct bpfhost_error *err)
{
	const struct ctl_word *command;

	if (!config->target)
		return ctl_take_command(config, word, err);
	command = ctl_find(config->target);
	if (command->takes_plugin && !config->instance_count)
		return config_apply_plugin(config, word, origin, err);
	if (config->words.count >= command->most)
		return config_fail(err, "unexpected \"%" CONFIG_SHOWN "\"", word);
	return config_push_text(&config->words, word, origin) ? config_fail_memory(err) : 0;
}

int ctl_check(const struct config *config, const struct ctl_word **ret_command,
	      struct bpfhost_error *err)
{
	const struct ctl_word *command = config->target ? ctl_find(config->target) : NULL;

	if (!command)
		return config_fail(err, "ctl needs to be told what: status, stats, load, ...");
	if (config->instance_count != command->takes_plugin || config->words.count < command->least)
		return config_fail(err, "ctl %s takes %s", command->word,
				   *command->arguments ? command->arguments : "nothing more");
	if (ret_command)
		*ret_command = command;
	return 0;
}
