/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int files_add(struct usdt_files *files, struct bpfhost_file *file,
		     struct usdt_file **ret_file)
{
	struct usdt_file **items =
		reallocarray(files->items, files->count + 1, sizeof(struct usdt_file *));

	if (!items)
		return -ENOMEM;
	files->items = items;
	items[files->count] = calloc(1, sizeof(struct usdt_file));
	if (!items[files->count])
		return -ENOMEM;
	*ret_file = items[files->count++];
	(*ret_file)->file = file;
	return 0;
}

static int file_read(struct usdt_file *file, struct bpfhost_error *err)
{
	struct bpfhost_error why = { 0 };
	int ret = bpfhost_file_usdt(file->file, &file->usdt, &why);

	if (ret == -ENOENT)
		bpfhost_error_set(err, 0,
				  "%s has no static probes; another build of it may have some, or "
				  "a library that it uses",
				  file->file->target.path);
	else if (ret && file->file->refused)
		bpfhost_error_set(err, 0, "%s", why.text);
	else if (ret)
		bpfhost_error_set(err, 0, "%s: %s", file->file->target.path, why.text);
	else
		file->sites = bpfhost_usdt_sites(file->usdt, &file->nsites);
	return ret;
}

static struct usdt_file *files_find(const struct usdt_files *files,
				    const struct bpfhost_file *opened)
{
	for (uint32_t i = 0; i < files->count; i++)
		if (files->items[i]->file == opened)
			return files->items[i];
	return NULL;
}

int usdt_files_read(struct usdt_files *files, struct bpfhost_file *opened,
		    struct usdt_file **ret_file, struct bpfhost_error *err)
{
	struct usdt_file *file = files_find(files, opened);
	int ret = file ? 0 : files_add(files, opened, &file);

	if (!ret && !file->usdt)
		ret = file_read(file, err);
	if (!ret)
		*ret_file = file;
	return ret;
}

int usdt_files_get(struct usdt_files *files, const char *target, uint32_t pid,
		   struct usdt_file **ret_file, struct bpfhost_error *err)
{
	struct bpfhost_file *opened;
	uint32_t only;
	int ret = bpfhost_files_get(&files->files, target, pid, &opened, &only, err);

	return ret ? ret : usdt_files_read(files, opened, ret_file, err);
}

void usdt_file_rest(struct usdt_file *file)
{
	bpfhost_usdt_free(file->usdt);
	bpfhost_file_rest(file->file);
	*file = (struct usdt_file){ .file = file->file };
}

void usdt_files_free(struct usdt_files *files)
{
	for (uint32_t i = 0; i < files->count; i++) {
		bpfhost_usdt_free(files->items[i]->usdt);
		free(files->items[i]);
	}
	free(files->items);
	bpfhost_files_free(&files->files);
	memset(files, 0, sizeof(*files));
}

size_t usdt_file_group(const struct usdt_file *file, size_t first)
{
	const struct bpfhost_usdt_site *site = &file->sites[first];
	size_t n = 1;

	while (first + n < file->nsites && !strcmp(site[n].name, site->name) &&
	       !strcmp(site[n].provider, site->provider))
		n++;
	return n;
}
