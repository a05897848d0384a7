/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where gdb looks for separate debug files ("Debugging Information in Separate Files" in its
 * manual). Below the root of a container, links have to be followed as the container sees them, so
 * everything is opened within that root.
 */
#include "debug_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DEBUG_FOLDER "/usr/lib/debug"

bool debug_wanted_is_sane(const struct debug_wanted *wanted)
{
	return wanted->candidate < DEBUG_CANDIDATES &&
	       wanted->build_id_size <= BPFHOST_BUILD_ID_MAX &&
	       memchr(wanted->link, '\0', sizeof(wanted->link)) && !strchr(wanted->link, '/') &&
	       strcmp(wanted->link, ".") != 0 && strcmp(wanted->link, "..") != 0;
}

/* ---- paths ---------------------------------------------------------------------------------------- */

static bool path_by_build_id(const struct debug_wanted *wanted, char *path)
{
	size_t at;

	if (wanted->build_id_size < 2)
		return false;
	at = (size_t)sprintf(path, DEBUG_FOLDER "/.build-id/%02x/", wanted->build_id[0]);
	for (size_t i = 1; i < wanted->build_id_size; i++)
		at += (size_t)sprintf(path + at, "%02x", wanted->build_id[i]);
	strcpy(path + at, ".debug");
	return true;
}

/* One of the three places of a debuglink, for a program in the folder of this one. */
static bool path_by_link(const char *program, const char *name, uint32_t place, char *path)
{
	static const char *const places[][2] = { { "", "" },
						 { "", "/.debug" },
						 { DEBUG_FOLDER, "" } };
	const char *slash = strrchr(program, '/');
	int size;

	if (!*name || !slash)
		return false;
	size = snprintf(path, PATH_MAX, "%s%.*s%s/%s", places[place][0], (int)(slash - program),
			program, places[place][1], name);
	return size > 0 && size < PATH_MAX;
}

/* /bin is a link to /usr/bin, and debug files lie by the latter. */
static bool path_by_real_link(const char *program, const char *name, uint32_t place, char *path)
{
	char *real = realpath(program, NULL);
	bool is_other = real && strcmp(real, program) && path_by_link(real, name, place, path);

	free(real);
	return is_other;
}

/* The candidates in their order. False: there is no such one of this program. */
static bool path_of(const char *root, const char *program, const struct debug_wanted *wanted,
		    char *path)
{
	if (!wanted->candidate)
		return path_by_build_id(wanted, path);
	if (wanted->candidate <= 3)
		return path_by_link(program, wanted->link, wanted->candidate - 1, path);
	return !*root && path_by_real_link(program, wanted->link, wanted->candidate - 4, path);
}

/* ---- opening -------------------------------------------------------------------------------------- */

static int open_within(const char *root, const char *path)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	struct open_how how = { .flags = (uint64_t)flags, .resolve = RESOLVE_IN_ROOT };
	int folder, fd;

	if (!*root)
		return open(path, flags);
	folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return -1;
	fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));
	close(folder);
	return fd;
}

int debug_open(const char *root, const char *path, const struct debug_wanted *wanted, int *ret_fd,
	       char *ret_path)
{
	char below[PATH_MAX], whole[PATH_MAX];
	int fd, size;

	if (!path_of(root, path, wanted, below))
		return -ENOENT;
	size = snprintf(whole, sizeof(whole), "%s%s", root, below);
	if (size < 0 || (size_t)size >= sizeof(whole))
		return -ENOENT;
	fd = open_within(root, below);
	if (fd < 0)
		return -ENOENT;
	memcpy(ret_path, whole, (size_t)size + 1);
	*ret_fd = fd;
	return 0;
}
