/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */

/*
 * A line of /proc/PID/maps:
 *
 *	7f26fc1f6000-7f26fc24d000 r-xp 0001a000 fe:00 320475      /usr/lib/x.so
 *
 * All numbers are hexadecimal but the inode's. The kernel writes a newline in a path as "\012" and
 * leaves every other byte as it is, a backslash too; so a file that has the four letters "\012" in
 * its name cannot be told from one with a newline, and the newline is taken for what was meant.
 */
#include "maps.h"

#include <string.h>
#include <sys/sysmacros.h>

#define DELETED " (deleted)"

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* Reads a number at *AT and the character behind it; false when it is none or beyond 64 bits. */
static bool read_number(char **at, unsigned int base, char end, uint64_t *ret_number)
{
	uint64_t number = 0;
	char *p = *at;

	for (; digit_value(*p) < (int)base; p++) {
		if (__builtin_mul_overflow(number, (uint64_t)base, &number) ||
		    __builtin_add_overflow(number, (uint64_t)digit_value(*p), &number))
			return false;
	}
	if (p == *at || *p != end)
		return false;
	*at = p + 1;
	*ret_number = number;
	return true;
}

/* "r-xp " */
static bool read_permissions(char **at, struct target_map *map)
{
	if (strcspn(*at, " ") != 4 || (*at)[4] != ' ')
		return false;
	map->executable = (*at)[2] == 'x';
	*at += 5;
	return true;
}

static bool read_device(char **at, struct target_map *map)
{
	uint64_t major, minor;

	if (!read_number(at, 16, ':', &major) || !read_number(at, 16, ' ', &minor) ||
	    major > UINT32_MAX || minor > UINT32_MAX)
		return false;
	map->device = makedev((unsigned int)major, (unsigned int)minor);
	return true;
}

/* The path goes to the end of the line; a line without one may or may not end in a space. */
static bool read_inode_and_path(char *at, struct target_map *map)
{
	uint64_t inode;

	if (!read_number(&at, 10, ' ', &inode)) {
		if (!read_number(&at, 10, '\0', &inode))
			return false;
		at--;
	}
	map->inode = inode;
	map->path = at + strspn(at, " ");
	return true;
}

static void unescape(char *path)
{
	char *to = strstr(path, "\\012");

	for (char *from = to; from && *from; to++) {
		bool newline = !strncmp(from, "\\012", 4);

		*to = newline ? '\n' : *from;
		from += newline ? 4 : 1;
	}
	if (to)
		*to = '\0';
}

static bool read_line(char *line, struct target_map *map)
{
	if (!read_number(&line, 16, '-', &map->start) || !read_number(&line, 16, ' ', &map->end) ||
	    !read_permissions(&line, map) || !read_number(&line, 16, ' ', &map->offset) ||
	    !read_device(&line, map) || !read_inode_and_path(line, map) || map->start >= map->end)
		return false;
	unescape(map->path);
	return true;
}

bool target_maps_next(char **text, struct target_map *ret_map)
{
	struct target_map map;

	while (**text) {
		char *line = *text;
		size_t length = strcspn(line, "\n");

		*text += line[length] ? length + 1 : length;
		line[length] = '\0';
		if (read_line(line, &map)) {
			*ret_map = map;
			return true;
		}
	}
	return false;
}

size_t target_maps_alive(const char *path)
{
	size_t length = strlen(path);
	size_t suffix = strlen(DELETED);

	return length > suffix && !strcmp(path + length - suffix, DELETED) ? length - suffix
									   : length;
}
