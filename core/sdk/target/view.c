/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */

/*
 * /proc/PID/root leads into the root folder of a process, in its mount namespace. Two things about
 * it are easy to get wrong.
 *
 * A path below it may run through a symbolic link that begins with "/". Followed in the usual way,
 * that link leads to a file of ours. openat2() with RESOLVE_IN_ROOT follows it as the process does.
 *
 * The paths in /proc/PID/maps and behind /proc/PID/exe are not those that the process sees. The
 * kernel names a file from the root folder of whoever reads, or, where that leads not to it, from
 * the top of the file's own mount namespace. For a process in a container both are mostly the same;
 * for one that called chroot() the path to its root folder stands in front, and is taken off here.
 *
 * So every path is checked: it must lead to the very file.
 */
#include "view.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/* How often openat2() is asked again after something was renamed while it looked. */
#define RETRIES 16

#ifndef BTRFS_SUPER_MAGIC
#define BTRFS_SUPER_MAGIC 0x9123683e
#endif
#ifndef OVERLAYFS_SUPER_MAGIC
#define OVERLAYFS_SUPER_MAGIC 0x794c7630
#endif

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether a link in the process' folder below /proc leads to the same as ours. */
static int compare_link(uint32_t pid, const char *name, bool *ret_same)
{
	struct stat ours, theirs;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/%s", name);
	if (stat(path, &ours))
		return -errno;
	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	if (stat(path, &theirs))
		return errno == ENOENT ? -ESRCH : -errno;
	*ret_same = is_same(&ours, &theirs);
	return 0;
}

static int read_link(const char *path, char **ret_text)
{
	char *text = malloc(PATH_MAX + 1);
	ssize_t length;

	if (!text)
		return -ENOMEM;
	length = readlink(path, text, PATH_MAX);
	if (length < 0) {
		free(text);
		return -errno;
	}
	text[length] = '\0';
	*ret_text = text;
	return 0;
}

