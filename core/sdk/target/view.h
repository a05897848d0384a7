/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_TARGET_VIEW_H
#define BPFHOST_TARGET_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include <bpfhost/target.h>

/* The files as a process sees them: its root folder and its mounts may be others than ours. */
struct target_view {
	uint32_t pid;  /* 0: as we see them */
	int fd;        /* its root folder; -1: the same as ours */
	char root[32]; /* "" or "/proc/PID/root" */
	char *prefix;  /* its root folder as the kernel names it to us; NULL for the same as ours */
};

/* 0, -ESRCH: no such process, or one that has ended; -EACCES: we may not look into it. */
int target_view_open(uint32_t pid, struct target_view *ret_view);
void target_view_close(struct target_view *view);

/* Whether there is something, which may be of any kind and unreadable. */
bool target_view_has(const struct target_view *view, const char *path);

int target_view_open_folder(const struct target_view *view, const char *path);

/*
 * Opens a regular file for reading, without waiting for a FIFO or waking a device. Returns its
 * descriptor, or -EISDIR: a folder; -ENODEV: anything else that is no file; -ENOENT, -EACCES, ...
 */
int target_view_open_file(const struct target_view *view, const char *path);

/* The same with a path of ours, which may be a link below /proc. */
int target_open_file(const char *path);

/*
 * Fills in root, path, address, device and inode of TARGET, whose fd is open. PATH is as the
 * process sees the file or as the kernel names it. LAST leads to the file where no path does.
 */
int target_view_locate(const struct target_view *view, const char *path, const char *last,
		       struct bpfhost_target *target);

/* A file that a process has mapped. */
struct target_identity {
	dev_t device;
	ino_t inode;
};

/*
 * Where a file is that the kernel names PATH to us: root is "" or the view's, path is into PATH,
 * stat is the file's. False when there is none any more, or another one.
 */
struct target_place {
	const char *root;
	const char *path;
	struct stat stat;
};
bool target_view_find(const struct target_view *view, const char *path,
		      struct target_identity identity, struct target_place *ret_place);

#endif
