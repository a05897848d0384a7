/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "tracefs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#define DEFAULT_ROOT        "/sys/kernel/tracing"
#define DEBUGFS_ROOT        "/sys/kernel/debug/tracing"
#define TRACEFS_SUPER_MAGIC 0x74726163 /* linux/magic.h */
#define FORMAT_FILE_MAX     (1024 * 1024)
#define MOUNTINFO_MAX       (4 * 1024 * 1024)
#define READ_STEP           8192 /* most format files fit into one step */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void close_folder(DIR **folder)
{
	if (*folder)
		closedir(*folder);
}

static void free_text(char **text)
{
	free(*text);
}

#define CLEANUP(f) __attribute__((cleanup(f)))

static int read_all(int fd, size_t max, char **ret_text, size_t *ret_len)
{
	CLEANUP(free_text) char *text = NULL;
	size_t used = 0, size = 0;

	for (;;) {
		ssize_t n;

		if (size - used < 2) {
			char *bigger = realloc(text, size + READ_STEP);

			if (!bigger)
				return -ENOMEM;
			text = bigger;
			size += READ_STEP;
		}
		n = read(fd, text + used, size - used - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		used += (size_t)n;
		if (used > max)
			return -EFBIG;
	}
	text[used] = '\0';
	*ret_text = text;
	*ret_len = used;
	text = NULL;
	return 0;
}

static bool is_tracefs(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && (uint32_t)fs.f_type == TRACEFS_SUPER_MAGIC;
}

/* Undo mountinfo's "\040" for a space and the like, in place. */
static void unescape_path(char *path)
{
	char *to = path;

	for (const char *from = path; *from; to++) {
		if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' &&
		    from[2] <= '7' && from[3] >= '0' && from[3] <= '7') {
			*to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* The mount point of a line "ID PARENT DEV ROOT MOUNTPOINT ... - TYPE ...", if of a tracefs. */
static bool read_mount(const char *line, size_t len, char ret_root[TRACEPOINT_ROOT_SIZE])
{
	static const char type[] = " - tracefs ";
	const char *end = line + len, *at = line, *stop;

	if (!memmem(line, len, type, sizeof(type) - 1))
		return false;
	for (int i = 0; i < 3; i++) {
		at = memchr(at, ' ', (size_t)(end - at));
		if (!at++)
			return false;
	}
	/* A mount of a part of tracefs, as instances/NAME bound elsewhere, is of no use. */
	if (end - at < 2 || memcmp(at, "/ ", 2))
		return false;
	at += 2;
	stop = memchr(at, ' ', (size_t)(end - at));
	if (!stop || *at != '/' || stop - at >= TRACEPOINT_ROOT_SIZE)
		return false;
	memcpy(ret_root, at, (size_t)(stop - at));
	ret_root[stop - at] = '\0';
	unescape_path(ret_root);
	return true;
}

int tracepoint_tracefs_from_mountinfo(const char *text, char ret_root[TRACEPOINT_ROOT_SIZE])
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (read_mount(text, len, ret_root))
			return 0;
		text += len + (text[len] == '\n');
	}
	return -ENOENT;
}

static int find_in_mountinfo(char ret_root[TRACEPOINT_ROOT_SIZE])
{
	CLEANUP(close_fd) int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	CLEANUP(free_text) char *text = NULL;
	size_t len;
	int err;

	if (fd < 0)
		return -errno;
	err = read_all(fd, MOUNTINFO_MAX, &text, &len);
	if (!err)
		err = tracepoint_tracefs_from_mountinfo(text, ret_root);
	/* Another mount may lie over it. */
	return err || is_tracefs(ret_root) ? err : -ENOENT;
}

int tracepoint_tracefs_find(char ret_root[TRACEPOINT_ROOT_SIZE])
{
	int err;

	if (is_tracefs(DEFAULT_ROOT)) {
		strcpy(ret_root, DEFAULT_ROOT);
		return 0;
	}
	err = find_in_mountinfo(ret_root);
	/* Looking there makes debugfs mount it, so it need not be in mountinfo before. */
	if (err && is_tracefs(DEBUGFS_ROOT)) {
		strcpy(ret_root, DEBUGFS_ROOT);
		return 0;
	}
	return err;
}

bool tracepoint_name_is_valid(const char *name)
{
	size_t len =
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");

	return len && len <= TRACEPOINT_NAME_MAX && !name[len] && name[0] != '.';
}

/* "events/CATEGORY/NAME/format"; with a NULL for NAME, the category's folder. */
static int event_path(const char *root, const char *category, const char *name,
		      char ret_path[TRACEPOINT_ROOT_SIZE])
{
	int len;

	if (name)
		len = snprintf(ret_path, TRACEPOINT_ROOT_SIZE, "%s/events/%s/%s/format", root,
			       category, name);
	else
		len = snprintf(ret_path, TRACEPOINT_ROOT_SIZE, "%s/events/%s", root, category);
	return len < TRACEPOINT_ROOT_SIZE ? 0 : -ENAMETOOLONG;
}

int tracepoint_tracefs_read_format(const char *root, const char *category, const char *name,
				   char **ret_text, size_t *ret_len)
{
	char path[TRACEPOINT_ROOT_SIZE];
	CLEANUP(close_fd) int fd = -1;
	int err;

	if (!tracepoint_name_is_valid(category) || !tracepoint_name_is_valid(name))
		return -EINVAL;
	err = event_path(root, category, name, path);
	if (err)
		return err;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	return read_all(fd, FORMAT_FILE_MAX, ret_text, ret_len);
}

/* One enumeration. */
struct walk {
	const char *root;
	const char *category_glob;
	const char *name_glob;
	tracepoint_event_fn fn;
	void *context;
};

/* Names of folders, grown as they are read. */
struct names {
	char **items;
	size_t count;
	size_t capacity;
};

static void free_names(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
}

static int add_name(struct names *names, const char *name)
{
	if (names->count == names->capacity) {
		size_t capacity = names->capacity ? names->capacity * 2 : 64;
		char **items = reallocarray(names->items, capacity, sizeof(*items));

		if (!items)
			return -ENOMEM;
		names->items = items;
		names->capacity = capacity;
	}
	names->items[names->count] = strdup(name);
	if (!names->items[names->count])
		return -ENOMEM;
	names->count++;
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* tracefs tells what is a folder; a file system that does not is taken at its word later. */
static bool may_be_folder(const struct dirent *entry)
{
	return entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN;
}

/* All valid folder names in @path that match @glob, sorted. */
static int list_names(const char *path, const char *glob, struct names *names)
{
	CLEANUP(close_folder) DIR *folder = opendir(path);
	struct dirent *entry;

	if (!folder)
		return -errno;
	while (errno = 0, (entry = readdir(folder))) {
		int err;

		if (!may_be_folder(entry) || !tracepoint_name_is_valid(entry->d_name) ||
		    fnmatch(glob, entry->d_name, 0))
			continue;
		err = add_name(names, entry->d_name);
		if (err)
			return err;
	}
	if (errno)
		return -errno;
	if (names->count)
		qsort(names->items, names->count, sizeof(*names->items), compare_names);
	return 0;
}

static bool is_glob(const char *text)
{
	return strpbrk(text, "*?[\\") != NULL;
}

/* Names in @path for @glob; a plain name is not looked for: its file will be there or not. */
static int expand(const char *path, const char *glob, struct names *names)
{
	if (is_glob(glob))
		return list_names(path, glob, names);
	return tracepoint_name_is_valid(glob) ? add_name(names, glob) : 0;
}

static int walk_category(const struct walk *walk, const char *category)
{
	CLEANUP(free_names) struct names names = { 0 };
	char path[TRACEPOINT_ROOT_SIZE];
	int err = event_path(walk->root, category, NULL, path);

	if (!err)
		err = expand(path, walk->name_glob, &names);
	/* A category can go, with its module, while this runs. */
	if (err)
		return err == -ENOENT || err == -ENOTDIR ? 0 : err;
	for (size_t i = 0; i < names.count; i++) {
		err = event_path(walk->root, category, names.items[i], path);
		if (err)
			return err;
		if (faccessat(AT_FDCWD, path, F_OK, 0))
			continue;
		err = walk->fn(category, names.items[i], walk->context);
		if (err)
			return err;
	}
	return 0;
}

int tracepoint_tracefs_each(const char *root, const char *category_glob, const char *name_glob,
			    tracepoint_event_fn fn, void *context)
{
	const struct walk walk = { root, category_glob, name_glob, fn, context };
	CLEANUP(free_names) struct names categories = { 0 };
	char path[TRACEPOINT_ROOT_SIZE];
	int err = event_path(root, "", NULL, path);

	if (err)
		return err;
	if (access(path, R_OK | X_OK))
		return -errno;
	err = expand(path, category_glob, &categories);
	for (size_t i = 0; !err && i < categories.count; i++)
		if (strcmp(categories.items[i], "ftrace"))
			err = walk_category(&walk, categories.items[i]);
	return err;
}
