/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How much memory can still be had: by the machine, and by the cgroup that this runs in and all above it, of
 * which the least counts. Locked memory has not counted since Linux 5.11.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/machine.h"

/* The two that there are: in /proc/self/cgroup marked so, mounted there, with files and words of these names. */
struct memory_hierarchy {
	const char *mark;
	const char *root;
	const char *most;
	const char *used;
	/* Of memory.stat: files that were read or written. They count as used, and give way. */
	const char *cached[2];
};

static const struct memory_hierarchy memory_hierarchies[] = {
	{ "0::/",
	  "/sys/fs/cgroup",
	  "memory.max",
	  "memory.current",
	  { "inactive_file", "active_file" } },
	{ ":memory:/",
	  "/sys/fs/cgroup/memory",
	  "memory.limit_in_bytes",
	  "memory.usage_in_bytes",
	  { "total_inactive_file", "total_active_file" } },
};

static FILE *memory_open(const struct memory_hierarchy *hierarchy, const char *group,
			 const char *name)
{
	char path[4400];

	snprintf(path, sizeof(path), "%s%s/%s", hierarchy->root, group, name);
	return fopen(path, "re");
}

/* UINT64_MAX: there is no such file, or "max" in it. */
static uint64_t memory_number(const struct memory_hierarchy *hierarchy, const char *group,
			      const char *name)
{
	FILE *file = memory_open(hierarchy, group, name);
	unsigned long long number = 0;
	int found = file ? fscanf(file, "%llu", &number) : 0;

	if (file)
		fclose(file);
	return found == 1 ? number : UINT64_MAX;
}

static uint64_t memory_cached(const struct memory_hierarchy *hierarchy, const char *group)
{
	FILE *file = memory_open(hierarchy, group, "memory.stat");
	unsigned long long bytes;
	uint64_t cached = 0;
	char word[64];

	while (file && fscanf(file, "%63s %llu", word, &bytes) == 2)
		if (!strcmp(word, hierarchy->cached[0]) || !strcmp(word, hierarchy->cached[1]))
			cached += bytes;
	if (file)
		fclose(file);
	return cached;
}

/* What the limit of a cgroup leaves. */
static uint64_t memory_left_of(const struct memory_hierarchy *hierarchy, const char *group)
{
	uint64_t most = memory_number(hierarchy, group, hierarchy->most);
	uint64_t used = memory_number(hierarchy, group, hierarchy->used), cached;

	if (most == UINT64_MAX || used == UINT64_MAX)
		return UINT64_MAX;
	cached = memory_cached(hierarchy, group);
	used = used > cached ? used - cached : 0;
	return most > used ? most - used : 0;
}

/* The least of a cgroup and all above it, with the root: that of a container has a limit. */
static uint64_t memory_least_of(const struct memory_hierarchy *hierarchy, char *group)
{
	uint64_t least = UINT64_MAX;
	char *slash;

	group[strcspn(group, "\n")] = '\0';
	do {
		uint64_t left = memory_left_of(hierarchy, group);

		least = left < least ? left : least;
		slash = strrchr(group, '/');
		if (slash)
			*slash = '\0';
	} while (slash);
	return least;
}

/* UINT64_MAX where nothing limits us. */
static uint64_t memory_left_of_groups(void)
{
	const size_t count = sizeof(memory_hierarchies) / sizeof(memory_hierarchies[0]);
	FILE *file = fopen("/proc/self/cgroup", "re");
	uint64_t least = UINT64_MAX;
	char line[4200];

	while (file && fgets(line, sizeof(line), file)) {
		for (size_t i = 0; i < count; i++) {
			const struct memory_hierarchy *hierarchy = &memory_hierarchies[i];
			char *mark = strstr(line, hierarchy->mark);
			uint64_t left = UINT64_MAX;

			if (mark)
				left = memory_least_of(hierarchy,
						       mark + strlen(hierarchy->mark) - 1);
			least = left < least ? left : least;
		}
	}
	if (file)
		fclose(file);
	return least;
}

static uint64_t memory_available(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	unsigned long long kib = 0;
	char line[128];
	int found = 0;

	while (file && !found && fgets(line, sizeof(line), file))
		found = sscanf(line, "MemAvailable: %llu kB", &kib) == 1;
	if (file)
		fclose(file);
	return found ? kib * 1024 : UINT64_MAX;
}

/* How much that is for a plugin is told with the plugin. */
void machine_read_memory(struct machine *machine)
{
	uint64_t available = memory_available(), left = memory_left_of_groups();
	struct fact *fact = &machine->facts[FACT_MEMORY];

	machine->memory = left < available ? left : available;
	if (machine->memory == UINT64_MAX)
		fact_unknown(fact, "neither /proc/meminfo nor a cgroup tells how much is left");
	else
		fact_yes(fact, "%llu MiB left%s", (unsigned long long)machine->memory >> 20,
			 left < available ? " by the limit of its cgroup" : "");
}
