/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "control/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "config/list.h"

#define SOCKET_BACKLOG 64
/* So long another host may take to make its own in the same folder. */
#define SOCKET_TRIES 100
#define SOCKET_PAUSE 10000000L /* ns */

static int socket_fail(struct bpfhost_error *err, int failure, const char *what, const char *path)
{
	bpfhost_error_set(err, 0, "failed to %s %s: %s", what, path, strerror(-failure));
	return failure;
}

static int socket_address(const char *path, struct sockaddr_un *ret_address,
			  struct bpfhost_error *err)
{
	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (!*path || strlen(path) >= sizeof(ret_address->sun_path)) {
		bpfhost_error_set(err, 0, "%s: the path of a control socket has 1 to %zu bytes",
				  path, sizeof(ret_address->sun_path) - 1);
		return -ENAMETOOLONG;
	}
	memcpy(ret_address->sun_path, path, strlen(path) + 1);
	return 0;
}

/* ---- the folder ------------------------------------------------------------------------------ */

/* Nobody else may put something in the socket's place. */
static int folder_check(int fd, const char *path, struct bpfhost_error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return socket_fail(err, -errno, "look at", path);
	if ((st.st_uid && st.st_uid != geteuid()) || (st.st_mode & (S_IWGRP | S_IWOTH))) {
		bpfhost_error_set(err, 0,
				  "%s: the folder of a control socket must be root's or your own, "
				  "and writable by nobody else",
				  path);
		return -EPERM;
	}
	return 0;
}

static int folder_make(const char *path, gid_t group, bool *ret_made, struct bpfhost_error *err)
{
	bool is_ours = !mkdir(path, 0750);
	int fd;

	if (!is_ours && errno != EEXIST)
		return socket_fail(err, -errno, "make", path);
	*ret_made = is_ours;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return socket_fail(err, -errno, "open", path);
	if (!is_ours) /* somebody else made it just now */
		return fd;
	/* Who is not root makes it his own group's, and that is fine. */
	(void)!fchown(fd, (uid_t)-1, group);
	fchmod(fd, 0750);
	return fd;
}

static int folder_open(const char *path, gid_t group, bool *ret_made, struct bpfhost_error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), failed;

	if (fd < 0 && errno == ENOENT)
		fd = folder_make(path, group, ret_made, err);
	else if (fd < 0)
		fd = socket_fail(err, -errno, "open", path);
	if (fd < 0)
		return fd;
	failed = folder_check(fd, path, err);
	if (failed)
		close(fd);
	return failed ? failed : fd;
}

/*
 * From the look at what stands there to the socket that listens, one host at a time. Whoever may read the folder
 * could keep the lock, and is to keep nobody from starting: then it is as without.
 */
static void folder_lock(int fd)
{
	const struct timespec pause = { 0, SOCKET_PAUSE };

	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) < 0 && i < SOCKET_TRIES; i++)
		nanosleep(&pause, NULL);
}

static int folder_of(const char *path, gid_t group, bool *ret_made, struct bpfhost_error *err)
{
	__attribute__((cleanup(config_free_string))) char *copy = strdup(path);
	int fd;

	if (!copy)
		return socket_fail(err, -ENOMEM, "make", path);
	fd = folder_open(dirname(copy), group, ret_made, err);
	if (fd >= 0)
		folder_lock(fd);
	return fd;
}

/* Another host may be about to make its socket there: it has the lock. */
static void folder_remove(const char *path)
{
	__attribute__((cleanup(config_free_string))) char *copy = strdup(path);
	const char *folder = copy ? dirname(copy) : NULL;
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		rmdir(folder);
	close(fd);
}

/* ---- the host's end -------------------------------------------------------------------------- */

static int socket_say_taken(int fd, const char *path, struct bpfhost_error *err)
{
	struct control_peer peer = { 0 };

	control_peer_read(fd, CONTROL_GROUP_NONE, &peer);
	bpfhost_error_set(err, 0, "%s: a host that runs has it (pid %d)", path, (int)peer.pid);
	return -EADDRINUSE;
}

