/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "validate/process.h"

#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static uint32_t process_count_folder(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	uint32_t n = 0;

	while (folder && (entry = readdir(folder)))
		n += entry->d_name[0] != '.';
	if (folder)
		closedir(folder);
	return n;
}

/* How often a line of the file holds the words; the first such lines are put into text. */
static uint32_t process_grep(const char *path, const char *words, char *text, size_t size)
{
	FILE *file = fopen(path, "re");
	char line[4096];
	uint32_t n = 0;

	while (file && fgets(line, sizeof(line), file)) {
		if (!strstr(line, words))
			continue;
		n++;
		if (text)
			strncat(text, line, size - strlen(text) - 1);
	}
	if (file)
		fclose(file);
	return n;
}

static uint32_t process_count_children(void)
{
	char path[64], line[4096] = "";
	FILE *file;
	uint32_t n = 0;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	file = fopen(path, "re");
	if (file && fgets(line, sizeof(line), file))
		for (const char *at = line; *at; at++)
			n += *at == ' ';
	if (file)
		fclose(file);
	return n;
}

/*
 * A mask of signals from /proc/self/status (proc(5)). The first two real-time signals are left out: the
 * C library keeps them for itself and handles them from the first thread on (nptl(7)).
 */
static uint64_t process_signals(const char *mask)
{
	char line[256] = "";

	process_grep("/proc/self/status", mask, line, sizeof(line));
	return strtoull(line + strcspn(line, "\t"), NULL, 16) & ~(3ULL << 31);
}

void process_look(struct process *ret_process)
{
	static const char *const masks[] = { "SigBlk:", "SigIgn:", "SigCgt:" };
	struct process *now = ret_process;

	memset(now, 0, sizeof(*now));
	now->fds = process_count_folder("/proc/self/fd");
	now->threads = process_count_folder("/proc/self/task");
	now->children = process_count_children();
	now->bpf_mappings = process_grep("/proc/self/maps", "bpf-map", NULL, 0);
	now->umask = umask(0);
	umask(now->umask);
	if (!getcwd(now->folder, sizeof(now->folder)))
		strcpy(now->folder, "unknown");
	for (size_t i = 0; i < 3; i++)
		now->signals[i] = process_signals(masks[i]);
}

static void process_compare_number(const char *what, uint32_t before, uint32_t after, char *text,
				   size_t size)
{
	if (before != after)
		snprintf(text + strlen(text), size - strlen(text), "%s%u %s before, %u after",
			 *text ? "; " : "", before, what, after);
}

void process_compare(const struct process *before, const struct process *after, char *text,
		     size_t size)
{
	*text = '\0';
	process_compare_number("descriptors", before->fds, after->fds, text, size);
	process_compare_number("threads", before->threads, after->threads, text, size);
	process_compare_number("children", before->children, after->children, text, size);
	process_compare_number("mapped BPF maps", before->bpf_mappings, after->bpf_mappings, text,
			       size);
	process_compare_number("as umask", before->umask, after->umask, text, size);
	if (strcmp(before->folder, after->folder))
		snprintf(text + strlen(text), size - strlen(text), "%sanother working folder",
			 *text ? "; " : "");
	if (memcmp(before->signals, after->signals, sizeof(before->signals)))
		snprintf(text + strlen(text), size - strlen(text), "%sanother handling of signals",
			 *text ? "; " : "");
}

size_t process_memory(void)
{
	return mallinfo2().uordblks;
}
