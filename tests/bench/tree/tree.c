/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "tree.h"

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void close_folder(DIR **folder)
{
	if (*folder)
		closedir(*folder);
}

static void close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

#define CLEAN_FOLDER __attribute__((cleanup(close_folder)))
#define CLEAN_FILE   __attribute__((cleanup(close_file)))

static FILE *open_of(pid_t pid, const char *name)
{
	char path[320];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return fopen(path, "re");
}

static pid_t session_of(pid_t pid)
{
	CLEAN_FILE FILE *file = open_of(pid, "stat");
	char line[512] = "", *end;
	int session = 0;

	if (!file || !fgets(line, sizeof(line), file))
		return 0;
	end = strrchr(line, ')'); /* the name before it may hold anything */
	if (!end || sscanf(end + 1, " %*c %*d %*d %d", &session) != 1)
		return 0;
	return session;
}

void tree_find(pid_t session, struct tree *ret_tree)
{
	CLEAN_FOLDER DIR *folder = opendir("/proc");
	const struct dirent *entry;

	ret_tree->n = 0;
	while (folder && (entry = readdir(folder)) && ret_tree->n < TREE_MAX) {
		pid_t pid = isdigit((unsigned char)entry->d_name[0]) ? atoi(entry->d_name) : 0;

		if (pid && session_of(pid) == session)
			ret_tree->pids[ret_tree->n++] = pid;
	}
}

static uint64_t task_cpu(pid_t pid, const char *task)
{
	CLEAN_FILE FILE *file = NULL;
	char name[288];
	uint64_t ns = 0;

	snprintf(name, sizeof(name), "task/%s/schedstat", task);
	file = open_of(pid, name);
	return file && fscanf(file, "%" SCNu64, &ns) == 1 ? ns : 0;
}

uint64_t tree_cpu(const struct tree *tree)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < tree->n; i++) {
		CLEAN_FOLDER DIR *folder = NULL;
		const struct dirent *entry;
		char path[32];

		snprintf(path, sizeof(path), "/proc/%d/task", (int)tree->pids[i]);
		folder = opendir(path);
		while (folder && (entry = readdir(folder)))
			if (entry->d_name[0] != '.')
				sum += task_cpu(tree->pids[i], entry->d_name);
	}
	return sum;
}

static uint64_t peak_of(pid_t pid)
{
	CLEAN_FILE FILE *file = open_of(pid, "status");
	uint64_t kb = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmHWM: %" SCNu64, &kb) == 1)
			break;
	return kb;
}

static bool is_ring(const char *line)
{
	return strstr(line, "anon_inode:bpf-map") || strstr(line, "anon_inode:[perf_event]") ||
	       strstr(line, "memfd:bpfhost-bus");
}

struct mappings {
	uint64_t rss;
	uint64_t pss;
	uint64_t anonymous;
};

/* Adds up what the mappings that are (not) rings have. */
static void add_mappings(pid_t pid, bool rings, struct mappings *sum)
{
	CLEAN_FILE FILE *file = open_of(pid, "smaps");
	char line[512];
	bool wanted = false;
	uint64_t kb;

	while (file && fgets(line, sizeof(line), file)) {
		/* A mapping's first line begins with its address, in lower-case hex. */
		if (isdigit((unsigned char)line[0]) || islower((unsigned char)line[0]))
			wanted = is_ring(line) == rings;
		else if (wanted && sscanf(line, "Rss: %" SCNu64, &kb) == 1)
			sum->rss += kb;
		else if (wanted && sscanf(line, "Pss: %" SCNu64, &kb) == 1)
			sum->pss += kb;
		else if (wanted && sscanf(line, "Anonymous: %" SCNu64, &kb) == 1)
			sum->anonymous += kb;
	}
}

void tree_memory(const struct tree *tree, struct tree_memory *ret_memory)
{
	struct mappings others = { 0 };
	struct tree_memory memory = { 0 };

	for (unsigned int i = 0; i < tree->n; i++) {
		uint64_t peak = peak_of(tree->pids[i]);
		struct mappings rings = { 0 };

		add_mappings(tree->pids[i], true, &rings);
		memory.peak_kb += peak > rings.rss ? peak - rings.rss : 0;
		add_mappings(tree->pids[i], false, &others);
	}
	memory.shared_out_kb = others.pss;
	memory.anonymous_kb = others.anonymous;
	*ret_memory = memory;
}
