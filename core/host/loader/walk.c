/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who can change what a path leads to? Whoever can write the file, or rename anything on the way to
 * it. A check of strings (stat each prefix) can be outrun by a rename, so each folder is opened from
 * the one before and asked by its descriptor: what was checked is what is gone through.
 *
 * Symbolic links are followed, here and not by the kernel. A link stands in a folder that was
 * checked, so only somebody trusted put it there, and where it leads is walked and checked like the
 * rest; to forbid links would only break /lib and versioned installations. A link of a stranger's
 * is refused.
 *
 * The sticky bit of /tmp does not help: it keeps others from renaming a file but not from being
 * there first. Access control lists need no look of their own: where a file has one, the group bits
 * of its mode are the mask of all it grants.
 *
 * A folder of --trust lifts the rule for what is in it, and so for the folders above it too. It is
 * recognised by device and inode while walking, and left again by ".." or a link.
 */
#include "loader/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WALK_DEPTH_MAX 64
#define WALK_LINKS_MAX 40 /* as many as the kernel follows */

struct walk_level {
	int fd;
	size_t length; /* of where, up to and with this folder */
	const char *trusted_by;
};

struct walk {
	const struct walk_want *want;
	struct walk_level levels[WALK_DEPTH_MAX];
	size_t depth;
	unsigned int links;
	char where[PATH_MAX]; /* the folder that we are in, for messages */
	char rest[PATH_MAX];  /* what is still to be walked */
	char name[NAME_MAX + 1];
	bool broken; /* a rule was; it counts unless the file turns out to be trusted */
	struct bpfhost_error violation;
	int file; /* O_PATH, of the thing at the end when it is no folder */
	struct stat st;
};

static void walk_end(struct walk **pwalk)
{
	struct walk *walk = *pwalk;

	if (!walk)
		return;
	for (size_t i = 0; i < walk->depth; i++)
		close(walk->levels[i].fd);
	if (walk->file >= 0)
		close(walk->file);
	free(walk);
}

static const char *walk_trust(const struct admission_trust *trust, const struct stat *st)
{
	struct stat folder;

	for (size_t i = 0; trust && i < trust->count; i++)
		if (!stat(trust->folders[i], &folder) && S_ISDIR(folder.st_mode) &&
		    folder.st_dev == st->st_dev && folder.st_ino == st->st_ino)
			return trust->folders[i];
	return NULL;
}

static const char *walk_kind(mode_t mode)
{
	return S_ISDIR(mode) ? "folder" : S_ISLNK(mode) ? "link" : "file";
}

/* Notes the first rule that is broken. The mode of a link says nothing. */
static void walk_judge(struct walk *walk, const char *name, const struct stat *st)
{
	const char *slash = walk->depth > 1 ? "/" : "";
	const char *kind = walk_kind(st->st_mode);

	if (walk->broken)
		return;
	walk->broken = true;
	if (st->st_uid && st->st_uid != walk->want->owner)
		bpfhost_error_set(&walk->violation, 0, "%s %s%s%s belongs to user %u, who is %s",
				  kind, walk->where, slash, name, st->st_uid,
				  walk->want->owner ? "neither root nor you" : "not root");
	else if (!S_ISLNK(st->st_mode) && (st->st_mode & (S_IWGRP | S_IWOTH)))
		bpfhost_error_set(&walk->violation, 0,
				  "%s %s%s%s can be written by others than its owner (mode %04o)",
				  kind, walk->where, slash, name, st->st_mode & 07777);
	else
		walk->broken = false;
}

/* Enters a folder, whose descriptor is then the walk's. */
static int walk_push(struct walk *walk, int fd, const struct stat *st, struct bpfhost_error *err)
{
	struct walk_level *level = &walk->levels[walk->depth];
	size_t length = walk->depth ? walk->levels[walk->depth - 1].length : 0;
	size_t size = strlen(walk->name);

	if (walk->depth == WALK_DEPTH_MAX || length + 1 + size >= sizeof(walk->where)) {
		close(fd);
		bpfhost_error_set(err, 0, "the path is too deep");
		return -ENAMETOOLONG;
	}
	walk_judge(walk, walk->name, st);
	if (length > 1)
		walk->where[length++] = '/';
	memcpy(walk->where + length, walk->name, size + 1);
	*level = (struct walk_level){ .fd = fd, .length = length + size };
	level->trusted_by = walk_trust(walk->want->trust, st);
	if (!level->trusted_by && walk->depth)
		level->trusted_by = walk->levels[walk->depth - 1].trusted_by;
	walk->depth++;
	return 0;
}

