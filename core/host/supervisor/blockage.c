/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads state, wchan and stack of threads below /proc, see proc(5). What cannot be read is left away. */
#include "supervisor/blockage.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/process_stat.h"

#define BLOCKAGE_STACK_MAX   8192 /* bytes, more than the kernel shows */
#define BLOCKAGE_NAME_MAX    64
#define BLOCKAGE_PATH_MAX    128
#define BLOCKAGE_THREADS_MAX 256

/* Functions of the kernel in which a thread stands that lets go of a probe. */
static const char *const blockage_releasing[] = {
	"perf_uprobe_destroy",
	"perf_kprobe_destroy",
	"perf_trace_destroy",
};

/* "" where there is nothing to be read. */
static void blockage_read(const char *folder, const char *name, char *ret_text, size_t size)
{
	char path[BLOCKAGE_PATH_MAX + 16];
	ssize_t got = -1;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		got = read(fd, ret_text, size - 1);
		close(fd);
	}
	ret_text[got > 0 ? got : 0] = '\0';
}

static bool blockage_is_stuck(const char *folder)
{
	struct process_stat stat;

	return process_stat(folder, &stat) && stat.state == 'D';
}

/* The function by which it lets go of a probe; NULL: it does not, or that is not shown. */
static const char *blockage_releases(const char *folder)
{
	char stack[BLOCKAGE_STACK_MAX];

	blockage_read(folder, "stack", stack, sizeof(stack));
	for (size_t i = 0; i < sizeof(blockage_releasing) / sizeof(blockage_releasing[0]); i++)
		if (strstr(stack, blockage_releasing[i]))
			return blockage_releasing[i];
	return NULL;
}

/* ---- the process itself ------------------------------------------------------------------------ */

/* The first of its threads that is stuck: false when none is. */
static bool blockage_find_thread(pid_t pid, char *ret_folder, size_t size)
{
	char path[BLOCKAGE_PATH_MAX / 2];
	const struct dirent *entry;
	bool found = false;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	for (int i = 0; tasks && !found && i < BLOCKAGE_THREADS_MAX; i++) {
		entry = readdir(tasks);
		if (!entry)
			break;
		if (!isdigit((unsigned char)*entry->d_name))
			continue;
		snprintf(ret_folder, size, "%s/%.16s", path, entry->d_name);
		found = blockage_is_stuck(ret_folder);
	}
	if (tasks)
		closedir(tasks);
	return found;
}

static void blockage_name_place(const char *folder, char *ret_place, size_t size)
{
	const char *releases = blockage_releases(folder);

	if (releases)
		snprintf(ret_place, size, "%s", releases);
	else
		blockage_read(folder, "wchan", ret_place, size);
}

/* ---- who holds it up ----------------------------------------------------------------------------- */

/* Another process that lets go of probes, 0: none is seen. Only its first thread is looked at. */
static pid_t blockage_find_releaser(pid_t except)
{
	char path[BLOCKAGE_PATH_MAX];
	const struct dirent *entry;
	DIR *processes = opendir("/proc");
	pid_t pid, found = 0;

	while (processes && !found && (entry = readdir(processes))) {
		pid = (pid_t)strtol(entry->d_name, NULL, 10);
		if (pid <= 0 || pid == except)
			continue;
		snprintf(path, sizeof(path), "/proc/%d", (int)pid);
		if (blockage_is_stuck(path) && blockage_releases(path))
			found = pid;
	}
	if (processes)
		closedir(processes);
	return found;
}

static void blockage_tell_releaser(pid_t releaser, char *ret_text, size_t size)
{
	char path[BLOCKAGE_PATH_MAX], name[BLOCKAGE_NAME_MAX];

	snprintf(path, sizeof(path), "/proc/%d", (int)releaser);
	blockage_read(path, "comm", name, sizeof(name));
	name[strcspn(name, "\n")] = '\0';
	snprintf(
		ret_text, size,
		" while process %d (%s) lets go of its probes, which the kernel does one at a time",
		(int)releaser, name);
}

const char *blockage_why_stopped(pid_t pid)
{
	char folder[BLOCKAGE_PATH_MAX];
	struct process_stat stat;

	snprintf(folder, sizeof(folder), "/proc/%d", (int)pid);
	if (!process_stat(folder, &stat) || (stat.state != 'T' && stat.state != 't'))
		return NULL;
	return stat.state == 'T'
		       ? "it is stopped, by SIGSTOP or another signal (SIGCONT lets it go on)"
		       : "it is stopped by a debugger";
}

bool blockage_describe(pid_t pid, char *ret_text, size_t size)
{
	char folder[BLOCKAGE_PATH_MAX], place[BLOCKAGE_NAME_MAX], who[256] = "";
	const char *stopped = blockage_why_stopped(pid);
	pid_t releaser;

	if (stopped) {
		snprintf(ret_text, size, "%s", stopped);
		return true;
	}
	if (!blockage_find_thread(pid, folder, sizeof(folder)))
		return false;
	blockage_name_place(folder, place, sizeof(place));
	releaser = blockage_find_releaser(pid);
	if (releaser)
		blockage_tell_releaser(releaser, who, sizeof(who));
	if (isalpha((unsigned char)*place) || *place == '_')
		snprintf(ret_text, size, "it waits inside the kernel (%s)%s", place, who);
	else
		snprintf(ret_text, size, "it waits inside the kernel%s", who);
	return true;
}
