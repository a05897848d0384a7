/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "worker/verifier_log.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loader/walk.h"

/* By this line we know our own again. */
#define VERIFIER_LOG_HEAD "bpfhost: log of the kernel's verifier\n"

static void verifier_log_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static bool verifier_log_is_ours(int fd)
{
	char head[sizeof(VERIFIER_LOG_HEAD)] = "";
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) &&
	       read(fd, head, sizeof(head) - 1) == sizeof(head) - 1 &&
	       !strcmp(head, VERIFIER_LOG_HEAD);
}

/* Takes away an earlier log. What else has its name, of whatever kind, is left as it is. */
static int verifier_log_make_way(int folder, const char *name)
{
	__attribute__((cleanup(verifier_log_close))) int fd =
		openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : errno == ELOOP ? -EEXIST : -errno;
	if (!verifier_log_is_ours(fd))
		return -EEXIST;
	return unlinkat(folder, name, 0) < 0 ? -errno : 0;
}

static int verifier_log_write(int fd, const char *text, size_t length)
{
	while (length) {
		ssize_t wrote = write(fd, text, length);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return wrote ? -errno : -EIO;
		text += wrote;
		length -= (size_t)wrote;
	}
	return 0;
}

static int verifier_log_fill(int folder, const char *name, const char *head, const char *text,
			     size_t length)
{
	__attribute__((cleanup(verifier_log_close))) int fd =
		openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int err;

	if (fd < 0)
		return -errno;
	err = verifier_log_write(fd, head, strlen(head));
	if (!err)
		err = verifier_log_write(fd, text, length);
	if (err)
		unlinkat(folder, name, 0);
	return err;
}

static int verifier_log_walk(const char *folder, int *ret_fd, struct bpfhost_error *why)
{
	const struct walk_want want = { .owner = geteuid(), .type = S_IFDIR };
	struct walk_found found;
	int ret = walk_to(folder, &want, &found, why);

	if (!ret)
		*ret_fd = found.fd;
	return ret;
}

/* Only where it will do: what is made and then refused would stay behind. */
static int verifier_log_make_folder(const char *folder, struct bpfhost_error *why)
{
	__attribute__((cleanup(verifier_log_close))) int fd = -1;
	char parent[PATH_MAX], name[PATH_MAX];
	int ret;

	if (strlen(folder) >= sizeof(name)) {
		bpfhost_error_set(why, 0, "%s", strerror(ENAMETOOLONG));
		return -ENAMETOOLONG;
	}
	strcpy(parent, folder);
	strcpy(name, folder);
	ret = verifier_log_walk(dirname(parent), &fd, why);
	if (ret)
		return ret;
	if (!mkdirat(fd, basename(name), 0700) || errno == EEXIST)
		return 0;
	ret = -errno;
	bpfhost_error_set(why, 0, "%s", strerror(-ret));
	return ret;
}

static int verifier_log_open_folder(const char *folder, int *ret_fd, struct bpfhost_error *err)
{
	struct bpfhost_error why = { 0 };
	const char *verb = "use";
	int ret = verifier_log_walk(folder, ret_fd, &why);

	if (ret == -ENOENT) {
		verb = "make";
		ret = verifier_log_make_folder(folder, &why);
		if (!ret)
			ret = verifier_log_walk(folder, ret_fd, &why);
	}
	if (ret)
		bpfhost_error_set(err, 0, "failed to %s %s: %s", verb, folder, why.text);
	return ret;
}

int verifier_log_keep(const char *folder, const char *instance, const char *program,
		      const char *text, size_t length, char *ret_path, size_t room,
		      struct bpfhost_error *err)
{
	__attribute__((cleanup(verifier_log_close))) int fd = -1;
	char name[NAME_MAX + 1], head[512];
	int ret = verifier_log_open_folder(folder, &fd, err);

	if (ret)
		return ret;
	snprintf(name, sizeof(name), "%.200s.verifier.log", instance);
	snprintf(head, sizeof(head), VERIFIER_LOG_HEAD "instance %s, program %s\n\n", instance,
		 program);
	ret = verifier_log_make_way(fd, name);
	if (!ret)
		ret = verifier_log_fill(fd, name, head, text, length);
	if (ret)
		bpfhost_error_set(err, 0, "failed to write %s/%s: %s", folder, name,
				  ret == -EEXIST ? "something else has this name" : strerror(-ret));
	else
		snprintf(ret_path, room, "%s/%s", folder, name);
	return ret;
}
