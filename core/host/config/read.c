/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "precheck.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "list.h"

static void close_file(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int check_trust(const char *path, const struct stat *status, struct bpfhost_error *err)
{
	if (S_ISDIR(status->st_mode))
		return config_fail(err, "%.200s: is a folder", path);
	if (!S_ISREG(status->st_mode))
		return config_fail(err, "%.200s: is not a regular file", path);
	if (status->st_uid != 0 && status->st_uid != geteuid())
		return config_fail(err, "%.200s: belongs to user %u, and must to root or to %u",
				   path, status->st_uid, geteuid());
	if (status->st_mode & (S_IWGRP | S_IWOTH))
		return config_fail(err, "%.200s: others may write to it (mode %04o); chmod go-w",
				   path, status->st_mode & 07777);
	return 0;
}

/* The size that stat saw may have changed since; the cap is on what is read. */
static int read_whole(int fd, const char *path, char *buffer, size_t *ret_length,
		      struct bpfhost_error *err)
{
	size_t length = 0;
	ssize_t got;

	do {
		got = read(fd, buffer + length, CONFIG_MAX_FILE + 1 - length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			int failure = -errno;

			config_fail(err, "%.200s: failed to read: %s", path, strerror(-failure));
			return failure;
		}
		length += (size_t)got;
	} while (got && length <= CONFIG_MAX_FILE);
	if (length > CONFIG_MAX_FILE)
		return config_fail(err, "%.200s: is larger than 256KiB", path);
	*ret_length = length;
	return 0;
}

static int open_file(const char *path, int *ret_fd, struct bpfhost_error *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	int failure = -errno;

	if (fd < 0) {
		config_fail(err, "%.200s: failed to open: %s", path, strerror(-failure));
		return failure;
	}
	*ret_fd = fd;
	return 0;
}

int precheck_read(const char *path, char **ret_text, size_t *ret_length, struct bpfhost_error *err)
{
	__attribute__((cleanup(config_free_string))) char *text = NULL;
	__attribute__((cleanup(close_file))) int fd = -1;
	struct stat status;
	size_t length = 0;
	int ret = open_file(path, &fd, err);

	if (ret)
		return ret;
	if (fstat(fd, &status))
		return config_fail(err, "%.200s: failed to stat: %s", path, strerror(errno));
	ret = check_trust(path, &status, err);
	if (ret)
		return ret;
	text = malloc(CONFIG_MAX_FILE + 2);
	if (!text)
		return config_fail_memory(err);
	ret = read_whole(fd, path, text, &length, err);
	if (ret)
		return ret;
	text[length] = '\0';
	*ret_text = text;
	*ret_length = length;
	text = NULL;
	return 0;
}
