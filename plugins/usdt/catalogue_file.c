/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Catalogues from the file system. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <bpfhost/data.h>

#include "catalogue.h"

#define CATALOGUE_SUFFIX   ".probes"
#define CATALOGUE_SIZE_MAX (1U << 20)

static int catalogue_fail_path(const char *path, int err, struct bpfhost_error *why)
{
	bpfhost_error_set(why, 0, "failed to read catalogue %s: %s", path, strerror(-err));
	return err;
}

static int catalogue_is_wanted(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name), suffix = strlen(CATALOGUE_SUFFIX);

	return entry->d_name[0] != '.' && length > suffix &&
	       !strcmp(entry->d_name + length - suffix, CATALOGUE_SUFFIX);
}

static int catalogue_file(struct usdt_catalogue *catalogue, const char *path,
			  struct bpfhost_error *err)
{
	char *text;
	size_t length;
	int ret = bpfhost_data_read(path, CATALOGUE_SIZE_MAX, &text, &length);

	if (ret)
		return catalogue_fail_path(path, ret, err);
	ret = usdt_catalogue_text(catalogue, path, text, length, err);
	free(text);
	return ret;
}

static int catalogue_folder(struct usdt_catalogue *catalogue, const char *path,
			    struct bpfhost_error *err)
{
	struct dirent **entries;
	int ret = 0, count = scandir(path, &entries, catalogue_is_wanted, alphasort);

	if (count < 0)
		return catalogue_fail_path(path, -errno, err);
	for (int i = 0; i < count; i++) {
		char *file = NULL;

		if (!ret && asprintf(&file, "%s/%s", path, entries[i]->d_name) < 0)
			ret = -ENOMEM;
		else if (!ret)
			ret = catalogue_file(catalogue, file, err);
		free(file);
		free(entries[i]);
	}
	free(entries);
	return ret;
}

int usdt_catalogue_path(struct usdt_catalogue *catalogue, const char *path,
			struct bpfhost_error *err)
{
	struct stat about;

	if (stat(path, &about) < 0)
		return catalogue_fail_path(path, -errno, err);
	return S_ISDIR(about.st_mode) ? catalogue_folder(catalogue, path, err)
				      : catalogue_file(catalogue, path, err);
}
