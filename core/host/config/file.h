/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_FILE_H
#define BPFHOST_HOST_FILE_H

#include <stddef.h>

#include "config.h"

/*
 * Adds what a configuration file says to *config. Instances, plugin_dir and trust add to what is
 * there; other settings are left alone where the command line gave them (config->given).
 *
 * 0; -ENOENT when there is no such file; -EINVAL for a file that is not to be trusted or is wrong,
 * with "path:line: what" in err; other -errno when it cannot be read; -ENOMEM. On failure part of
 * the file may have been added.
 */
int config_load_file(struct config *config, const char *path, struct bpfhost_error *err);

/* The same from memory; name is what errors call it. text need not end in NUL. */
int config_load_text(struct config *config, const char *name, const char *text, size_t length,
		     struct bpfhost_error *err);

#endif
