/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "control/holdings.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/list.h"

static int holdings_add(struct holding_list *list, uint64_t id, uint64_t bytes)
{
	struct holding *items = config_grow(list->items, list->count, sizeof(*items));

	if (!items)
		return -ENOMEM;
	list->items = items;
	items[list->count++] = (struct holding){ .id = (uint32_t)id, .bytes = bytes };
	return 0;
}

/* The number behind "KEY:" at the begin of a line; 0: there is none, and no object has that id. */
static uint64_t holdings_number(const char *text, const char *key)
{
	size_t size = strlen(key);
	const char *line = text;

	while (line) {
		if (!strncmp(line, key, size) && line[size] == ':')
			return strtoull(line + size + 1, NULL, 10);
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return 0;
}

static int holdings_take(struct holdings *holdings, const char *text)
{
	uint64_t program = holdings_number(text, "prog_id");
	uint64_t map = holdings_number(text, "map_id");

	if (program)
		return holdings_add(&holdings->programs, program, 0);
	return map ? holdings_add(&holdings->maps, map, holdings_number(text, "memlock")) : 0;
}

static int holdings_read_one(int folder, const char *name, struct holdings *holdings)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	char text[4096];
	ssize_t size;

	if (fd < 0) /* closed meanwhile */
		return 0;
	size = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (size <= 0)
		return 0;
	text[size] = '\0';
	return holdings_take(holdings, text);
}

static int holdings_compare(const void *a, const void *b)
{
	const struct holding *left = a, *right = b;

	return (left->id > right->id) - (left->id < right->id);
}

static void holdings_sort(struct holding_list *list)
{
	size_t count = 0;

	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), holdings_compare);
	for (size_t i = 0; i < list->count; i++)
		if (!count || list->items[count - 1].id != list->items[i].id)
			list->items[count++] = list->items[i];
	list->count = count;
}

int holdings_read(pid_t pid, struct holdings *ret_holdings)
{
	const struct dirent *entry;
	char path[64];
	DIR *folder;
	int err = 0;

	*ret_holdings = (struct holdings){ 0 };
	snprintf(path, sizeof(path), "/proc/%d/fdinfo", (int)pid);
	folder = opendir(path);
	if (!folder)
		return -errno;
	while (!err && (entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			err = holdings_read_one(dirfd(folder), entry->d_name, ret_holdings);
	closedir(folder);
	holdings_sort(&ret_holdings->programs);
	holdings_sort(&ret_holdings->maps);
	return err;
}

uint64_t holdings_map_bytes(const struct holdings *holdings)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < holdings->maps.count; i++)
		sum += holdings->maps.items[i].bytes;
	return sum;
}

void holdings_free(struct holdings *holdings)
{
	free(holdings->programs.items);
	free(holdings->maps.items);
	*holdings = (struct holdings){ 0 };
}
