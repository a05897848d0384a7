/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Notices plugins that are put into the folders that they are looked for in (inotify(7)). */
#ifndef CONTROL_FOLDERS_H
#define CONTROL_FOLDERS_H

#include <stdbool.h>

#include "config/config.h"

struct folders;

/*
 * folder/name.so was put there. Nobody has looked at it yet: neither whether it is a plugin, nor whether its
 * name is one's. whole: nobody writes it any more; else it was found in a folder that is new itself, and may be
 * told of once more.
 */
typedef void folders_fn(void *ctx, const char *folder, const char *name, bool whole);

/*
 * Those of the configuration; one that there is not is waited for, at the nearest folder above it that there
 * is. NULL: none can be watched.
 */
struct folders *folders_open(const struct config *config);
void folders_close(struct folders *folders);
/* Readable when folders_read has something to tell. */
int folders_fd(const struct folders *folders);
/* Tells what has come, a bounded number of files at a time; of a folder that is new itself, all that is in it. */
void folders_read(struct folders *folders, folders_fn *fn, void *ctx);

#endif
