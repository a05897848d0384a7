/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Writes the host's own table of options for the manual, in scdoc's language: tables options|settings. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

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

int main(int argc, char **argv)
{
	bool settings = argc == 2 && !strcmp(argv[1], "settings");
	const struct config_option *option;

	for (size_t i = 0; (option = config_option_at(i)); i++) {
		if (settings && !(option->flags & CONFIG_OPTION_IN_FILE))
			continue;
		if (settings)
			put_setting(option);
		else
			put_option(option);
		fputs("\n\t", stdout);
		put_text(option->help);
		fputs("\n\n", stdout);
	}
	return 0;
}