static void walk_pop(struct walk *walk)
{
	if (walk->depth < 2)
		return; /* above / is / */
	close(walk->levels[--walk->depth].fd);
	walk->where[walk->levels[walk->depth - 1].length] = '\0';
}

static int walk_root(struct walk *walk, struct bpfhost_error *err)
{
	struct stat st;
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st)) {
		int cause = errno;

		if (fd >= 0)
			close(fd);
		bpfhost_error_set(err, 0, "failed to open /: %s", strerror(cause));
		return -cause;
	}
	strcpy(walk->name, "/");
	return walk_push(walk, fd, &st, err);
}

/* Puts the path before what is still to be walked; where it begins at /, so do we. */
static int walk_prepend(struct walk *walk, const char *path, struct bpfhost_error *err)
{
	size_t size = strlen(path);
	size_t rest = strlen(walk->rest);

	if (size + 1 + rest >= sizeof(walk->rest)) {
		bpfhost_error_set(err, 0, "the path is longer than %d bytes", PATH_MAX);
		return -ENAMETOOLONG;
	}
	memmove(walk->rest + size + (rest ? 1 : 0), walk->rest, rest + 1);
	if (rest)
		walk->rest[size] = '/';
	memcpy(walk->rest, path, size);
	while (path[0] == '/' && walk->depth > 1)
		walk_pop(walk);
	return 0;
}

static int walk_follow(struct walk *walk, int fd, struct bpfhost_error *err)
{
	char target[PATH_MAX];
	ssize_t size = readlinkat(fd, "", target, sizeof(target) - 1);

	if (size < 0) {
		bpfhost_error_set(err, 0, "failed to read link %s: %s", walk->name,
				  strerror(errno));
		return -EIO;
	}
	if (++walk->links > WALK_LINKS_MAX) {
		bpfhost_error_set(err, 0, "too many symbolic links");
		return -ELOOP;
	}
	target[size] = '\0';
	walk_judge(walk, walk->name, &walk->st);
	return walk_prepend(walk, target, err);
}

/* Takes the next name off what is still to be walked; false at the end. */
static bool walk_next(struct walk *walk)
{
	const char *from = walk->rest + strspn(walk->rest, "/");
	size_t size = strcspn(from, "/");

	if (!size || size > NAME_MAX)
		return false;
	memcpy(walk->name, from, size);
	walk->name[size] = '\0';
	memmove(walk->rest, from + size, strlen(from + size) + 1);
	return true;
}

static int walk_enter(struct walk *walk, struct bpfhost_error *err)
{
	int fd = openat(walk->levels[walk->depth - 1].fd, walk->name,
			O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &walk->st)) {
		int cause = errno;

		if (fd >= 0)
			close(fd);
		bpfhost_error_set(err, 0, "failed to open %s in %s: %s", walk->name, walk->where,
				  strerror(cause));
		return -cause;
	}
	if (S_ISDIR(walk->st.st_mode))
		return walk_push(walk, fd, &walk->st, err);
	if (S_ISLNK(walk->st.st_mode)) {
		int e = walk_follow(walk, fd, err);

		close(fd);
		return e;
	}
	walk->file = fd;
	if (!walk->rest[0])
		return 0;
	bpfhost_error_set(err, 0, "%s in %s is no folder", walk->name, walk->where);
	return -ENOTDIR;
}

