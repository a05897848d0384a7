/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Writes the host's own tables for the manual, in scdoc's language: tables options|settings|requests. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "config/ctl.h"
#include "config/option.h"

/* What scdoc would take for its own; a new line is a space. */
static void put_text(const char *text)
{
	for (; *text; text++) {
		if (strchr("\\*_", *text))
			putchar('\\');
		putchar(*text == '\n' ? ' ' : *text);
	}
}

static void put_option(const struct config_option *option)
{
	if (option->letter)
		printf("*-%c*, ", option->letter);
	printf("*--%s*", option->name);
	if (option->argument) {
		fputs(" _", stdout);
		put_text(option->argument);
		putchar('_');
	}
}

/* As a file spells it. */
static void put_setting(const struct config_option *option)
{
	bool list = option->flags & CONFIG_OPTION_LIST;

	putchar('*');
	for (const char *letter = option->name; *letter; letter++)
		fputs(*letter == '-' ? "\\_" : (char[]){ *letter, '\0' }, stdout);
	fputs(list ? "* = [ _" : "* = _", stdout);
	put_text(option->argument ? option->argument : "true|false");
	fputs(list ? "_, ... ]" : "_", stdout);
}

static void put_help(const char *help)
{
	fputs("\n\t", stdout);
	put_text(help);
	fputs("\n\n", stdout);
}

static void put_requests(void)
{
	const struct ctl_word *request;

	for (size_t i = 0; (request = ctl_word_at(i)); i++) {
		printf("*ctl %s* ", request->word);
		put_text(request->arguments);
		put_help(request->help);
	}
}

static void put_options(bool settings)
{
	const struct config_option *option;

	for (size_t i = 0; (option = config_option_at(i)); i++) {
		if (settings && !(option->flags & CONFIG_OPTION_IN_FILE))
			continue;
		if (settings)
			put_setting(option);
		else
			put_option(option);
		put_help(option->help);
	}
}

int main(int argc, char **argv)
{
	const char *table = argc == 2 ? argv[1] : "";

	if (!strcmp(table, "requests"))
		put_requests();
	else
		put_options(!strcmp(table, "settings"));
	return 0;
}
