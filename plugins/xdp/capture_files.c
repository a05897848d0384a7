/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "capture_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture_name.h"

#define FILES_TRIES 1000 /* names that are taken already */
#define FILES_HEAD  512  /* bytes of a file in which its mark lies */
#define FILES_MODE  0600

/* ---- open and close ------------------------------------------------------------------------------ */

/* When a process began, field 22 of /proc/PID/stat, proc(5); the name in it may hold anything. */
static unsigned long long files_began(pid_t pid)
{
	char path[64], line[1024];
	unsigned long long began = 0;
	const char *behind;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (file && fgets(line, sizeof(line), file)) {
		behind = strrchr(line, ')');
		if (!behind ||
		    sscanf(behind + 1,
			   " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
			   "%*d %*d %llu",
			   &began) != 1)
			began = 0;
	}
	if (file)
		fclose(file);
	return began;
}

/* All workers of one run have the same parent. */
static void files_mark(struct bpfhost_instance *self, struct capture_files *files)
{
	pid_t parent = getppid();

	snprintf(files->mark, sizeof(files->mark), "instance %.20s of run %d.%llu",
		 self->host->instance, (int)parent, files_began(parent));
}

static int files_open_folder(struct bpfhost_instance *self, struct capture_files *files)
{
	int size = (int)(files->name - files->path);
	char folder[4096];

	if (snprintf(folder, sizeof(folder), "%.*s", size ? size : 1, size ? files->path : ".") >=
	    (int)sizeof(folder))
		return bpfhost_fail(self, -EINVAL, "option write: the path is too long");
	files->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (files->folder < 0)
		return bpfhost_fail(self, -EINVAL, "option write: failed to open the folder %s: %s",
				    folder, strerror(errno));
	return 0;
}

static int files_check_name(struct bpfhost_instance *self, const struct capture_files *files)
{
	if (!strcmp(files->path, "-"))
		return bpfhost_fail(self, -EINVAL,
				    "option write: stdout is for events; name a file or a FIFO");
	if (!files->name[0] || !strcmp(files->name, ".") || !strcmp(files->name, ".."))
		return bpfhost_fail(self, -EINVAL, "option write: '%s' names no file", files->path);
	if (strlen(files->name) > 200)
		return bpfhost_fail(self, -EINVAL, "option write: the file's name is too long");
	return 0;
}

int capture_files_open(struct bpfhost_instance *self, struct capture_files *files, const char *path,
		       bool rotates, uint32_t keep)
{
	const char *slash = strrchr(path, '/');
	int err;

	*files = CAPTURE_FILES_NONE;
	files->path = path;
	files->name = slash ? slash + 1 : path;
	files->rotates = rotates;
	files->keep = keep;
	err = files_check_name(self, files);
	if (!err)
		err = files_open_folder(self, files);
	if (!err && keep) {
		files->kept = calloc(keep, sizeof(*files->kept));
		if (!files->kept)
			return bpfhost_fail(self, -ENOMEM, "failed to remember %u files: %s", keep,
					    strerror(ENOMEM));
	}
	files_mark(self, files);
	return err;
}

void capture_files_close(struct capture_files *files)
{
	for (uint32_t i = 0; files->kept && i < files->keep; i++)
		free(files->kept[i]);
	free(files->kept);
	if (files->folder >= 0)
		close(files->folder);
	*files = CAPTURE_FILES_NONE;
}

/* ---- the next file ------------------------------------------------------------------------------- */

static int files_failed(struct bpfhost_instance *self, const char *name, int err, const char *cause)
{
	return bpfhost_fail(self, err, "failed to write %s: %s", name, cause);
}

/* One of a row, which must not be there yet. The descriptor or -errno. */
static int files_create(const struct capture_files *files, const char *name)
{
	int fd = openat(files->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			FILES_MODE);

	return fd < 0 ? -errno : fd;
}

static int files_numbered(struct bpfhost_instance *self, struct capture_files *files)
{
	time_t now = time(NULL);
	int fd = -EEXIST;

	for (int i = 0; i < FILES_TRIES && fd == -EEXIST; i++) {
		int err = capture_name_numbered(files->name, ++files->number, now, files->last,
						sizeof(files->last));

		fd = err ? err : files_create(files, files->last);
	}
	return fd < 0 ? files_failed(self, files->last, fd, strerror(-fd)) : fd;
}

