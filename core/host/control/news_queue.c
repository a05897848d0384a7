/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "control/news_queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/list.h"

/* What is written over and over comes as many. One that was given away may have been looked at too early. */
static bool news_queue_has(const struct news_queue *queue, const struct news_task *task)
{
	const struct news_task *last;

	if (queue->count == queue->given)
		return false;
	last = &queue->tasks[queue->count - 1];
	return last->folder == task->folder && last->news == task->news &&
	       last->is_listed == task->is_listed && !strcmp(last->file, task->file);
}

int news_queue_add(struct news_queue *queue, const struct news_task *task)
{
	struct news_task *tasks;

	if (news_queue_has(queue, task))
		return 0;
	if (queue->count == NEWS_QUEUE_MAX)
		return -E2BIG;
	tasks = config_grow(queue->tasks, queue->count, sizeof(*tasks));
	if (!tasks)
		return -ENOMEM;
	queue->tasks = tasks;
	tasks[queue->count] = *task;
	tasks[queue->count].file = strdup(task->file);
	if (!tasks[queue->count].file)
		return -ENOMEM;
	queue->count++;
	return 0;
}

void news_queue_clear(struct news_queue *queue)
{
	for (size_t i = 0; i < queue->count; i++)
		free(queue->tasks[i].file);
	queue->count = queue->done = queue->given = 0;
}

void news_queue_free(struct news_queue *queue)
{
	news_queue_clear(queue);
	free(queue->tasks);
}
