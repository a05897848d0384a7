/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where gdb looks for separate debug files ("Debugging Information in Separate Files" in its
 * manual). Below the root of a container, links have to be followed as the container sees them, so
 * everything is opened within that root. What is there may be anything: only a file with the same
 * build-id, or for a program without one with the checksum that it names, is taken.
 */
#include "file_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DEBUG_FOLDER "/usr/lib/debug"
#define CHECKED_MAX  (4ULL << 30) /* bytes of a file whose checksum is made */

struct finder {
	struct bpfhost_elf *elf;
	const char *root;
	int root_fd; /* -1: there is none, paths are our own */
	uint32_t crc;
	char *ret_path;
	int *ret_fd;
	char refused[400]; /* why, of the first one that was; "": none was */
};

static int open_within(const struct finder *finder, const char *path)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	struct open_how how = { .flags = (uint64_t)flags, .resolve = RESOLVE_IN_ROOT };

	if (finder->root_fd < 0)
		return open(path, flags);
	return (int)syscall(SYS_openat2, finder->root_fd, path, &how, sizeof(how));
}

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
		snprintf(finder->refused, sizeof(finder->refused), "%.160s%.160s: %.70s",
			 finder->root, path, why);
	bpfhost_elf_close(debug);
	return !why;
}

static int try_path(struct finder *finder, const char *path)
{
	char whole[PATH_MAX];
	int fd, size = snprintf(whole, sizeof(whole), "%s%s", finder->root, path);

	if (size < 0 || (size_t)size >= sizeof(whole))
		return -ENOENT;
	fd = open_within(finder, path);
	if (fd < 0)
		return -ENOENT;
	if (!fits(finder, fd, path)) {
		close(fd);
		return -ENOENT;
	}
	memcpy(finder->ret_path, whole, (size_t)size + 1);
	*finder->ret_fd = fd;
	return 0;
}

static int try_build_id(struct finder *finder)
{
	char path[sizeof(DEBUG_FOLDER) + 2 * BPFHOST_BUILD_ID_MAX + 32];
	const struct bpfhost_elf_info *info = &finder->elf->info;
	size_t at = 0;

	if (info->build_id_size < 2)
		return -ENOENT;
	at += (size_t)sprintf(path, DEBUG_FOLDER "/.build-id/%02x/", info->build_id[0]);
	for (size_t i = 1; i < info->build_id_size; i++)
		at += (size_t)sprintf(path + at, "%02x", info->build_id[i]);
	strcpy(path + at, ".debug");
	return try_path(finder, path);
}

/* The three places of a debuglink, for a program in this folder ("" or "/..."). */
static int try_link_in(struct finder *finder, const char *folder, int folder_size, const char *name)
{
	static const char *const places[][2] = { { "", "" },
						 { "", "/.debug" },
						 { DEBUG_FOLDER, "" } };
	char path[PATH_MAX];
	int ret = -ENOENT;

	for (size_t i = 0; ret && i < sizeof(places) / sizeof(places[0]); i++) {
		int size = snprintf(path, sizeof(path), "%s%.*s%s/%s", places[i][0], folder_size,
				    folder, places[i][1], name);

		if (size > 0 && (size_t)size < sizeof(path))
			ret = try_path(finder, path);
	}
	return ret;
}

/* A name, filled up to four bytes, then the checksum. */
static const char *read_link(struct finder *finder)
{
	struct bpfhost_elf_section section;
	size_t length, crc_at;
	const char *name;

	if (bpfhost_elf_section(finder->elf, ".gnu_debuglink", &section))
		return NULL;
	name = section.data;
	length = strnlen(name, section.size);
	crc_at = (length + 4) & ~(size_t)3;
	if (!length || length > NAME_MAX || crc_at + 4 > section.size || strchr(name, '/'))
		return NULL;
	memcpy(&finder->crc, name + crc_at, sizeof(finder->crc));
	return name;
}

static int try_link(struct finder *finder, const char *path)
{
	const char *name = read_link(finder);
	const char *slash = strrchr(path, '/');
	char *real;
	int ret;

	if (!name || !slash)
		return -ENOENT;
	ret = try_link_in(finder, path, (int)(slash - path), name);
	if (!ret || finder->root_fd >= 0)
		return ret;
	/* /bin is a link to /usr/bin, and debug files lie by the latter. */
	real = realpath(path, NULL);
	slash = real ? strrchr(real, '/') : NULL;
	if (slash && strcmp(real, path))
		ret = try_link_in(finder, real, (int)(slash - real), name);
	free(real);
	return ret;
}

int bpfhost_debug_find(struct bpfhost_elf *elf, const char *root, const char *path, int *ret_fd,
		       char *ret_path, struct bpfhost_error *err)
{
	struct finder finder = {
		.elf = elf,
		.root = root,
		.root_fd = -1,
		.ret_path = ret_path,
		.ret_fd = ret_fd,
	};
	int ret;

	if (*root) {
		finder.root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (finder.root_fd < 0) {
			bpfhost_error_set(err, 0, "failed to open %s: %s", root, strerror(errno));
			return -ENOENT;
		}
	}
	ret = try_build_id(&finder);
	if (ret)
		ret = try_link(&finder, path);
	if (ret && *finder.refused)
		bpfhost_error_set(err, 0, "refused %s", finder.refused);
	else if (ret)
		bpfhost_error_set(err, 0, "there is no separate debug file");
	if (finder.root_fd >= 0)
		close(finder.root_fd);
	return ret;
}
