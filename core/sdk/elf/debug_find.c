/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is at the places of a debug file may be anything: only a file with the same build-id, or for a
 * program without one with the checksum that it names, is taken.
 */
#include "debug_internal.h"
#include "file_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECKED_MAX (4ULL << 30) /* bytes of a file whose checksum is made */

struct finder {
	struct bpfhost_elf *elf;
	struct debug_wanted wanted;
	uint32_t crc;
	char refused[400]; /* why, of the first one that was; "": none was */
};

static bool checksum(const struct bpfhost_elf *elf, uint32_t *ret_crc)
{
	const size_t step = 256 << 10;
	uint8_t *buffer = elf->size <= CHECKED_MAX ? malloc(step) : NULL;
	uint32_t crc = 0;
	int64_t got = 0;

	for (uint64_t at = 0; buffer && at < elf->size; at += (uint64_t)got) {
		got = bpfhost_elf_read(elf, at, buffer, step);
		if (got <= 0)
			break;
		crc = lzma_crc32(buffer, (size_t)got, crc);
	}
	free(buffer);
	if (!buffer || got <= 0)
		return false;
	*ret_crc = crc;
	return true;
}

/* NULL: it belongs to the program. */
static const char *why_not(const struct finder *finder, const struct bpfhost_elf *debug)
{
	const struct bpfhost_elf_info *one = &finder->elf->info, *other = &debug->info;
	uint32_t crc = 0;

	if (one->machine != other->machine || one->bits != other->bits)
		return "it is for another machine";
	if (one->build_id_size) {
		bool is_same = one->build_id_size == other->build_id_size &&
			       !memcmp(one->build_id, other->build_id, one->build_id_size);

		return is_same ? NULL : "its build-id differs";
	}
	return checksum(debug, &crc) && crc == finder->crc ? NULL : "its checksum differs";
}

/* A link may lead back to the program itself, which is no debug file. */
static bool is_program(const struct finder *finder, int fd)
{
	struct stat one, other;

	return !fstat(fd, &one) && !fstat(finder->elf->fd, &other) && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

static bool fits(struct finder *finder, int fd, const char *path)
{
	struct bpfhost_error err = { 0 };
	struct bpfhost_elf *debug = NULL;
	const char *why;

	if (is_program(finder, fd))
		return false;
	why = bpfhost_elf_open(fd, &debug, &err) ? err.text : why_not(finder, debug);
	if (why && !*finder->refused)
		snprintf(finder->refused, sizeof(finder->refused), "%.320s: %.70s", path, why);
	bpfhost_elf_close(debug);
	return !why;
}

/* A name, filled up to four bytes, then the checksum. */
static void read_link(struct finder *finder)
{
	struct bpfhost_elf_section section;
	size_t length, crc_at;
	const char *name;

	if (bpfhost_elf_section(finder->elf, ".gnu_debuglink", &section))
		return;
	name = section.data;
	length = strnlen(name, section.size);
	crc_at = (length + 4) & ~(size_t)3;
	if (!length || length > NAME_MAX || crc_at + 4 > section.size || strchr(name, '/'))
		return;
	memcpy(&finder->crc, name + crc_at, sizeof(finder->crc));
	memcpy(finder->wanted.link, name, length + 1);
}

static bool find_next(struct finder *finder, debug_open_fn open, void *ctx, int *ret_fd,
		      char *ret_path)
{
	int fd;

	if (open(ctx, &finder->wanted, &fd, ret_path))
		return false;
	if (fits(finder, fd, ret_path)) {
		*ret_fd = fd;
		return true;
	}
	close(fd);
	return false;
}

int debug_find(struct bpfhost_elf *elf, debug_open_fn open, void *ctx,
	       struct debug_wanted *ret_wanted, int *ret_fd, char *ret_path,
	       struct bpfhost_error *err)
{
	struct finder finder = { .elf = elf };
	char path[PATH_MAX];

	finder.wanted.build_id_size = elf->info.build_id_size;
	memcpy(finder.wanted.build_id, elf->info.build_id, elf->info.build_id_size);
	read_link(&finder);
	for (; finder.wanted.candidate < DEBUG_CANDIDATES; finder.wanted.candidate++) {
		if (!find_next(&finder, open, ctx, ret_fd, path))
			continue;
		memcpy(ret_path, path, strlen(path) + 1);
		*ret_wanted = finder.wanted;
		return 0;
	}
	if (*finder.refused)
		bpfhost_error_set(err, 0, "refused %s", finder.refused);
	else
		bpfhost_error_set(err, 0, "there is no separate debug file");
	return -ENOENT;
}

/* ---- in this process ------------------------------------------------------------------------------ */

struct own {
	const char *root, *path;
};

static int open_own(void *ctx, const struct debug_wanted *wanted, int *ret_fd, char *ret_path)
{
	const struct own *own = ctx;

	return debug_open(own->root, own->path, wanted, ret_fd, ret_path);
}

int bpfhost_debug_find(struct bpfhost_elf *elf, const char *root, const char *path, int *ret_fd,
		       char *ret_path, struct bpfhost_error *err)
{
	struct own own = { root, path };
	struct debug_wanted wanted;

	if (*root && access(root, F_OK)) {
		bpfhost_error_set(err, 0, "failed to open %s: %s", root, strerror(errno));
		return -ENOENT;
	}
	return debug_find(elf, open_own, &own, &wanted, ret_fd, ret_path, err);
}
