/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/file.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../reader/file.h"

static void file_free(struct bpfhost_file *file)
{
	if (file)
		bpfhost_file_end(file);
	free(file);
}

/* One that was opened already, by another of its names too. */
static struct bpfhost_file *files_find(const struct bpfhost_files *files,
				       const struct bpfhost_target *target)
{
	for (uint32_t i = 0; i < files->count; i++) {
		const struct bpfhost_target *have = &files->items[i]->target;

		if (have->device == target->device && have->inode == target->inode)
			return files->items[i];
	}
	return NULL;
}

static int file_read(struct bpfhost_file *file, struct bpfhost_error *err)
{
	int ret = reader_file_open(file, err);

	if (ret || file->info.bits == 64)
		return ret;
	bpfhost_error_set(err, 0,
			  "%s is a 32-bit program, whose registers and stack are not understood",
			  file->target.address);
	return -ENOTSUP;
}

static int files_keep(struct bpfhost_files *files, struct bpfhost_file *file)
{
	struct bpfhost_file **items =
		reallocarray(files->items, files->count + 1, sizeof(struct bpfhost_file *));

	if (!items)
		return -ENOMEM;
	files->items = items;
	items[files->count++] = file;
	return 0;
}

/* Kept is what could be read, so that nobody finds another kind among them; and what ended its reader, refused,
 * as the next probe on it would wait for that again. */
static int files_add(struct bpfhost_files *files, struct bpfhost_target *target,
		     struct bpfhost_file **ret_file, struct bpfhost_error *err)
{
	struct bpfhost_file *file = calloc(1, sizeof(*file));
	int ret = file ? bpfhost_file_begin(file, target, files->reader) : -ENOMEM;
	int kept;

	if (!ret) {
		file->is_found = files->are_found;
		ret = file_read(file, err);
	}
	kept = !ret || (file && file->refused) ? files_keep(files, file) : ret;
	if (kept)
		file_free(file);
	else if (!ret)
		*ret_file = file;
	return ret ?: kept;
}

int bpfhost_files_get(struct bpfhost_files *files, const char *text, uint32_t pid,
		      struct bpfhost_file **ret_file, uint32_t *ret_pid, struct bpfhost_error *err)
{
	struct bpfhost_target target = { .fd = -1 };
	struct bpfhost_file *file;
	int ret = files->reader ? 0 : bpfhost_reader_new(files->self, &files->reader);

	if (!ret)
		ret = bpfhost_target_find(text, pid, &target, err);
	if (ret)
		return ret;
	pid = target.pid;
	file = files_find(files, &target);
	if (!file)
		ret = files_add(files, &target, &file, err);
	else
		ret = file->refused ? reader_file_open(file, err) : 0;
	bpfhost_target_close(&target);
	if (ret)
		return ret;
	*ret_file = file;
	*ret_pid = pid;
	return 0;
}

void bpfhost_files_rest(struct bpfhost_files *files)
{
	if (files->reader)
		bpfhost_reader_stop(files->reader);
}

void bpfhost_files_free(struct bpfhost_files *files)
{
	for (uint32_t i = 0; i < files->count; i++)
		file_free(files->items[i]);
	bpfhost_reader_free(files->reader);
	free(files->items);
	memset(files, 0, sizeof(*files));
}
