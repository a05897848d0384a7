/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_NEW_FOLDER_H
#define BPFHOST_HOST_NEW_FOLDER_H

#include <bpfhost/error.h>

/*
 * Writes the files of one kind to a new folder called name in the working folder, all or none: what was
 * written before something failed is removed. -EEXIST where there is anything of that name, else -errno;
 * a sentence in err.
 */
int folder_make(const char *name, const char *kind, struct bpfhost_error *err);

#endif
