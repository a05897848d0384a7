/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The words behind "bpfhost ctl": what may be asked of a running host, read alike by both ends. */
#ifndef BPFHOST_HOST_CONFIG_CTL_H
#define BPFHOST_HOST_CONFIG_CTL_H

#include <stdbool.h>

#include "config.h"

enum ctl_command {
	CTL_STATUS,
	CTL_STATS,
	CTL_LOAD,
	CTL_REPLACE,
	CTL_UNLOAD,
	CTL_ENABLE,
	CTL_DISABLE,
	CTL_RELOAD,
	CTL_LOG_LEVEL,
};

/* How long an answer is waited for without --timeout: a host is slow to change something, at worst, by its own limits. */
#define CTL_ANSWER_LIMIT 15000000000ULL /* ns */
#define CTL_CHANGE_LIMIT 60000000000ULL

struct ctl_word {
	const char *word;
	enum ctl_command command;
	bool changes;      /* what the host runs */
	bool takes_plugin; /* its first word is PLUGIN[@INSTANCE], and --set and --allow go with that */
	size_t least;      /* words behind it, at least and at most */
	size_t most;
	const char *arguments; /* what these are called in the help */
	const char *help;
};

/* The table's entries in the order of the help, NULL from its end on. */
const struct ctl_word *ctl_word_at(size_t index);

/*
 * Takes the next word: config->target becomes the command, what follows goes to config->words or, as
 * PLUGIN[@INSTANCE], to config->instances. Errors say what is wrong and the nearest word, not yet where.
 */
int ctl_take_word(struct config *config, const char *word, const char *origin,
		  struct bpfhost_error *err);
/* Behind the last word: whether the command has what it needs; *ret_command may be NULL. */
int ctl_check(const struct config *config, const struct ctl_word **ret_command,
	      struct bpfhost_error *err);

#endif
