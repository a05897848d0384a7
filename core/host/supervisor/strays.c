/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/strays.h"

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "supervisor/process_stat.h"

#define STRAYS_PASSES 8

void strays_end(pid_t worker)
{
	kill(-worker, SIGKILL);
}

/* The process group of a process, 0 where it is gone. */
static pid_t strays_group(const char *pid)
{
	struct process_stat stat;
	char folder[64];

	snprintf(folder, sizeof(folder), "/proc/%.20s", pid);
	return process_stat(folder, &stat) ? stat.group : 0;
}

/* By a descriptor, which is asked for before it is looked whose it is: the number may be another's by then. */
static bool strays_end_one(const char *name, pid_t worker)
{
	pid_t pid = (pid_t)strtol(name, NULL, 10);
	int fd;
	bool is_stray;

	if (pid <= 0 || pid == worker || strays_group(name) != worker)
		return false;
	fd = pidfd_open(pid, 0);
	is_stray =
		fd >= 0 && strays_group(name) == worker && !pidfd_send_signal(fd, SIGKILL, NULL, 0);
	if (fd >= 0)
		close(fd);
	return is_stray;
}

/* How many there were. */
static int strays_pass(pid_t worker)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;
	int count = 0;

	while (folder && (entry = readdir(folder)))
		count += strays_end_one(entry->d_name, worker);
	if (folder)
		closedir(folder);
	return count;
}

void strays_end_around(pid_t worker)
{
	/* One may have begun another meanwhile. Bounded, for those that end are still there for a while. */
	for (int i = 0; i < STRAYS_PASSES && strays_pass(worker); i++)
		;
}
