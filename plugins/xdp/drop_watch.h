/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* When a file of rules is to be read again. */
#ifndef XDP_DROP_WATCH_H
#define XDP_DROP_WATCH_H

#include <stdbool.h>
#include <sys/stat.h>

#include <bpfhost/sdk.h>

#include "drop_folders.h"

/* Descriptors are -1 where there is none. */
struct xdp_drop_watch {
	const char *path;
	struct xdp_drop_folders folders;
	int inotify;
	int timer; /* runs from a change until nothing more is heard for a while, or it is time */
	uint64_t
		since_ns; /* of the first change, behind the last writing, that has not been read; 0: none */
	int file_watch;
	bool is_writing; /* somebody has begun to change it, and has not closed it yet */
	bool is_running; /* the timer */
	bool is_changed; /* it, not only the folder */
	struct stat seen;
};

#define XDP_DROP_WATCH_NONE                                                                        \
	((struct xdp_drop_watch){ .inotify = -1, .timer = -1, .file_watch = -1 })

/* Watches from now on; path is the caller's, and must stay. 0 or -errno, told; freeing is the caller's. */
int xdp_drop_watch_start(struct bpfhost_instance *self, struct xdp_drop_watch *watch,
			 const char *path);
/* Whether it changed and has been left alone since: once for each time. */
bool xdp_drop_watch_due(struct xdp_drop_watch *watch);
/* After reading: true where meanwhile somebody began to write, so that it may be half of what is meant;
 * it will be due again. */
bool xdp_drop_watch_disturbed(struct xdp_drop_watch *watch);
void xdp_drop_watch_free(struct xdp_drop_watch *watch);

#endif
