/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The lines about what is put into the folders for plugins, and how many of them there may be. */
#ifndef CONTROL_NEWS_TELL_H
#define CONTROL_NEWS_TELL_H

#include "control/news_look.h"
#include "supervisor/said.h"
#include "supervisor/state.h"

/* A file, or one that was looked at so many files ago, is told of once. */
#define NEWS_MARKS 64

struct news_teller {
	struct said good; /* how many plugins were told of */
	struct said bad;  /* and how many files that are none */
	struct {
		struct news_mark mark;
		enum news_kind kind;
	} told[NEWS_MARKS];
	size_t told_next;
	uint64_t
		sum_at; /* when to tell how many were not told of; 0: all were, CLOCK_MONOTONIC ns */
	uint64_t missed_at; /* when it was last told that some were missed; 0: never */
	bool told_stuck;
};

/* What the child found out about a file: NEWS_GOOD or NEWS_BAD. */
void news_tell(struct supervisor *run, struct news_teller *teller, const struct folder *folder,
	       const char *file, const struct news_word *word);
/* A file, or a folder where that is "", could not be looked at, for the reason that follows "cannot be checked". */
void news_tell_unchecked(struct supervisor *run, struct news_teller *teller,
			 const struct folder *folder, const char *file, const char *why);
/* Some were never looked at, for the reason in the sentence; said once a minute. */
void news_tell_missed(struct supervisor *run, struct news_teller *teller, const char *sentence);
/* So many children hang that no other is started. */
void news_tell_stuck(struct supervisor *run, struct news_teller *teller, unsigned int children);
/* How many were not told of one by one, when that is due. */
void news_tell_sum(struct supervisor *run, struct news_teller *teller);

#endif
