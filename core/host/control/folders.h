/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Notices what is put into the folders that plugins are looked for in (inotify(7)). Whoever calls one of these
 * waits for no file system, but for what says so: that is for a child.
 */
#ifndef CONTROL_FOLDERS_H
#define CONTROL_FOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/inotify.h>

#include "config/config.h"

/* What is watched for a folder: itself, or while there is none the nearest one above it that there is. */
struct folder_place {
	int watch;     /* -1: none */
	size_t length; /* of the path, up to what is watched; 0: "/", or "." for a relative path */
};

struct folder {
	char *path;
	struct folder_place place;
	/* What is in it and as new as this has not been looked at, CLOCK_REALTIME ns; 0: all has been. */
	uint64_t since;
	bool is_left; /* it could not be looked at, and is only when that is asked for */
};

struct folders {
	int fd; /* inotify's; readable when folders_read has something to tell */
	struct folder *each;
	size_t count;
	uint64_t checked; /* when nothing was left to be read, CLOCK_REALTIME ns */
};

/* What is to be looked at in a folder. */
enum folder_news {
	FOLDER_ITSELF, /* it came, went, or there is more in it than was told of: folders_look */
	FOLDER_MADE, /* a file is being made, and whole already where it is a link or another's second name */
	FOLDER_WHOLE, /* a file is there that nobody writes any more */
};

/* file: its name, of one that ends in ".so"; "" for the folder itself. */
typedef void folders_fn(void *ctx, size_t folder, enum folder_news news, const char *file);

/* Those of the configuration. None is watched before folders_look was called for it. NULL: not to be had. */
struct folders *folders_open(const struct config *config);
/* Whether these are the configuration's still. */
bool folders_fit(const struct folders *folders, const struct config *config);
void folders_close(struct folders *folders);
/*
 * Tells what has come, a bounded number of files at a time. 0; -EOVERFLOW: the kernel has left some out. Each
 * folder is told of then, but for those that are left.
 */
int folders_read(struct folders *folders, folders_fn *fn, void *ctx);
/* What is in the folder now, of files that end in ".so", as folders_look finds it. */
typedef void folders_found_fn(void *ctx, const char *file);

/*
 * folders_look.c, waits for the file system: watches the folder, or what is above it, anew; and finds what is in it
 * where it is another folder than before, or what has come since. That may still be being written. 0; -E2BIG:
 * there were too many, and no more were found than most.
 */
int folders_look(struct folders *folders, size_t folder, size_t most, folders_found_fn *fn,
		 void *ctx);

/* Whether it is the folder itself that is watched. */
bool folder_is_there(const struct folder *folder);
/* The length of the path up to the part before this length, without the slash between. */
size_t folder_above(const struct folder *folder, size_t length);

#endif
