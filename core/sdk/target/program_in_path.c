/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "find.h"
#include "words.h"

#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"

static const char *search_path(void)
{
	const char *path = getenv("PATH");

	return path && *path ? path : DEFAULT_PATH;
}

/*
 * Cuts the next folder out of the search path; false at its end. Empty and relative ones, which
 * mean the current folder, are left out: what lies there is named by a path.
 */
static bool next_folder(const char **at, char **ret_folder)
{
	while (**at) {
		size_t length = strcspn(*at, ":");
		const char *folder = *at;

		*at += length + (folder[length] == ':');
		if (*folder != '/')
			continue;
		*ret_folder = strndup(folder, length);
		return *ret_folder;
	}
	return false;
}

/* 0, -EACCES: it is there but may not be read; -ENOENT; -ENOMEM. Writes found only then. */
static int look_into(const struct target_view *view, const char *folder, const char *name,
		     struct target_found *found)
{
	struct stat stat;
	char *path;
	int fd;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return -ENOMEM;
	fd = target_view_open_file(view, path);
	if (fd >= 0 && !fstat(fd, &stat) && (stat.st_mode & 0111)) {
		*found = (struct target_found){ .fd = fd, .path = path };
		return 0;
	}
	if (fd >= 0)
		close(fd);
	if (fd != -EACCES || !target_view_has(view, path))
		fd = -ENOENT; /* a folder that we may not look into tells nothing */
	free(path);
	return fd;
}

int target_program_in_path(const struct target_view *view, const char *name,
			   struct target_found *ret_found, struct bpfhost_error *err)
{
	const char *at = search_path();
	bool unreadable = false;
	char *folder;

	while (next_folder(&at, &folder)) {
		int ret = look_into(view, folder, name, ret_found);

		free(folder);
		if (!ret)
			return 0;
		unreadable |= ret == -EACCES;
	}
	if (unreadable)
		return target_fail(err, -EACCES, "the program \"%.128s\" in PATH may not be read",
				   name);
	return -ENOENT;
}

static void add_words(struct target_words *words, const struct target_view *view,
		      const char *folder)
{
	int fd = target_view_open_folder(view, folder);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(dir)))
		target_words_add(words, entry->d_name, strlen(entry->d_name), entry->d_name);
	closedir(dir);
}

/* What lies beside it may have been meant. */
int target_fail_path(const struct target_view *view, const char *path, struct bpfhost_error *err)
{
	const char *slash = strrchr(path, '/');
	size_t length = (size_t)(slash - path) + 1; /* of the folder, with its slash */
	struct target_words words = { 0 };
	char *folder = strndup(path, length), *near = NULL;
	const char *name;
	int ret;

	if (folder)
		add_words(&words, view, folder);
	name = target_words_nearest(&words, slash + 1);
	if (name && asprintf(&near, "%s%s", folder, name) < 0)
		near = NULL;
	ret = target_fail_near(err, near, "there is no file \"%.256s\"", path);
	target_words_free(&words);
	free(folder);
	free(near);
	return ret;
}

int target_fail_program(const struct target_view *view, const char *name, struct bpfhost_error *err)
{
	struct target_words words = { 0 };
	const char *at = search_path();
	char *folder;
	int ret;

	while (next_folder(&at, &folder)) {
		add_words(&words, view, folder);
		free(folder);
	}
	ret = target_fail_near(err, target_words_nearest(&words, name),
			       "there is no program \"%.128s\" in PATH (%.192s%s)", name,
			       search_path(), strlen(search_path()) > 192 ? "..." : "");
	target_words_free(&words);
	return ret;
}
