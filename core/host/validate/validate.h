/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_VALIDATE_H
#define BPFHOST_HOST_VALIDATE_H

#include <stdio.h>

#include "config/config.h"

/*
 * bpfhost validate FILE [--set KEY=VALUE]... [--dry-run]: what every plugin has to keep, tried on this one,
 * a line a finding on out; only warnings for what cannot be tried with these privileges. The plugin runs in
 * children only, and only when it is let in as for a run. argv is the program's own: it starts itself
 * again, with a C library that counts memory exactly. The exit status: 0; 1 for a plugin with errors; 2 when
 * there is no such file or a setting is wrong, with a line on log.
 */
int command_validate(const struct config *config, char **argv, FILE *out, FILE *log);

#endif