/* Removes what a host left that has ended. */
static int socket_clear(const struct sockaddr_un *address, struct bpfhost_error *err)
{
	const char *path = address->sun_path;
	struct stat st;
	int fd, failed = 0;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : socket_fail(err, -errno, "look at", path);
	if (!S_ISSOCK(st.st_mode)) {
		bpfhost_error_set(err, 0, "%s: something stands there that is no socket", path);
		return -EEXIST;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return socket_fail(err, -errno, "make", path);
	/* EAGAIN: somebody listens, and has much to do. */
	if (!connect(fd, (const struct sockaddr *)address, sizeof(*address)) || errno == EAGAIN)
		failed = socket_say_taken(fd, path, err);
	else if (errno != ECONNREFUSED)
		failed = socket_fail(err, -errno, "connect to", path);
	else if (unlink(path) < 0)
		failed = socket_fail(err, -errno, "remove", path);
	close(fd);
	return failed;
}

/*
 * Its mode is right from the beginning, and its group before anybody can connect. In the folder that was looked at,
 * by its descriptor: those above it may be somebody's who puts another in its place.
 */
static int socket_bind(struct control_socket *made, const struct sockaddr_un *address, int folder,
		       gid_t group)
{
	const char *slash = strrchr(address->sun_path, '/');
	const char *name = slash ? slash + 1 : address->sun_path;
	mode_t before = umask(0117);
	struct stat st;
	int failed =
		bind(made->fd, (const struct sockaddr *)address, sizeof(*address)) ? -errno : 0;

	umask(before);
	if (failed)
		return failed;
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	made->device = st.st_dev;
	made->inode = st.st_ino;
	(void)!fchownat(folder, name, (uid_t)-1, group, AT_SYMLINK_NOFOLLOW);
	return listen(made->fd, SOCKET_BACKLOG) < 0 ? -errno : 0;
}

int control_socket_listen(struct control_socket *made, const char *path, gid_t group,
			  struct bpfhost_error *err)
{
	struct sockaddr_un address;
	int folder, failed = socket_address(path, &address, err);

	*made = (struct control_socket){ .fd = -1, .path = path };
	if (failed)
		return failed;
	folder = folder_of(path, group, &made->made_folder, err);
	if (folder < 0) {
		control_socket_close(made);
		return folder;
	}
	failed = socket_clear(&address, err);
	if (!failed) {
		made->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		failed = made->fd < 0 ? -errno : socket_bind(made, &address, folder, group);
		if (failed)
			socket_fail(err, failed, "make", path);
	}
	close(folder);
	if (failed)
		control_socket_close(made);
	return failed;
}

void control_socket_close(struct control_socket *made)
{
	struct stat st;

	if (made->inode && !lstat(made->path, &st) && st.st_dev == made->device &&
	    st.st_ino == made->inode)
		unlink(made->path);
	if (made->made_folder)
		folder_remove(made->path);
	if (made->fd >= 0)
		close(made->fd);
	*made = (struct control_socket){ .fd = -1 };
}

/* ---- the client's end ------------------------------------------------------------------------ */

/* Who else could stand there would get to know what we ask, and tell us what he likes. */
static int socket_check_host(int fd, const char *path, struct bpfhost_error *err)
{
	struct control_peer peer;
	int failed = control_peer_read(fd, CONTROL_GROUP_NONE, &peer);

	if (failed)
		return socket_fail(err, failed, "look who listens to", path);
	if (peer.uid && peer.uid != geteuid()) {
		bpfhost_error_set(err, 0, "%s: user %u listens there, who is neither root nor you",
				  path, (unsigned int)peer.uid);
		return -EPERM;
	}
	return 0;
}

static int socket_no_host(int failure, const char *path, struct bpfhost_error *err)
{
	if (failure == -ENOENT || failure == -ECONNREFUSED)
		bpfhost_error_set(err, 0, "no host listens to %s; a host has one with %s", path,
				  "--control PATH, or control = \"PATH\" in its file");
	else if (failure == -EACCES)
		bpfhost_error_set(err, 0, "failed to connect to %s: only root and group %s may",
				  path, CONTROL_GROUP);
	else if (failure == -EAGAIN)
		bpfhost_error_set(err, 0, "%s: the host that listens there takes nobody in", path);
	else
		socket_fail(err, failure, "connect to", path);
	return failure;
}

static void socket_limit(int fd, uint64_t limit_ns)
{
	/* Of nothing at all it would wait for ever; so it would with 1000000 us, which are refused (EDOM). */
	const uint64_t limit_us = limit_ns / 1000 + 1;
	const struct timeval limit = {
		.tv_sec = (time_t)(limit_us / 1000000),
		.tv_usec = (suseconds_t)(limit_us % 1000000),
	};

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

int control_socket_connect(const char *path, uint64_t limit_ns, struct bpfhost_error *err)
{
	struct sockaddr_un address;
	int fd, failed = socket_address(path, &address, err);

	if (failed)
		return failed;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return socket_fail(err, -errno, "connect to", path);
	socket_limit(fd, limit_ns);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		failed = socket_no_host(-errno, path, err);
	else
		failed = socket_check_host(fd, path, err);
	if (failed)
		close(fd);
	return failed ? failed : fd;
}
