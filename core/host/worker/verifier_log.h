/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel's verifier wrote about a program that it refused, kept whole in a file. */
#ifndef WORKER_VERIFIER_LOG_H
#define WORKER_VERIFIER_LOG_H

#include <stddef.h>

#include <bpfhost/error.h>

/*
 * Writes FOLDER/INSTANCE.verifier.log, mode 0600, in place of the one that an earlier run left. The folder is
 * made where it is missing; nobody but root and the caller may be able to write it or what leads to it. 0 and
 * the path, cut to room; or -errno and a sentence: -EEXIST for a file of this name that is not such a log.
 */
int verifier_log_keep(const char *folder, const char *instance, const char *program,
		      const char *text, size_t length, char *ret_path, size_t room,
		      struct bpfhost_error *err);

#endif
