/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is checked before a plugin is loaded is checked here already: it runs nothing of it, reads no more than a
 * bounded file, and of a stranger's not a byte. But how long a file system takes for that nobody knows.
 */
#include "control/news_look.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "loader/catalogue.h"

#define NEWS_HEAD offsetof(struct news_word, text)

struct news_mouth {
	int fd;
	bool is_shut; /* the supervisor hears no more */
};

static void news_say(struct news_mouth *mouth, struct news_word *word, const char *text)
{
	size_t size = strnlen(text, sizeof(word->text) - 1);

	memcpy(word->text, text, size);
	word->text[size] = '\0';
	if (send(mouth->fd, word, NEWS_HEAD + size + 1, MSG_NOSIGNAL) < 0)
		mouth->is_shut = true;
}

int news_hear(int fd, struct news_word *ret_word)
{
	ssize_t size = recv(fd, ret_word, sizeof(*ret_word), MSG_DONTWAIT);

	if (size <= 0)
		return 0;
	if ((size_t)size <= NEWS_HEAD || ret_word->kind > NEWS_BAD)
		return -EBADMSG;
	((char *)ret_word)[size - 1] = '\0';
	return 1;
}

/* ---- a folder --------------------------------------------------------------------------------- */

static void news_on_found(void *ctx, const char *file)
{
	struct news_word word = { .kind = NEWS_FOUND };

	news_say(ctx, &word, file);
}

static void news_look_at_folder(const struct news_work *work, const struct news_task *task,
				struct news_mouth *mouth)
{
	struct folder *folder = &work->folders->each[task->folder];
	struct news_word word = { .kind = NEWS_TOO_MANY };

	if (folders_look(work->folders, task->folder, NEWS_FOUND_MAX, news_on_found, mouth))
		news_say(mouth, &word, "");
	folder->since = 0;
	word.kind = NEWS_PLACE;
	word.watch = folder->place.watch;
	word.length = folder->place.length;
	news_say(mouth, &word, "");
}

/* ---- a file ----------------------------------------------------------------------------------- */

/* Whether it is in this folder that the plugin is found. */
static int news_wins(const char *found, const char *folder, struct bpfhost_error *why)
{
	size_t size = strlen(folder);

	while (size && folder[size - 1] == '/')
		size--;
	/* "/opt/x" begins "/opt/xdp.so" too, which is in another folder. */
	if (!strncmp(found, folder, size) && found[size] == '/' &&
	    !strchr(found + size + strspn(found + size, "/"), '/'))
		return 0;
	bpfhost_error_set(why, 0, "%s comes before it", found);
	return -EEXIST;
}

/* As "ctl load" would. 0, or -errno with a sentence in why; -ENOENT: it has gone again. */
static int news_try(const struct news_work *work, const struct news_task *task, const char *plugin,
		    struct bpfhost_error *why)
{
	struct catalogue_paths paths;
	struct loader_plugin *file = NULL;
	char *path = NULL;
	int err = catalogue_paths_setup(work->config, &paths);

	if (err) {
		bpfhost_error_set(why, 0, "out of memory");
		return err;
	}
	err = catalogue_find(&paths, plugin, &path, why);
	if (!err)
		err = news_wins(path, work->folders->each[task->folder].path, why);
	if (!err && loader_look(path, &paths.trust, &file, why))
		err = -EINVAL;
	loader_free(file);
	free(path);
	catalogue_paths_free(&paths);
	return err;
}

/* A link is whole when it is made, a second name of a file too. All else is still to be written. */
static bool news_is_whole(const struct news_task *task, const struct stat *st)
{
	return task->news != FOLDER_MADE || S_ISLNK(st->st_mode) ||
	       (S_ISREG(st->st_mode) && st->st_nlink > 1);
}

/* False: there is nothing to be looked at. */
static bool news_mark(const struct news_work *work, const struct news_task *task,
		      struct news_mark *ret_mark)
{
	char path[PATH_MAX];
	struct stat st;
	int size = snprintf(path, sizeof(path), "%s/%s", work->folders->each[task->folder].path,
			    task->file);

	if (size >= (int)sizeof(path) || lstat(path, &st) || !news_is_whole(task, &st))
		return false;
	*ret_mark = (struct news_mark){
		.device = st.st_dev,
		.inode = st.st_ino,
		.changed_ns =
			(uint64_t)st.st_ctim.tv_sec * 1000000000ULL + (uint64_t)st.st_ctim.tv_nsec,
	};
	return true;
}

static void news_look_at_file(const struct news_work *work, const struct news_task *task,
			      struct news_mouth *mouth)
{
	struct news_word word = { .kind = NEWS_NOTHING };
	struct bpfhost_error why = { .text = "" };
	char plugin[NAME_MAX + 1];
	int err;

	if (news_mark(work, task, &word.mark)) {
		snprintf(plugin, sizeof(plugin), "%s", task->file);
		plugin[strlen(plugin) - strlen(CATALOGUE_SUFFIX)] = '\0';
		err = news_try(work, task, plugin, &why);
		if (!err)
			word.kind = NEWS_GOOD;
		else if (!task->is_listed && err != -ENOENT)
			word.kind = NEWS_BAD;
	}
	news_say(mouth, &word, why.text);
}

int news_look(void *ctx, int fd, int inotify)
{
	const struct news_work *work = ctx;
	struct news_mouth mouth = { .fd = fd };

	work->folders->fd = inotify;
	for (size_t i = 0; i < work->count && !mouth.is_shut; i++)
		if (work->tasks[i].news == FOLDER_ITSELF)
			news_look_at_folder(work, &work->tasks[i], &mouth);
		else
			news_look_at_file(work, &work->tasks[i], &mouth);
	return mouth.is_shut ? 1 : 0;
}
