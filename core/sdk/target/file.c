/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/file.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../elf/symbols_internal.h"

void bpfhost_file_rest(struct bpfhost_file *file)
{
	bpfhost_symbols_free(file->symbols);
	bpfhost_elf_close(file->debug);
	bpfhost_elf_close(file->elf);
	if (file->debug_fd >= 0)
		close(file->debug_fd);
	free(file->symbols_note);
	free(file->debug_path);
	*file = (struct bpfhost_file){ .target = file->target, .debug_fd = -1 };
}

static void file_free(struct bpfhost_file *file)
{
	if (!file)
		return;
	bpfhost_file_rest(file);
	bpfhost_target_close(&file->target);
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

/* Takes the target. */
static struct bpfhost_file *file_new(struct bpfhost_target *target)
{
	struct bpfhost_file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	file->target = *target;
	file->debug_fd = -1;
	memset(target, 0, sizeof(*target));
	target->fd = -1;
	return file;
}

static int file_read(struct bpfhost_file *file, struct bpfhost_error *err)
{
	struct bpfhost_error why = { 0 };
	int ret = bpfhost_elf_open(file->target.fd, &file->elf, &why);

	if (ret)
		bpfhost_error_set(err, 0, "%s: %s", file->target.address, why.text);
	else if (bpfhost_elf_info(file->elf)->bits != 64)
		ret = -ENOTSUP;
	if (ret == -ENOTSUP)
		bpfhost_error_set(err, 0,
				  "%s is a 32-bit program, whose registers and stack are "
				  "not understood",
				  file->target.address);
	return ret;
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

/* Kept is only what could be read: so nobody finds another kind among them. */
static int files_add(struct bpfhost_files *files, struct bpfhost_target *target,
		     struct bpfhost_file **ret_file, struct bpfhost_error *err)
{
	struct bpfhost_file *file = file_new(target);
	int ret = file ? file_read(file, err) : -ENOMEM;

	if (!ret)
		ret = files_keep(files, file);
	if (ret)
		file_free(file);
	else
		*ret_file = file;
	return ret;
}

int bpfhost_files_get(struct bpfhost_files *files, const char *text, uint32_t pid,
		      struct bpfhost_file **ret_file, uint32_t *ret_pid, struct bpfhost_error *err)
{
	struct bpfhost_target target = { .fd = -1 };
	struct bpfhost_file *file;
	int ret = bpfhost_target_find(text, pid, &target, err);

	if (ret)
		return ret;
	pid = target.pid;
	file = files_find(files, &target);
	if (!file)
		ret = files_add(files, &target, &file, err);
	else if (!file->elf)
		ret = file_read(file, err);
	bpfhost_target_close(&target);
	if (ret)
		return ret;
	*ret_file = file;
	*ret_pid = pid;
	return 0;
}

void bpfhost_files_free(struct bpfhost_files *files)
{
	for (uint32_t i = 0; i < files->count; i++)
		file_free(files->items[i]);
	free(files->items);
	memset(files, 0, sizeof(*files));
}

/* The file's own symbols are enough where it has no other; so a failure here is none. */
static void file_find_debug(struct bpfhost_file *file)
{
	char path[PATH_MAX];
	struct bpfhost_error why = { 0 };

	if (bpfhost_debug_find(file->elf, file->target.root, file->target.path, &file->debug_fd,
			       path, &why))
		return;
	if (!bpfhost_elf_open(file->debug_fd, &file->debug, &why))
		file->debug_path = strdup(path);
}

/* More take so long to read that whoever waits for events would notice. */
#define FOUND_SYMBOLS_MAX 250000U
#define FOUND_BYTES_MAX   (64U << 20)

static int file_check_symbols(const struct bpfhost_file *file, struct bpfhost_error *why)
{
	struct symbols_weight weight = symbols_weigh(file->elf, file->debug);

	if (!file->is_found ||
	    (weight.count <= FOUND_SYMBOLS_MAX && weight.bytes <= FOUND_BYTES_MAX))
		return 0;
	bpfhost_error_set(why, 0, "there are too many to be read unasked");
	return -E2BIG;
}

static void file_read_symbols(struct bpfhost_file *file)
{
	struct bpfhost_error why = { 0 };

	if (!file->is_found) /* whose checksum may be one over gigabytes */
		file_find_debug(file);
	file->symbols_error = file_check_symbols(file, &why);
	if (!file->symbols_error)
		file->symbols_error =
			bpfhost_symbols_read(file->elf, file->debug, &file->symbols, &why);
	if (why.text[0])
		file->symbols_note = strdup(why.text);
}

int bpfhost_file_symbols(struct bpfhost_file *file, const struct bpfhost_symbols **ret_symbols,
			 struct bpfhost_error *err)
{
	if (!file->symbols && !file->symbols_error)
		file_read_symbols(file);
	if (file->symbols_error) {
		bpfhost_error_set(err, 0, "the symbols of %s: %s", file->target.address,
				  file->symbols_note ?: strerror(-file->symbols_error));
		return file->symbols_error;
	}
	*ret_symbols = file->symbols;
	return 0;
}
