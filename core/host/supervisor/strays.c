/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/strays.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void strays_end(pid_t worker)
{
	kill(-worker, SIGKILL);
}

/* The process group of a process, 0 where it is gone; the layout is that of proc_pid_stat(5). */
static pid_t strays_group(const char *pid)
{
	char path[64], text[512];
	const char *behind_name;
	ssize_t size;
	int fd, group;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	size = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[size < 0 ? 0 : size] = '\0';
	behind_name = strrchr(text, ')');
	return behind_name && sscanf(behind_name, ") %*c %*d %d", &group) == 1 ? group : 0;
}

void strays_end_around(pid_t worker)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;
	pid_t pid;

	while (folder && (entry = readdir(folder))) {
		pid = (pid_t)strtol(entry->d_name, NULL, 10);
		if (pid > 0 && pid != worker && strays_group(entry->d_name) == worker)
			kill(pid, SIGKILL);
	}
	if (folder)
		closedir(folder);
}
