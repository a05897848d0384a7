/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is asked about one file, and what becomes of a file that is no good to ask about. */
#include "file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../elf/ifunc_internal.h"
#include "frame.h"
#include "info.h"
#include "process.h"

/* The process may have other ideas than the file, so it gets nothing that looks like something else. */
static bool file_is_elf(int fd)
{
	struct stat about;
	char magic[4];

	return !fstat(fd, &about) && S_ISREG(about.st_mode) &&
	       pread(fd, magic, sizeof(magic), 0) == sizeof(magic) &&
	       !memcmp(magic, "\177ELF", sizeof(magic));
}

/* That somebody other than root may have made. Where there are ACLs, the group's bits are the most they grant. */
static bool file_is_strangers(int fd)
{
	struct stat about;

	return fstat(fd, &about) || about.st_uid || about.st_mode & (S_IWGRP | S_IWOTH);
}

static int file_want(void *ctx, const struct debug_wanted *wanted, int *ret_fd, char *ret_path)
{
	const struct bpfhost_target *target = ctx;
	int fd, ret = debug_open(target->root, target->path, wanted, &fd, ret_path);

	if (ret)
		return ret;
	/* A stranger's is read only for his own file, with which it is alone in the process. */
	if (!file_is_elf(fd) || (file_is_strangers(fd) && !file_is_strangers(target->fd))) {
		close(fd);
		return -ENOENT;
	}
	*ret_fd = fd;
	return 0;
}

static int file_refuse(const struct bpfhost_file *file, struct bpfhost_error *err)
{
	bpfhost_error_set(err, 0, "failed to read %.200s: %s", file->target.address,
			  file->refused_note ?: strerror(-file->refused));
	return file->refused;
}

bool bpfhost_file_is_bad(int err)
{
	switch (-err) {
	case EACCES:
	case EPERM:
	case ENOEXEC:
	case EFBIG:
	/* what became of its reader */
	case EBADMSG:
	case ETIMEDOUT:
	/* of its file system */
	case EIO:
	case ELOOP:
	case ESTALE:
	case ENOTCONN:
	case ECONNABORTED:
		return true;
	default:
		return false;
	}
}

/* Where the process that read it is gone, by its doing: never again. */
static int file_call(struct bpfhost_file *file, struct reader_call *call, struct bpfhost_error *err)
{
	struct bpfhost_error why = { 0 };
	bool has_ended = false;
	int ret;

	call->file = file->id;
	call->patience_ms = file->is_found ? READER_FOUND_MS : READER_PATIENCE_MS;
	ret = reader_call(file->reader, call, &has_ended, &why);
	if (ret == -E2BIG) /* which elsewhere is what was asked for */
		ret = -EFBIG;
	if (has_ended && ret != -ENOMEM) {
		file->generation = 0;
		file->refused = ret;
		file->refused_note = strdup(why.text);
		return file_refuse(file, err);
	}
	if (why.text[0])
		bpfhost_error_set(err, why.offset, "%s", why.text);
	return ret;
}

/* ---- handing it over ------------------------------------------------------------------------------ */

static int file_take_info(void *ctx, struct bpfhost_unpack *part)
{
	struct bpfhost_elf_info info;

	reader_unpack_info(part, &info);
	if (!part->is_bad)
		*(struct bpfhost_elf_info *)ctx = info;
	return 0;
}

static int file_give(struct bpfhost_file *file, struct bpfhost_error *err)
{
	struct bpfhost_pack question = { 0 };
	struct reader_call call = {
		.kind = READER_OPEN,
		.question = &question,
		.fd = file->target.fd,
		.take = file_take_info,
		.ctx = &file->info,
	};
	struct bpfhost_error why = { 0 };
	int ret;

	file->id = file->reader->files++;
	file->reader->is_strangers = file_is_strangers(file->target.fd);
	bpfhost_pack_number(&question, (uintptr_t)ifunc_find_object(file->target.fd));
	bpfhost_pack_text(&question, file->target.path);
	ret = question.failed ? -ENOMEM : file_call(file, &call, &why);
	bpfhost_pack_free(&question);
	if (!ret)
		file->generation = file->reader->generation;
	else if (file->refused)
		bpfhost_error_set(err, 0, "%s", why.text);
	else
		bpfhost_error_set(err, 0, "%s: %s", file->target.address,
				  why.text[0] ? why.text : strerror(-ret));
	return ret;
}

/* A process that a stranger's file has taken over must not answer for another, read before it or behind. */
static void file_separate(const struct bpfhost_file *file)
{
	struct bpfhost_reader *reader = file->reader;

	if (reader->pid && reader->files &&
	    (reader->is_strangers || file_is_strangers(file->target.fd)))
		bpfhost_reader_stop(reader);
}

int reader_file_open(struct bpfhost_file *file, struct bpfhost_error *err)
{
	int ret;

	if (file->refused)
		return file_refuse(file, err);
	if (reader_is_running(file->reader) && file->generation == file->reader->generation)
		return 0;
	file_separate(file);
	ret = reader_start(file->reader, err);
	return ret ? ret : file_give(file, err);
}

void bpfhost_file_rest(struct bpfhost_file *file)
{
	struct reader_call call = { .kind = READER_CLOSE, .fd = -1 };

	if (reader_is_running(file->reader) && file->generation == file->reader->generation)
		(void)file_call(file, &call, NULL);
	file->generation = 0;
	file->is_found = false;
	free(file->symbols_note);
	file->symbols_note = NULL;
}

int bpfhost_file_begin(struct bpfhost_file *file, struct bpfhost_target *target,
		       struct bpfhost_reader *reader)
{
	struct stat about;

	*file = (struct bpfhost_file){ .target = *target, .reader = reader };
	memset(target, 0, sizeof(*target));
	target->fd = -1;
	if (fstat(file->target.fd, &about))
		return -errno;
	file->size = (uint64_t)about.st_size;
	return 0;
}

void bpfhost_file_end(struct bpfhost_file *file)
{
	bpfhost_file_rest(file);
	free(file->refused_note);
	bpfhost_target_close(&file->target);
}

/* ---- asking --------------------------------------------------------------------------------------- */

static void file_take_note(struct bpfhost_file *file, const struct bpfhost_error *note)
{
	if (note->text[0] && !file->symbols_note)
		file->symbols_note = strdup(note->text);
}

int bpfhost_file_ask(struct bpfhost_file *file, bpfhost_reader_fn fn,
		     const struct bpfhost_pack *question, bpfhost_part_fn take, void *ctx,
		     struct bpfhost_error *err)
{
	struct bpfhost_error note = { 0 };
	struct bpfhost_pack all = { 0 };
	struct reader_call call = {
		.kind = READER_ASK,
		.fn = fn,
		.question = &all,
		.fd = -1,
		.take = take,
		.want = file_want,
		.ctx = ctx,
		.want_ctx = &file->target,
		.note = &note,
	};
	int ret = reader_file_open(file, err);

	if (ret)
		return ret;
	bpfhost_pack_number(&all, file->is_found);
	if (question)
		bpfhost_pack_bytes(&all, question->bytes, question->size);
	ret = all.failed || (question && question->failed) ? -ENOMEM : file_call(file, &call, err);
	bpfhost_pack_free(&all);
	if (!ret || ret == -ENOENT || ret == -ENOEXEC)
		file_take_note(file, &note);
	return ret;
}
