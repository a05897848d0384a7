/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "cli.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "fail.h"
#include "list.h"
#include "option.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Where the reading of the command line stands. */
struct cursor {
	struct config *config;
	int argc;
	char *const *argv;
	int next;        /* index of the argument at hand */
	bool only_words; /* "--" has been seen */
	bool command_given;
	int glob_words;  /* of probes: TARGET and GLOB */
	char origin[32]; /* "argument 3" */
	struct bpfhost_error *err;
};

struct command {
	const char *word;
	enum config_command command;
	const char *instead; /* not a command: what to write, or NULL when there is nothing yet */
	bool known;
};

static const struct command commands[] = {
	{ "run", CONFIG_RUN, NULL, true },        { "inspect", CONFIG_INSPECT, NULL, true },
	{ "probes", CONFIG_PROBES, NULL, true },  { "help", CONFIG_HELP, NULL, true },
	{ "list", CONFIG_LIST, "--list", false }, { "version", CONFIG_VERSION, "--version", false },
	{ "types", CONFIG_TYPES, NULL, true },    { "doctor", CONFIG_DOCTOR, NULL, true },
	{ "new", CONFIG_NEW, NULL, true },        { "validate", CONFIG_VALIDATE, NULL, true },
	{ "ctl", CONFIG_CTL, NULL, true },
};

static void set_place(struct cursor *cursor, int index)
{
	cursor->next = index;
	snprintf(cursor->origin, sizeof(cursor->origin), "argument %d", index);
}

static int fail_here(struct cursor *cursor, int failure)
{
	return config_fail_at(cursor->err, failure == -ENOMEM ? -ENOMEM : -EINVAL, cursor->origin);
}

/* "argument 3: --format: what is wrong" */
static int fail_option(struct cursor *cursor, int failure, const struct config_option *option)
{
	char name[40];

	snprintf(name, sizeof(name), "--%s", option->name);
	config_fail_at(cursor->err, failure, name);
	return fail_here(cursor, failure);
}

/* attached is the value in the same argument, or NULL; takes the next argument where needed. */
static int take_option(struct cursor *cursor, const struct config_option *option,
		       const char *attached)
{
	const char *value = attached;
	int place = cursor->next, ret;

	if (!option->argument && attached)
		return fail_option(cursor, config_fail(cursor->err, "takes no value"), option);
	if (!option->argument)
		value = "true";
	else if (!attached && place + 1 < cursor->argc &&
		 !config_option_is(cursor->argv[place + 1]))
		value = cursor->argv[++cursor->next];
	if (!value)
		return fail_option(cursor,
				   config_fail(cursor->err, "needs a value: %s", option->argument),
				   option);
	ret = config_option_apply(option, cursor->config, value, cursor->origin, cursor->err);
	return ret ? fail_option(cursor, ret, option) : 0;
}

/* --help=NAME is --help NAME, the one option whose value may be left out. */
static int take_help(struct cursor *cursor, const struct config_option *option, const char *name)
{
	int ret = take_option(cursor, option, NULL);

	if (!ret && config_replace_string(&cursor->config->target, name))
		ret = config_fail_memory(cursor->err);
	return ret;
}

static int take_long(struct cursor *cursor, const char *word)
{
	const struct config_option *option;
	const char *equals = strchr(word, '=');
	char name[40];

	/* A word that does not fit is no option; its beginning is enough to show it. */
	snprintf(name, sizeof(name), "%s", word);
	name[strcspn(name, "=")] = '\0';
	option = config_option_by_name(name, false, cursor->err);
	if (!option)
		return fail_here(cursor, -EINVAL);
	if (equals && !strcmp(option->name, "help"))
		return take_help(cursor, option, equals + 1);
	return take_option(cursor, option, equals ? equals + 1 : NULL);
}

/* -q, -qv, -p usdt, -pusdt */
static int take_short(struct cursor *cursor, const char *letters)
{
	int ret = 0;

	for (; *letters && !ret; letters++) {
		const struct config_option *option = config_option_by_letter(*letters);

		if (!option)
			return fail_here(cursor, config_fail(cursor->err, "unknown option \"-%c\"",
							     *letters));
		if (option->argument)
			return take_option(cursor, option, letters[1] ? letters + 1 : NULL);
		ret = take_option(cursor, option, NULL);
	}
	return ret;
}

static int fail_command(struct cursor *cursor, const char *word)
{
	const char *words[ARRAY_SIZE(commands)];

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		words[i] = commands[i].instead ? commands[i].instead : commands[i].word;
	return fail_here(cursor, config_fail_unknown(cursor->err, "command", word, words,
						     ARRAY_SIZE(words)));
}

static const struct command *find_command(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].word, word))
			return &commands[i];
	}
	return NULL;
}

static int take_command(struct cursor *cursor, const char *word)
{
	const struct command *command = find_command(word);

	if (!command)
		return fail_command(cursor, word);
	if (command->instead)
		return fail_here(cursor, config_fail(cursor->err, "\"%s\" is an option: write %s",
						     word, command->instead));
	if (!command->known)
		return fail_here(cursor, config_fail(cursor->err,
						     "command \"%s\" is not in this "
						     "version",
						     word));
	if (command->command != CONFIG_RUN && command->command != CONFIG_HELP &&
	    cursor->config->instance_count)
		return fail_here(cursor, config_fail(cursor->err,
						     "%s takes its plugin as %s NAME, "
						     "not as --plugin",
						     word, word));
	cursor->command_given = true;
	cursor->config->command = command->command;
	return 0;
}

