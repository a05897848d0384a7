/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_COMMAND_H
#define BPFHOST_HOST_COMMAND_H

#include <stdio.h>

#include "config/config.h"

/*
 * The commands that only look. Each prints to out and returns the exit status: 0, 1 when something
 * failed, 2 for a plugin that does not exist; then one line went to `log`. None runs a byte of a
 * plugin, and all work for an ordinary user.
 */

/* bpfhost --list: every plugin there is, and why one is refused. */
int command_list(const struct config *config, FILE *out, FILE *log);
/* bpfhost inspect NAME|FILE: config->target. A text with a slash or ending in ".so" is a file. */
int command_inspect(const struct config *config, FILE *out, FILE *log);
/* bpfhost --help NAME: config->target. */
int command_help_plugin(const struct config *config, FILE *out, FILE *log);

/*
 * bpfhost probes NAME [--set ...] [[TARGET] GLOB] [-v]: what the plugin could attach here. This one asks the
 * plugin itself, in a process of its own.
 */
int command_probes(const struct config *config, FILE *out, FILE *log);

#endif
