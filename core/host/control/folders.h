/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Notices plugins that are put into the folders that they are looked for in (inotify(7)). */
#ifndef CONTROL_FOLDERS_H
#define CONTROL_FOLDERS_H

#include "config/config.h"

struct folders;

/* A file was put into `folder` that may be the plugin of this name; nobody has looked at it yet. */
typedef void folders_fn(void *ctx, const char *folder, const char *plugin);

/* Those of the configuration that there are; who makes one later has to reload. NULL: none can be watched. */
struct folders *folders_open(const struct config *config);
void folders_close(struct folders *folders);
/* Readable when folders_read has something to tell. */
int folders_fd(const struct folders *folders);
/* Tells what has come, a bounded number of files at a time. */
void folders_read(struct folders *folders, folders_fn *fn, void *ctx);

#endif