static bool files_is_ours(const struct capture_files *files, int fd)
{
	char head[FILES_HEAD];
	ssize_t size = pread(fd, head, sizeof(head), 0);

	return size > 0 && memmem(head, (size_t)size, files->mark, strlen(files->mark));
}

/* What an earlier worker of this run wrote is not overwritten. */
static int files_again(struct bpfhost_instance *self, struct capture_files *files)
{
	int fd = -EEXIST;

	for (uint32_t i = 2; i < FILES_TRIES && fd == -EEXIST; i++) {
		int err = capture_name_again(files->name, i, files->last, sizeof(files->last));

		fd = err ? err : files_create(files, files->last);
	}
	if (fd < 0)
		return files_failed(self, files->last, fd, strerror(-fd));
	bpfhost_warn(self, "%s is what was captured until the restart; going on in %s", files->name,
		     files->last);
	return fd;
}

static const char *files_open_cause(int err)
{
	if (err == ELOOP)
		return "it is a symbolic link";
	if (err == ENXIO)
		return "it is a FIFO that nobody reads yet, or a socket";
	return strerror(err);
}

/*
 * O_NOFOLLOW, since root may be told to write into a folder like /tmp where others could have laid a link;
 * O_NONBLOCK for a FIFO, which needs O_WRONLY for the kernel to say that nobody reads it.
 */
static int files_open_given(struct bpfhost_instance *self, struct capture_files *files,
			    struct stat *ret_status)
{
	const int flags = O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
	bool is_fifo = !fstatat(files->folder, files->name, ret_status, AT_SYMLINK_NOFOLLOW) &&
		       S_ISFIFO(ret_status->st_mode);
	int fd = openat(files->folder, files->name, flags | (is_fifo ? O_WRONLY : O_RDWR),
			FILES_MODE);

	if (fd < 0)
		return files_failed(self, files->path, -errno, files_open_cause(errno));
	if (fstat(fd, ret_status) ||
	    !(S_ISREG(ret_status->st_mode) || S_ISFIFO(ret_status->st_mode))) {
		close(fd);
		return files_failed(self, files->path, -EINVAL, "it is no file and no FIFO");
	}
	return fd;
}

/* Nobody else of ours may be writing it; then it is emptied. */
static int files_take(struct bpfhost_instance *self, struct capture_files *files, int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB))
		return files_failed(self, files->path, -EBUSY, "another instance is writing it");
	if (files_is_ours(files, fd))
		return files_again(self, files);
	if (ftruncate(fd, 0))
		return files_failed(self, files->path, -errno, strerror(errno));
	return fd;
}

static int files_given(struct bpfhost_instance *self, struct capture_files *files,
		       bool *ret_is_regular)
{
	struct stat status;
	int given = files_open_given(self, files, &status), fd = given;

	snprintf(files->last, sizeof(files->last), "%s", files->name);
	if (given >= 0 && S_ISREG(status.st_mode)) {
		fd = files_take(self, files, given);
		if (fd != given)
			close(given);
	}
	*ret_is_regular = fd >= 0 && S_ISREG(status.st_mode);
	return fd;
}

int capture_files_next(struct bpfhost_instance *self, struct capture_files *files,
		       bool *ret_is_regular)
{
	int folder = (int)(files->name - files->path);
	int fd = files->rotates ? files_numbered(self, files)
				: files_given(self, files, ret_is_regular);

	if (files->rotates)
		*ret_is_regular = true;
	if (fd >= 0)
		snprintf(files->shown, sizeof(files->shown), "%.*s%s", folder < 200 ? folder : 0,
			 files->path, files->last);
	return fd;
}

int capture_files_trim(struct capture_files *files)
{
	char **place = files->keep ? &files->kept[files->made++ % files->keep] : NULL;
	int err = 0;

	if (!place)
		return 0;
	if (*place && unlinkat(files->folder, *place, 0) && errno != ENOENT)
		err = -errno;
	free(*place);
	*place = strdup(files->last);
	return err;
}
