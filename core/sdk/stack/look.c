/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What has to be known of a file that frames may lie in, before anybody asks for names: asked of the reader. */
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/file.h>

#include "../reader/read.h"
#include "private.h"

#define LOOK_ENTRIES_MAX 4096  /* of a .dynamic section */
#define LOOK_STRING_MAX  65536 /* bytes of a string there */
#define LOOK_TEXT_MIN    sizeof(uint64_t)

/* ---- there: what is needed ------------------------------------------------------------------------ */

/* The .dynamic section of a file, checked. */
struct look_dynamic {
	struct bpfhost_elf_section entries;
	struct bpfhost_elf_section strings;
};

static bool look_dynamic(struct bpfhost_elf *elf, struct look_dynamic *dynamic)
{
	return bpfhost_elf_info(elf)->bits == 64 &&
	       !bpfhost_elf_section(elf, ".dynamic", &dynamic->entries) &&
	       !bpfhost_elf_section(elf, ".dynstr", &dynamic->strings);
}

static bool look_is_string(const char *strings, size_t size, size_t at)
{
	size_t room = at < size ? size - at : 0;

	return room && memchr(strings + at, 0, room < LOOK_STRING_MAX ? room : LOOK_STRING_MAX);
}

/* The next string with this tag; *at begins as 0. NULL: there is no more. */
static const char *look_string(const struct look_dynamic *dynamic, int64_t tag, size_t *at)
{
	const char *entries = dynamic->entries.data, *strings = dynamic->strings.data;
	const size_t size = dynamic->strings.size;
	Elf64_Dyn entry;

	while (*at < LOOK_ENTRIES_MAX * sizeof(entry) &&
	       dynamic->entries.size - *at >= sizeof(entry)) {
		memcpy(&entry, entries + *at, sizeof(entry));
		*at += sizeof(entry);
		if (entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag == tag && look_is_string(strings, size, (size_t)entry.d_un.d_val))
			return strings + entry.d_un.d_val;
	}
	return NULL;
}

static const char *look_run_path(const struct look_dynamic *dynamic)
{
	size_t run_path = 0, old_path = 0;

	return look_string(dynamic, DT_RUNPATH, &run_path)
		       ?: look_string(dynamic, DT_RPATH, &old_path);
}

static uint32_t look_count(const struct look_dynamic *dynamic)
{
	uint32_t count = 0;
	size_t at = 0;

	while (look_string(dynamic, DT_NEEDED, &at))
		count++;
	return count;
}

static void look_pack_needed(struct bpfhost_elf *elf, struct bpfhost_pack *answer)
{
	struct look_dynamic dynamic;
	const char *name;
	size_t at = 0;

	if (!look_dynamic(elf, &dynamic)) {
		bpfhost_pack_text(answer, NULL);
		bpfhost_pack_number(answer, 0);
		return;
	}
	bpfhost_pack_text(answer, look_run_path(&dynamic));
	bpfhost_pack_number(answer, look_count(&dynamic));
	while ((name = look_string(&dynamic, DT_NEEDED, &at)))
		bpfhost_pack_text(answer, name);
}

static int look_answer(struct bpfhost_read *shown, struct bpfhost_unpack *question,
		       struct bpfhost_pack *answer, struct bpfhost_error *err)
{
	struct reader_read *read = (struct reader_read *)shown;
	struct debug_wanted debug = { .candidate = DEBUG_CANDIDATES };

	(void)question;
	(void)err;
	if (reader_read_debug(read))
		debug = read->debug_wanted;
	bpfhost_pack_bytes(answer, &debug, sizeof(debug));
	look_pack_needed(shown->elf, answer);
	return 0;
}

/* ---- here ----------------------------------------------------------------------------------------- */

int stack_look_take(void *ctx, struct bpfhost_unpack *part)
{
	struct stack_looked *looked = ctx;
	struct stack_file *file = looked->file;
	int ret;

	part->is_bad |= file->needed != NULL;
	bpfhost_unpack_bytes(part, &looked->debug, sizeof(looked->debug));
	if (looked->debug.candidate != DEBUG_CANDIDATES)
		part->is_bad |= !debug_wanted_is_sane(&looked->debug);
	ret = part->is_bad ? 0 : bpfhost_blocks_keep(&file->texts, part);
	if (ret || part->is_bad)
		return ret;
	file->run_path = bpfhost_unpack_text(part, LOOK_STRING_MAX);
	file->nneeded = bpfhost_unpack_count(part, LOOK_ENTRIES_MAX, LOOK_TEXT_MIN);
	file->needed = calloc(file->nneeded + 1, sizeof(*file->needed));
	if (!file->needed)
		return -ENOMEM;
	for (size_t i = 0; i < file->nneeded; i++)
		file->needed[i] = bpfhost_unpack_some_text(part, LOOK_STRING_MAX);
	if (part->is_bad)
		file->nneeded = 0;
	return 0;
}

/* The kernel gives shorter build-ids with zeros behind them, and of longer ones none. */
static void look_take_id(const struct bpfhost_elf_info *info, struct stack_file *file)
{
	if (info->build_id_size <= sizeof(file->build_id))
		memcpy(file->build_id, info->build_id, info->build_id_size);
}

/* Of processes that nobody named, too: so no file may take long. */
int stack_look(struct bpfhost_reader *reader, const struct bpfhost_target *target,
	       struct stack_file *file)
{
	struct stack_looked looked = { file, { .candidate = DEBUG_CANDIDATES } };
	struct bpfhost_file asked = { .target = *target, .reader = reader, .is_found = true };
	char path[PATH_MAX];
	int ret = bpfhost_file_ask(&asked, look_answer, NULL, stack_look_take, &looked, NULL);

	if (!ret && looked.debug.candidate != DEBUG_CANDIDATES)
		(void)debug_open(target->root, target->path, &looked.debug, &file->debug_fd, path);
	if (!ret)
		look_take_id(&asked.info, file);
	bpfhost_file_rest(&asked);
	free(asked.refused_note);
	return ret;
}
