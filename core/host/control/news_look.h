/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a child looks at for news.c, and how it tells what it found: one datagram for each finding. */
#ifndef CONTROL_NEWS_LOOK_H
#define CONTROL_NEWS_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpfhost/error.h>

#include "control/folders.h"

/* Files in one folder that is looked through. */
#define NEWS_FOUND_MAX 4096

struct news_task {
	uint32_t folder;
	enum folder_news news;
	bool is_listed; /* found in a folder: perhaps not whole yet, perhaps told of before */
	char *file;     /* "" for the folder itself */
};

enum news_kind {
	NEWS_FOUND,    /* text is a file of the folder; more follows */
	NEWS_TOO_MANY, /* and there are others in it; more follows */
	/* Each of these is the end of a task. */
	NEWS_PLACE,   /* where the folder is now */
	NEWS_NOTHING, /* not to be told of */
	NEWS_GOOD,    /* a plugin that can be loaded */
	NEWS_BAD,     /* it cannot, for the reason in text */
};

/* Which file it was: another one, or one that was changed since, differs in one of these. */
struct news_mark {
	uint64_t device, inode, changed_ns;
};

struct news_word {
	uint32_t kind; /* enum news_kind */
	int32_t watch;
	uint64_t length;
	struct news_mark mark;
	char text[sizeof(
		((struct bpfhost_error *)0)->text)]; /* what is not used of it does not travel */
};

struct news_work {
	const struct config *config;
	struct folders *folders;
	const struct news_task *tasks;
	size_t count;
};

/* In the child (child.h): does one task after the other, and tells on fd. ctx: a struct news_work */
int news_look(void *ctx, int fd, int inotify);

/* Receives one word, without waiting. 1; 0: there is none now, or will be; -EBADMSG: it is none. */
int news_hear(int fd, struct news_word *ret_word);

#endif
