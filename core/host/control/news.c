/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A queue of what is to be looked at, and a child that works it off. While there is one, what comes waits in
 * inotify's own queue, which is bounded: what the kernel has to leave out there is found by looking through
 * the folders. A child that does not get on with one file is killed, and the next goes on behind that file. One
 * that hangs in the kernel, where nothing ends it, is left there.
 */
#include "control/news.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/control_private.h"
#include "control/looker.h"
#include "control/news_queue.h"
#include "control/news_tell.h"
#include "sdk/confine/confine.h"

#define NEWS_LIMIT  8 /* s: so long may one file or folder take */
#define NEWS_SECOND 1000000000ULL
#define NEWS_WORDS  64 /* taken in one round */

struct news {
	struct folders *folders;
	bool listening; /* to them */
	struct news_queue queue;
	struct looker looker;
	uint64_t since; /* when it said something last, CLOCK_MONOTONIC ns */
	uint64_t again; /* when to try to start one again; 0: at once, CLOCK_MONOTONIC ns */
	struct news_teller teller;
};

/* ---- what there is to do ---------------------------------------------------------------------- */

static void news_tell_many(struct supervisor *run)
{
	news_tell_missed(
		run, &run->control->news->teller,
		"there are too many new files in plugin folders, some are not looked at; ctl load "
		"does that when it is asked to use one");
}

static void news_add(struct supervisor *run, const struct news_task *task)
{
	if (news_queue_add(&run->control->news->queue, task))
		news_tell_many(run);
}

static void news_on_folder(void *ctx, size_t folder, enum folder_news what, const char *file)
{
	const struct news_task task = {
		.folder = (uint32_t)folder,
		.news = what,
		.file = (char *)file, /* copied, and only read until then */
	};

	news_add(ctx, &task);
}

static void news_read(struct supervisor *run)
{
	struct news *news = run->control->news;

	if (folders_read(news->folders, news_on_folder, run) == -EOVERFLOW)
		news_tell_missed(
			run, &news->teller,
			"more came into plugin folders than the kernel notes "
			"(fs.inotify.max_queued_events); they are looked through for what is new. "
			"bpfhost --list tells of each, and ctl load works as ever");
}

static void news_listen(struct supervisor *run, bool listen)
{
	struct news *news = run->control->news;

	if (listen && !news->listening)
		control_watch(run->control, news->folders->fd, CONTROL_FOLDERS);
	else if (!listen && news->listening)
		control_unwatch(run->control, news->folders->fd);
	news->listening = listen;
}

static void news_start(struct supervisor *run)
{
	struct news *news = run->control->news;
	struct news_work work = {
		.config = run->config,
		.folders = news->folders,
		.tasks = news->queue.tasks + news->queue.done,
		.count = news->queue.count - news->queue.done,
	};

	if (!looker_begin(&news->looker, &work)) {
		news->queue.given = news->queue.count;
		news->since = supervisor_now(); /* the run may not have begun, and know no time */
		return;
	}
	news->again = run->now + NEWS_SECOND;
	news_tell_missed(
		run, &news->teller,
		"no process can be started that looks at what is new in plugin folders; it "
		"is tried again. ctl load looks when it is asked to use one");
}

/* Has a child begin where there is something to be done and none does it. */
static void news_go(struct supervisor *run)
{
	struct news *news = run->control->news;

	if (news->looker.fd >= 0 || news->again > run->now)
		return;
	news->again = 0;
	if (news->queue.done == news->queue.count) {
		news_queue_clear(&news->queue);
		news_read(run);
	}
	news_listen(run, !news->queue.count);
	if (news->queue.count)
		news_start(run);
}

void news_on_folders(struct supervisor *run)
{
	news_go(run);
}

/* ---- what the child says ---------------------------------------------------------------------- */

static void news_found(struct supervisor *run, const struct news_task *task, const char *file)
{
	const struct news_task found = {
		.folder = task->folder,
		.news = FOLDER_WHOLE,
		.is_listed = true,
		.file = (char *)file,
	};

	if (task->news == FOLDER_ITSELF)
		news_add(run, &found);
}

static void news_place(struct folders *folders, const struct news_task *task,
		       const struct news_word *word)
{
	struct folder *folder = &folders->each[task->folder];

	if (task->news != FOLDER_ITSELF || word->length > strlen(folder->path))
		return;
	folder->place = (struct folder_place){ .watch = word->watch, .length = word->length };
	folder->since = 0;
	folder->is_left = false;
}

static void news_take(struct supervisor *run, const struct news_word *word)
{
	struct news *news = run->control->news;
	const struct news_task *task = &news->queue.tasks[news->queue.done];

	switch ((enum news_kind)word->kind) {
	case NEWS_FOUND:
		news_found(run, task, word->text);
		return;
	case NEWS_TOO_MANY:
		news_tell_many(run);
		return;
	case NEWS_PLACE:
		news_place(news->folders, task, word);
		break;
	case NEWS_GOOD:
	case NEWS_BAD:
		if (task->news != FOLDER_ITSELF)
			news_tell(run, &news->teller, &news->folders->each[task->folder],
				  task->file, word);
		break;
	case NEWS_NOTHING:
		break;
	}
	news->queue.done++;
}