static int enter(struct target_view *view)
{
	snprintf(view->root, sizeof(view->root), "/proc/%u/root", view->pid);
	view->fd = open(view->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (view->fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	return read_link(view->root, &view->prefix);
}

int target_view_open(uint32_t pid, struct target_view *ret_view)
{
	struct target_view view = { .pid = pid, .fd = -1 };
	bool same_mounts = true, same_root = true;
	int err = 0;

	if (pid)
		err = compare_link(pid, "ns/mnt", &same_mounts);
	if (pid && !err)
		err = compare_link(pid, "root", &same_root);
	if (!err && !(same_mounts && same_root))
		err = enter(&view);
	if (err) {
		target_view_close(&view);
		return err == -EPERM ? -EACCES : err;
	}
	*ret_view = view;
	return 0;
}

void target_view_close(struct target_view *view)
{
	if (!view)
		return;
	if (view->fd >= 0)
		close(view->fd);
	free(view->prefix);
	view->fd = -1;
	view->prefix = NULL;
}

/* With flags that openat2() takes. Returns a descriptor or -errno. */
static int open_in(const struct target_view *view, const char *path, int flags)
{
	struct open_how how = { .flags = (uint64_t)(flags | O_CLOEXEC),
				.resolve = RESOLVE_IN_ROOT };
	long fd = -1;

	if (view->fd < 0) {
		fd = open(path, flags | O_CLOEXEC);
		return fd < 0 ? -errno : (int)fd;
	}
	for (int i = 0; i < RETRIES; i++) {
		fd = syscall(SYS_openat2, view->fd, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd < 0 ? -errno : (int)fd;
}

bool target_view_has(const struct target_view *view, const char *path)
{
	int handle = open_in(view, path, O_PATH);

	if (handle >= 0)
		close(handle);
	return handle >= 0;
}

int target_view_open_folder(const struct target_view *view, const char *path)
{
	return open_in(view, path, O_RDONLY | O_DIRECTORY);
}

/* HANDLE was opened with O_PATH, by which a FIFO does not block and a device does not notice. */
static int open_handle(int handle)
{
	struct stat stat;
	char path[64];
	int fd;

	if (fstat(handle, &stat))
		return -errno;
	if (!S_ISREG(stat.st_mode))
		return S_ISDIR(stat.st_mode) ? -EISDIR : -ENODEV;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", handle);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int target_view_open_file(const struct target_view *view, const char *path)
{
	int handle = open_in(view, path, O_PATH);
	int fd;

	if (handle < 0)
		return handle;
	fd = open_handle(handle);
	close(handle);
	return fd;
}

int target_open_file(const char *path)
{
	struct target_view ours = { .fd = -1 };

	return target_view_open_file(&ours, path);
}

/* Without the part in front that leads to the process' root folder. */
static const char *strip_prefix(const struct target_view *view, const char *path)
{
	size_t length = view->prefix ? strlen(view->prefix) : 0;

	if (length < 2 || strncmp(path, view->prefix, length) || path[length] != '/')
		return path;
	return path + length;
}

/* The places where a file that the kernel names PATH can be; false behind the last. */
static bool next_place(const struct target_view *view, const char *path, int index,
		       struct target_place *place)
{
	const char *const roots[] = { view->root, view->root, "" };
	const char *const paths[] = { strip_prefix(view, path), path, path };

	if (index > (view->fd < 0 ? 0 : 2))
		return false;
	place->root = roots[index];
	place->path = paths[index];
	return true;
}

static char *join(const struct target_place *place)
{
	char *address;

	return asprintf(&address, "%s%s", place->root, place->path) < 0 ? NULL : address;
}

/*
 * The device in a process' maps is that of the file system as a whole. On btrfs, stat() has one for
 * each subvolume; on overlayfs, one of the two may be that of the layer below. There the inode has
 * to do.
 */
static bool has_devices_of_its_own(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && (fs.f_type == (__typeof__(fs.f_type))BTRFS_SUPER_MAGIC ||
				      fs.f_type == (__typeof__(fs.f_type))OVERLAYFS_SUPER_MAGIC);
}

static bool is_at(struct target_place *place, struct target_identity identity)
{
	char *address = join(place);
	bool same = address && !stat(address, &place->stat) && S_ISREG(place->stat.st_mode) &&
		    place->stat.st_ino == identity.inode &&
		    (place->stat.st_dev == identity.device || has_devices_of_its_own(address));

	free(address);
	return same;
}

bool target_view_find(const struct target_view *view, const char *path,
		      struct target_identity identity, struct target_place *ret_place)
{
	struct target_place place;

	for (int i = 0; next_place(view, path, i, &place); i++) {
		if (is_at(&place, identity)) {
			*ret_place = place;
			return true;
		}
	}
	return false;
}

static int take_place(const struct target_place *place, const char *address,
		      struct bpfhost_target *target)
{
	target->root = strdup(place->root);
	target->path = strdup(place->path);
	target->address = address ? strdup(address) : join(place);
	return target->root && target->path && target->address ? 0 : -ENOMEM;
}

/* Where the kernel says that an open file is: its path without any symbolic link. */
static bool find_open(const struct target_view *view, int fd, struct target_identity identity,
		      char **ret_path, struct target_place *ret_place)
{
	char link[64];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (read_link(link, ret_path))
		return false;
	return target_view_find(view, *ret_path, identity, ret_place);
}

int target_view_locate(const struct target_view *view, const char *path, const char *last,
		       struct bpfhost_target *target)
{
	struct target_place place = { .root = view->root, .path = strip_prefix(view, path) };
	struct target_identity identity;
	char *resolved = NULL;
	struct stat stat;
	int err;

	if (fstat(target->fd, &stat))
		return -errno;
	identity = (struct target_identity){ stat.st_dev, stat.st_ino };
	if (target_view_find(view, path, identity, &place) ||
	    find_open(view, target->fd, identity, &resolved, &place))
		last = NULL;
	target->device = stat.st_dev;
	target->inode = stat.st_ino;
	err = take_place(&place, last, target);
	free(resolved);
	return err;
}
