/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_CONFIG_OPTION_H
#define BPFHOST_HOST_CONFIG_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "apply.h"
#include "config.h"

/*
 * The one table of the host's options. The command line, the file and the help text all come from
 * it, so that they cannot differ: a file's setting is the long option with _ for -.
 */

enum config_option_flags {
	CONFIG_OPTION_IN_FILE = 1 << 0,
	CONFIG_OPTION_LIST = 1 << 1, /* may be given more than once, each adds */
	CONFIG_OPTION_ADDS = 1 << 2, /* what a file says adds to the command line, never yields */
};

struct config_option {
	const char *name; /* long option without its dashes */
	char letter;      /* short option, or 0 */
	unsigned int flags;
	const char *argument; /* what its value is called in the help; NULL: it takes none */
	const char *help;     /* one line, or several with \n between */
	config_apply_fn *apply;
};

/* The table's entries in the order of the help, NULL from its end on. */
const struct config_option *config_option_at(size_t index);

const struct config_option *config_option_by_letter(char letter);

/*
 * The option of this name. For in_file the name is spelt as in a file, and only what a file may
 * say is found; else it has its two dashes. When there is none: NULL, and err names the nearest.
 */
const struct config_option *config_option_by_name(const char *name, bool in_file,
						  struct bpfhost_error *err);

/* Whether a command-line word is an option of the table, with its dashes. */
bool config_option_is(const char *word);

/* The option's bit in config.given; 0 for a name that is not in the table. */
uint64_t config_option_bit(const char *name);

/* Applies the option and marks it as given. Errors say what is wrong, not yet where. */
int config_option_apply(const struct config_option *option, struct config *config, const char *text,
			const char *origin, struct bpfhost_error *err);

#endif
