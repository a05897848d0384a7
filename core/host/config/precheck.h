/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_PRECHECK_H
#define BPFHOST_HOST_PRECHECK_H

#include <stddef.h>

#include <bpfhost/error.h>

/* Limits of a configuration file; no sensible one comes near them. */
#define CONFIG_MAX_FILE     (256 * 1024)
#define CONFIG_MAX_DEPTH    16
#define CONFIG_MAX_STRING   (16 * 1024)
#define CONFIG_MAX_NAME     63  /* of an instance */
#define CONFIG_MAX_PLUGIN   32  /* as the file of a plugin may be called */
#define CONFIG_MAX_SETTINGS 512 /* of one group */

/*
 * Reads a file whole, if it may be trusted: a regular file of bounded size that belongs to root or
 * the caller and that no one else can write. Never blocks on a FIFO or device. *ret_text ends in
 * NUL and is the caller's to free. -ENOENT, -EINVAL with text, or the errno of open and read.
 */
int precheck_read(const char *path, char **ret_text, size_t *ret_length, struct bpfhost_error *err);

/*
 * Looks over the words of a libconfig text and refuses what libconfig would misread or choke on.
 * *ret_text is a copy, the caller's to free, that says the same with every integer written as a
 * 64-bit one, and so is safe for config_read_string; line numbers stay. -EINVAL with
 * "name:line: what" in err, -ENOMEM.
 */
int precheck_text(const char *name, const char *text, size_t length, char **ret_text,
		  struct bpfhost_error *err);

#endif
