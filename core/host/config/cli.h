/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_CLI_H
#define BPFHOST_HOST_CLI_H

#include <stdio.h>

#include "config.h"

/*
 * Fills *config (set up before) from the command line alone; no file is read. 0, -ENOMEM, or
 * -EINVAL with one line in err that names the argument, what is wrong and the nearest valid word.
 */
int cli_parse(struct config *config, int argc, char *const argv[], struct bpfhost_error *err);

/* Writes the few lines that show how the program is called. */
void cli_print_usage(FILE *out);

/* Writes the text of --help: usage, commands, and each option with what it does. */
void cli_print_help(FILE *out);

#endif
