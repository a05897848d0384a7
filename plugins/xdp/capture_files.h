/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The files that a capture is written to: one of the name that was given, or one after the other with a
 * number and the time in the name, of which only the last so many are kept.
 *
 * A file that is there already is overwritten, as tcpdump does, unless an earlier worker of this very run
 * wrote it: then it is left alone, and "NAME_2" is taken. Such a file is known by a mark in its first block.
 * Files of a row are always new. No file is opened through a symbolic link.
 */
#ifndef XDP_CAPTURE_FILES_H
#define XDP_CAPTURE_FILES_H

#include <stdbool.h>

#include <bpfhost/sdk.h>

#define CAPTURE_FILES_MAX 100000

struct capture_files {
	const char *path; /* the option's */
	const char *name; /* what stands behind the last slash in it */
	int folder;       /* -1: none */
	bool rotates;
	uint32_t number; /* of the last file */
	uint32_t made;   /* how many there were */
	uint32_t keep;   /* 0: all */
	char **kept;     /* names of the last files, in a ring */
	char mark[64];   /* tells this run from others */
	char last[256];  /* name of the last file */
	char shown[512]; /* the same with its folder, for people */
};

#define CAPTURE_FILES_NONE                                                                         \
	(struct capture_files)                                                                     \
	{                                                                                          \
		.folder = -1                                                                       \
	}

/*
 * path is kept; keep 0: all files stay. 0, or -errno and told: -EINVAL where the folder is missing or the
 * path cannot be one of a file.
 */
int capture_files_open(struct bpfhost_instance *self, struct capture_files *files, const char *path,
		       bool rotates, uint32_t keep);
void capture_files_close(struct capture_files *files);
/*
 * Makes the next file, empty, locked and for its owner only. Its descriptor, or -errno and told by
 * bpfhost_fail: also where the file is a FIFO that nobody reads. *ret_is_regular: it is no FIFO.
 */
int capture_files_next(struct bpfhost_instance *self, struct capture_files *files,
		       bool *ret_is_regular);
/* Once the next file is in use: removes the oldest one, where there are too many. 0 or -errno. */
int capture_files_trim(struct capture_files *files);

#endif
