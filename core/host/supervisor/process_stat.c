/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/process_stat.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROCESS_STAT_EXITING 0x4U /* PF_EXITING of include/linux/sched.h */

bool process_stat(const char *folder, struct process_stat *ret_stat)
{
	char path[256], text[512];
	const char *behind_name;
	unsigned int flags;
	ssize_t size = -1;
	char state;
	int fd, group;

	snprintf(path, sizeof(path), "%s/stat", folder);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		size = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	text[size < 0 ? 0 : size] = '\0';
	/* The name before it may hold anything, parentheses too. */
	behind_name = strrchr(text, ')');
	if (!behind_name ||
	    sscanf(behind_name, ") %c %*d %d %*d %*d %*d %u", &state, &group, &flags) != 3)
		return false;
	*ret_stat = (struct process_stat){ state, flags & PROCESS_STAT_EXITING, group };
	return true;
}
