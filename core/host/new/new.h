/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_NEW_H
#define BPFHOST_HOST_NEW_H

#include <stdio.h>

#include "config/config.h"

/*
 * bpfhost new NAME [--kind KIND]: writes the folder NAME, a plugin that builds and runs as it is, and
 * tells on out how. Files get the caller's umask. The exit status: 0; 1 when it could not be written, or
 * something of that name is there; 2 for a kind that there is not; with a line on log.
 */
int command_new(const struct config *config, FILE *out, FILE *log);

#endif
