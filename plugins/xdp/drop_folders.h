/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The folders that a path leads through, links on the way included: where one of its parts is made anew, renamed,
 * or led elsewhere, the path may lead to another file.
 */
#ifndef XDP_DROP_FOLDERS_H
#define XDP_DROP_FOLDERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/inotify.h>

/* A part of the way, and the folder that it stands in. */
struct xdp_drop_folder {
	int watch; /* inotify's number of it; -1: it cannot be watched, or is not there */
	char *name;
};

/* In their order; the last one is the file's own. */
struct xdp_drop_folders {
	struct xdp_drop_folder *items;
	uint32_t count;
};

/* What an event is about. */
enum xdp_drop_part {
	XDP_DROP_PART_NONE,
	XDP_DROP_PART_WAY,
	XDP_DROP_PART_FILE,
};

/* Watches the way as it is now, and that of before no more. True: the file's own folder is another one. */
bool xdp_drop_folders_watch(struct xdp_drop_folders *folders, int inotify, const char *path);
/* Whether the file's own folder is there. */
bool xdp_drop_folders_stand(const struct xdp_drop_folders *folders);
enum xdp_drop_part xdp_drop_folders_ask(const struct xdp_drop_folders *folders,
					const struct inotify_event *event);
void xdp_drop_folders_free(struct xdp_drop_folders *folders);

#endif