static int fail_word(struct cursor *cursor, const char *word)
{
	return fail_here(cursor,
			 config_fail(cursor->err, "unexpected \"%" CONFIG_SHOWN "\"%s", word,
				     cursor->config->command == CONFIG_RUN
					     ? "; a plugin is named with --plugin"
					     : ""));
}

/* A bare number is a process. */
static bool is_number(const char *word)
{
	return *word && !word[strspn(word, "0123456789")];
}

/* NAME [GLOB], or NAME TARGET GLOB, which a plugin is given as TARGET:GLOB. */
static int take_glob(struct cursor *cursor, const char *word)
{
	char **glob = &cursor->config->glob;
	const char *prefix = *glob ? *glob : is_number(word) ? "pid" : NULL;
	char *joined = NULL;
	int ret;

	if (cursor->glob_words == 2)
		return fail_word(cursor, word);
	cursor->glob_words++;
	if (prefix && asprintf(&joined, "%s:%s", prefix, word) < 0)
		return config_fail_memory(cursor->err);
	ret = config_replace_string(glob, joined ? joined : word);
	free(joined);
	return ret ? config_fail_memory(cursor->err) : 0;
}

/* The plugin of a command that is about one, which is called so; --set belongs to it. */
static int take_plugin(struct cursor *cursor, const char *word, const char *name)
{
	struct config *config = cursor->config;
	int ret;

	if (config->target)
		return fail_word(cursor, word);
	ret = config_add_instance(config, name, NULL, cursor->origin, NULL, cursor->err);
	if (ret)
		return fail_here(cursor, ret);
	return config_replace_string(&config->target, word) ? config_fail_memory(cursor->err) : 0;
}

static int take_probes_word(struct cursor *cursor, const char *word)
{
	return cursor->config->target ? take_glob(cursor, word) : take_plugin(cursor, word, word);
}

static int take_ctl_word(struct cursor *cursor, const char *word)
{
	int ret = ctl_take_word(cursor->config, word, cursor->origin, cursor->err);

	return ret ? fail_here(cursor, ret) : 0;
}

static int take_word(struct cursor *cursor, const char *word)
{
	struct config *config = cursor->config;

	if (config->command == CONFIG_PROBES)
		return take_probes_word(cursor, word);
	if (config->command == CONFIG_TYPES)
		return config_push_text(&config->words, word, cursor->origin)
			       ? config_fail_memory(cursor->err)
			       : 0;
	if (config->command == CONFIG_NEW)
		return take_plugin(cursor, word, word);
	/* What the file is called is one of the things that are looked at. */
	if (config->command == CONFIG_VALIDATE)
		return take_plugin(cursor, word, "plugin");
	if (config->command == CONFIG_CTL)
		return take_ctl_word(cursor, word);
	if (config->command == CONFIG_RUN && !cursor->command_given)
		return take_command(cursor, word);
	if ((config->command != CONFIG_INSPECT && config->command != CONFIG_HELP) || config->target)
		return fail_word(cursor, word);
	if (!*word)
		return fail_here(cursor, config_fail(cursor->err, "the name is empty"));
	return config_replace_string(&config->target, word) ? config_fail_memory(cursor->err) : 0;
}

static int take_argument(struct cursor *cursor, const char *word)
{
	if (cursor->only_words || word[0] != '-' || !word[1])
		return take_word(cursor, word);
	if (word[1] != '-')
		return take_short(cursor, word + 1);
	if (word[2])
		return take_long(cursor, word);
	cursor->only_words = true;
	return 0;
}

static int check_complete(const struct config *config, struct bpfhost_error *err)
{
	if (config->command == CONFIG_INSPECT && !config->target)
		return config_fail(err, "inspect needs the NAME or FILE of a plugin");
	if (config->command == CONFIG_TYPES && !config->words.count)
		return config_fail(err, "types needs the NAME of a type of this kernel");
	if (config->command == CONFIG_PROBES && !config->target)
		return config_fail(err, "probes needs the NAME of a plugin");
	if (config->command == CONFIG_PROBES && config->instance_count > 1)
		return config_fail(err, "probes takes one plugin, and as NAME, not as --plugin");
	if (config->command == CONFIG_VALIDATE && !config->target)
		return config_fail(err, "validate needs the FILE of a plugin");
	if (config->command == CONFIG_VALIDATE && config->instance_count > 1)
		return config_fail(err, "validate takes one plugin, and as FILE, not as --plugin");
	if (config->command == CONFIG_NEW && !config->target)
		return config_fail(err, "new needs the NAME of the plugin");
	if (config->command == CONFIG_NEW && config->instance_count > 1)
		return config_fail(err, "new makes one plugin, of the NAME behind it");
	if (config->kind && config->command != CONFIG_NEW && config->command != CONFIG_HELP)
		return config_fail(err, "--kind belongs to new NAME");
	if (config->timeout_ns && config->command != CONFIG_CTL && config->command != CONFIG_HELP)
		return config_fail(err, "--timeout belongs to ctl");
	return config->command == CONFIG_CTL ? ctl_check(config, NULL, err) : 0;
}

int cli_parse(struct config *config, int argc, char *const argv[], struct bpfhost_error *err)
{
	struct cursor cursor = { .config = config, .argc = argc, .argv = argv, .err = err };
	int ret = 0;

	for (int i = 1; i < argc && !ret; i = cursor.next + 1) {
		set_place(&cursor, i);
		ret = take_argument(&cursor, argv[i]);
	}
	return ret ? ret : check_complete(config, err);
}