/* A relative path begins where we are, by the kernel's word. */
static int walk_begin(struct walk *walk, const char *path, struct bpfhost_error *err)
{
	char here[PATH_MAX];
	int e = walk_root(walk, err);

	if (!e)
		e = walk_prepend(walk, path, err);
	if (e || path[0] == '/')
		return e;
	if (path[0] && getcwd(here, sizeof(here)))
		return walk_prepend(walk, here, err);
	bpfhost_error_set(err, 0, path[0] ? "the working directory is gone" : "the path is empty");
	return -ENOENT;
}

static int walk_go(struct walk *walk, struct bpfhost_error *err)
{
	bool strict = !walk->want->trust && !walk->want->owner;
	int e = 0;

	while (!e && walk->file < 0 && walk_next(walk)) {
		if (!strcmp(walk->name, ".."))
			walk_pop(walk);
		else if (strcmp(walk->name, "."))
			e = walk_enter(walk, err);
		if (strict && walk->broken)
			break;
	}
	if (!e && walk->file < 0 && strspn(walk->rest, "/") != strlen(walk->rest) &&
	    !walk->broken) {
		bpfhost_error_set(err, 0, "a name in the path is longer than %d bytes", NAME_MAX);
		return -ENAMETOOLONG;
	}
	return e;
}

/*
 * Opens what was found for reading. It was only looked at so far: to open a device or a FIFO may
 * wait or do something. Between the two it may have been replaced, so it is compared.
 */
static int walk_open(struct walk *walk, struct walk_found *ret_found, struct bpfhost_error *err)
{
	struct stat st;
	int fd = openat(walk->levels[walk->depth - 1].fd, walk->name,
			O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st)) {
		int cause = errno;

		if (fd >= 0)
			close(fd);
		bpfhost_error_set(err, 0, "failed to open it for reading: %s", strerror(cause));
		return -cause;
	}
	if (st.st_dev != walk->st.st_dev || st.st_ino != walk->st.st_ino) {
		close(fd);
		bpfhost_error_set(err, 0, "it was replaced while it was looked at");
		return -EAGAIN;
	}
	walk_judge(walk, walk->name, &st);
	ret_found->fd = fd;
	ret_found->st = st;
	return 0;
}

static int walk_finish(struct walk *walk, struct walk_found *ret_found, struct bpfhost_error *err)
{
	const struct walk_level *level = &walk->levels[walk->depth - 1];
	struct walk_found found = { .fd = -1 };
	int e = 0;

	if (walk->want->type == S_IFREG) {
		if (walk->file < 0 || !S_ISREG(walk->st.st_mode)) {
			bpfhost_error_set(err, 0, "it is no regular file but a %s",
					  walk->file < 0               ? "folder"
					  : S_ISFIFO(walk->st.st_mode) ? "FIFO"
					  : S_ISSOCK(walk->st.st_mode) ? "socket"
								       : "device");
			return -EINVAL;
		}
		e = walk_open(walk, &found, err);
	} else if (walk->file >= 0) {
		bpfhost_error_set(err, 0, "it is no folder");
		return -ENOTDIR;
	}
	if (!e && walk->broken && level->trusted_by)
		found.trusted_by = level->trusted_by;
	else if (!e && walk->broken) {
		if (found.fd >= 0)
			close(found.fd);
		*err = walk->violation;
		return -EPERM;
	}
	if (!e && walk->want->type == S_IFDIR) {
		found.fd = fcntl(level->fd, F_DUPFD_CLOEXEC, 0);
		e = found.fd < 0 || fstat(found.fd, &found.st) ? -errno : 0;
	}
	if (!e)
		*ret_found = found;
	return e;
}

int walk_to(const char *path, const struct walk_want *want, struct walk_found *ret_found,
	    struct bpfhost_error *err)
{
	__attribute__((cleanup(walk_end))) struct walk *walk = calloc(1, sizeof(*walk));
	int e;

	if (!walk) {
		bpfhost_error_set(err, 0, "out of memory");
		return -ENOMEM;
	}
	walk->want = want;
	walk->file = -1;
	e = walk_begin(walk, path, err);
	if (!e)
		e = walk_go(walk, err);
	if (e && !walk->want->owner && !walk->want->trust && walk->broken) {
		*err = walk->violation;
		return -EPERM;
	}
	return e ? e : walk_finish(walk, ret_found, err);
}
