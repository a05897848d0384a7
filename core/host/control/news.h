/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is put into the folders for plugins while the host runs, told of in its log. Files and folders are looked at
 * by a child (news_look.h), one at a time, so that the supervisor never waits for a file system.
 */
#ifndef CONTROL_NEWS_H
#define CONTROL_NEWS_H

#include "supervisor/state.h"

struct news;

/* Where that is not to be had, nobody looks for new plugins, and run->control->news is NULL. */
void news_open(struct supervisor *run);
void news_close(struct news *news);
/* A change is through: the folders may be others by now, and what could not be looked at is tried again. */
void news_renew(struct supervisor *run);

/* Something was put into a folder; the child has found something; a child has ended. */
void news_on_folders(struct supervisor *run);
void news_on_word(struct supervisor *run);
void news_on_end(struct supervisor *run);

/* Leaves a child whose time is over. */
void news_tick(struct supervisor *run);
/* When news_tick is due next, CLOCK_MONOTONIC ns; UINT64_MAX: never. */
uint64_t news_due(const struct supervisor *run);

#endif