/* True: there may be more. */
static bool news_hear_some(struct supervisor *run)
{
	struct news *news = run->control->news;
	struct news_queue *queue = &news->queue;
	struct news_word word;
	int got = 1;

	for (int i = 0; got > 0 && i < NEWS_WORDS && queue->done < queue->given; i++) {
		got = news_hear(news->looker.fd, &word);
		if (got <= 0)
			continue;
		news->since = run->now;
		news_take(run, &word);
	}
	return got > 0 && queue->done < queue->given;
}

void news_on_word(struct supervisor *run)
{
	struct news *news = run->control->news;

	if (news->looker.fd < 0)
		return;
	news_hear_some(run);
	/* It ends now, and the end of what it says is no news. */
	if (news->queue.done == news->queue.given)
		control_unwatch(run->control, news->looker.fd);
}

/* ---- how it ends ------------------------------------------------------------------------------ */

/* The next goes on behind what this one could not do. */
static void news_skip(struct supervisor *run, const char *why)
{
	struct news *news = run->control->news;
	const struct news_task *task = &news->queue.tasks[news->queue.done];
	struct folder *folder = &news->folders->each[task->folder];

	news_tell_unchecked(run, &news->teller, folder, task->file, why);
	if (task->news == FOLDER_ITSELF)
		folder->is_left = true;
	if (task->news == FOLDER_ITSELF && !folder->since)
		folder->since = news->folders->checked;
	news->queue.done++;
}

static void news_skip_late(struct supervisor *run)
{
	char why[32];

	snprintf(why, sizeof(why), "within %d s", NEWS_LIMIT);
	news_skip(run, why);
}

static void news_skip_ended(struct supervisor *run, int status)
{
	char how[64], why[128];

	if (!confine_ended(status, how, sizeof(how)))
		snprintf(how, sizeof(how), "did not get that far");
	snprintf(why, sizeof(why), "(the process that does so %s)", how);
	news_skip(run, why);
}

static void news_end(struct supervisor *run)
{
	struct news *news = run->control->news;
	int status;

	if (news->looker.fd < 0 || !looker_ended(&news->looker, &status))
		return;
	news->teller.told_stuck = false;
	while (news_hear_some(run))
		;
	if (news->queue.done < news->queue.given && news->looker.killed)
		news_skip_late(run);
	else if (news->queue.done < news->queue.given)
		news_skip_ended(run, status);
	looker_leave(&news->looker);
}

void news_on_end(struct supervisor *run)
{
	struct news *news = run->control->news;

	if (looker_strays_ended(&news->looker))
		news->teller.told_stuck = false;
	news_end(run);
	news_go(run);
}

static void news_give_up(struct supervisor *run)
{
	struct news *news = run->control->news;

	if (!looker_drop(&news->looker)) {
		news_tell_stuck(run, &news->teller, LOOKER_STRAYS + 1);
		news->since = run->now;
	} else if (news->queue.done < news->queue.given) {
		news_skip_late(run);
	}
}

/* ---- time ------------------------------------------------------------------------------------- */

static uint64_t news_limit(const struct news *news)
{
	return news->looker.fd < 0 ? UINT64_MAX : news->since + NEWS_LIMIT * NEWS_SECOND;
}

uint64_t news_due(const struct supervisor *run)
{
	const struct news *news = run->control->news;
	uint64_t due;

	if (!news)
		return UINT64_MAX;
	due = news_limit(news);
	if (news->again && news->again < due)
		due = news->again;
	return news->teller.sum_at && news->teller.sum_at < due ? news->teller.sum_at : due;
}

void news_tick(struct supervisor *run)
{
	struct news *news = run->control->news;

	if (!news)
		return;
	/* It may have said more than was taken, where it was the supervisor that was held up. */
	if (news_limit(news) <= run->now)
		news_hear_some(run);
	if (news_limit(news) <= run->now)
		news_give_up(run);
	if (news->queue.count)
		news_go(run);
	news_tell_sum(run, &news->teller);
}

/* ---- begin and end ---------------------------------------------------------------------------- */

/* Those that nobody knows the place of, and those where something may have been missed. */
static void news_look_again(struct supervisor *run)
{
	struct news *news = run->control->news;

	for (size_t i = 0; i < news->folders->count; i++)
		if (news->folders->each[i].since || news->folders->each[i].place.watch < 0)
			news_on_folder(run, i, FOLDER_ITSELF, "");
	news_go(run);
}

/* A child that is under way looks at the others, and one that cannot be left keeps these from being looked at. */
static void news_change_folders(struct supervisor *run)
{
	struct news *news = run->control->news;
	struct folders *folders = folders_open(run->config);

	if (!folders || (news->looker.fd >= 0 && !looker_drop(&news->looker))) {
		folders_close(folders);
		return;
	}
	news_listen(run, false);
	folders_close(news->folders);
	news->folders = folders;
	news_queue_clear(&news->queue);
}

void news_renew(struct supervisor *run)
{
	struct news *news = run->control->news;

	if (!news)
		return;
	if (!folders_fit(news->folders, run->config))
		news_change_folders(run);
	news_look_again(run);
}

void news_open(struct supervisor *run)
{
	struct news *news = calloc(1, sizeof(*news));

	if (!news)
		return;
	news->looker = (struct looker){ .control = run->control, .fd = -1 };
	news->folders = folders_open(run->config);
	if (!news->folders) {
		free(news);
		return;
	}
	run->control->news = news;
	news_look_again(run);
}

void news_close(struct news *news)
{
	if (!news)
		return;
	looker_close(&news->looker);
	folders_close(news->folders);
	news_queue_free(&news->queue);
	free(news);
}
