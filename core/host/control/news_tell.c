/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "control/news_tell.h"

#include <limits.h>
#include <string.h>

#include "loader/catalogue.h"
#include "supervisor/instance.h"

/* What a line weighs in said.h's bytes: 64 at once, then four a second. */
#define NEWS_WEIGHT (64U << 10)
/* Between the first line that is left out and the one that says how many were, in ns. */
#define NEWS_SUM_TIME 5000000000ULL
#define NEWS_MINUTE   60000000000ULL

static bool news_may_tell(struct supervisor *run, struct news_teller *teller, struct said *said)
{
	if (said_admit(said, NEWS_WEIGHT, run->now))
		return true;
	if (!teller->sum_at)
		teller->sum_at = run->now + NEWS_SUM_TIME;
	return false;
}

/* One that is found when a folder is looked through may have been told of when it came. */
static bool news_was_told(struct news_teller *teller, const struct news_word *word)
{
	for (size_t i = 0; word->mark.inode && i < NEWS_MARKS; i++)
		if (!memcmp(&teller->told[i].mark, &word->mark, sizeof(word->mark)) &&
		    teller->told[i].kind == word->kind)
			return true;
	teller->told[teller->told_next].mark = word->mark;
	teller->told[teller->told_next].kind = word->kind;
	teller->told_next = (teller->told_next + 1) % NEWS_MARKS;
	return false;
}

static unsigned int news_users(const struct supervisor *run, const char *plugin)
{
	const struct instance *instance;
	unsigned int users = 0;

	SUPERVISOR_EACH(run, instance)
		users += instance_alive(instance) && !strcmp(instance->config->plugin, plugin);
	return users;
}

static void news_tell_good(const struct supervisor *run, const char *folder, const char *file)
{
	int size = (int)(strlen(file) - strlen(CATALOGUE_SUFFIX));
	char plugin[NAME_MAX + 1];
	unsigned int users;

	snprintf(plugin, sizeof(plugin), "%.*s", size, file);
	users = news_users(run, plugin);
	if (users)
		log_write(run->log, BPFHOST_INFO, NULL,
			  "plugin %s/%s is new; %u instance%s with the one before until ctl "
			  "replace",
			  folder, file, users, users == 1 ? " goes on" : "s go on");
	else
		log_write(run->log, BPFHOST_INFO, NULL,
			  "there is a new plugin %s/%s; ctl load %s begins to use it", folder, file,
			  plugin);
}

void news_tell(struct supervisor *run, struct news_teller *teller, const struct folder *folder,
	       const char *file, const struct news_word *word)
{
	bool good = word->kind == NEWS_GOOD;

	if (news_was_told(teller, word) ||
	    !news_may_tell(run, teller, good ? &teller->good : &teller->bad))
		return;
	if (good)
		news_tell_good(run, folder->path, file);
	else
		log_write(run->log, BPFHOST_WARN, NULL, "%s/%s is new and cannot be loaded: %s",
			  folder->path, file, word->text);
}

void news_tell_unchecked(struct supervisor *run, struct news_teller *teller,
			 const struct folder *folder, const char *file, const char *why)
{
	if (!news_may_tell(run, teller, &teller->bad))
		return;
	if (*file)
		log_write(run->log, BPFHOST_WARN, NULL,
			  "%s/%s is new and cannot be checked %s; ctl load looks at it again",
			  folder->path, file, why);
	else
		log_write(
			run->log, BPFHOST_WARN, NULL,
			"the folder %s cannot be checked %s: what is put there is not told of until "
			"the next change or reload; ctl load looks there all the same",
			folder->path, why);
}

void news_tell_missed(struct supervisor *run, struct news_teller *teller, const char *sentence)
{
	if (teller->missed_at && run->now - teller->missed_at < NEWS_MINUTE)
		return;
	teller->missed_at = run->now;
	log_write(run->log, BPFHOST_WARN, NULL, "%s", sentence);
}

void news_tell_stuck(struct supervisor *run, struct news_teller *teller, unsigned int children)
{
	if (!teller->told_stuck)
		log_write(
			run->log, BPFHOST_WARN, NULL,
			"%u processes that look at plugin folders hang in the kernel and cannot be "
			"ended: nothing new is told of until one has; bpfhost --list and ctl load "
			"work where its folders do",
			children);
	teller->told_stuck = true;
}

void news_tell_sum(struct supervisor *run, struct news_teller *teller)
{
	uint64_t count;

	if (!teller->sum_at || run->now < teller->sum_at)
		return;
	teller->sum_at = 0;
	count = said_take_dropped(&teller->good) + said_take_dropped(&teller->bad);
	log_write(
		run->log, BPFHOST_WARN, NULL,
		"%llu more new files in plugin folders are not told of one by one; bpfhost --list "
		"tells of each, and ctl load uses those that can be",
		(unsigned long long)count);
}
