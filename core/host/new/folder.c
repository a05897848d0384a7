/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "new/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "new/template.h"

/* The name of a template's file in the folder; the caller's, NULL without memory. */
static char *folder_file(const struct template_file *file, const char *name)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	template_write(file->name, strlen(file->name), name, out);
	return fclose(out) ? NULL : text;
}

static int folder_write(int folder, const struct template_file *file, const char *name,
			const char *path)
{
	int fd = openat(folder, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	int err = out ? 0 : -errno;

	if (!out) {
		if (fd >= 0)
			close(fd);
		return err;
	}
	template_write(file->text, (size_t)(file->end - file->text), name, out);
	if (ferror(out))
		err = -EIO;
	if (fclose(out))
		err = -errno;
	return err;
}

static int folder_add(int folder, const struct template_file *file, const char *name,
		      struct bpfhost_error *err)
{
	char *path = folder_file(file, name);
	int ret = path ? folder_write(folder, file, name, path) : -ENOMEM;

	if (ret)
		bpfhost_error_set(err, 0, "failed to write %s/%s: %s", name, path ? path : "",
				  strerror(-ret));
	free(path);
	return ret;
}

static int folder_fill(int folder, const char *name, const char *kind, struct bpfhost_error *err)
{
	int ret = 0;

	for (const struct template_file *file = template_files; file->kind && !ret; file++)
		if (!strcmp(file->kind, kind))
			ret = folder_add(folder, file, name, err);
	return ret;
}

/* The folder is ours: nobody else had a reason to put anything there, and what they did stays. */
static void folder_remove(int folder, const char *name, const char *kind)
{
	for (const struct template_file *file = template_files; file->kind; file++) {
		char *path = strcmp(file->kind, kind) ? NULL : folder_file(file, name);

		if (path)
			unlinkat(folder, path, 0);
		free(path);
	}
	rmdir(name);
}

int folder_make(const char *name, const char *kind, struct bpfhost_error *err)
{
	int folder, ret;

	if (mkdir(name, 0777)) {
		ret = -errno;
		bpfhost_error_set(err, 0, "failed to make the folder %s: %s", name, strerror(-ret));
		return ret;
	}
	folder = open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0) {
		ret = -errno;
		bpfhost_error_set(err, 0, "failed to open the folder %s: %s", name, strerror(-ret));
		return ret;
	}
	ret = folder_fill(folder, name, kind, err);
	if (ret)
		folder_remove(folder, name, kind);
	close(folder);
	return ret;
}
