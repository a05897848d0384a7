/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is to be looked at, in the order in which it came. */
#ifndef CONTROL_NEWS_QUEUE_H
#define CONTROL_NEWS_QUEUE_H

#include "control/news_look.h"

#define NEWS_QUEUE_MAX 8192

struct news_queue {
	struct news_task *tasks;
	size_t count;
	size_t done;
	size_t given; /* to the child that is at it: up to here */
};

/* The task is copied. The same as the last that waits is one with it. 0, -E2BIG, -ENOMEM. */
int news_queue_add(struct news_queue *queue, const struct news_task *task);
/* All that is in it is dropped. */
void news_queue_clear(struct news_queue *queue);
void news_queue_free(struct news_queue *queue);

#endif
