/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel shows of a process or thread in its file `stat`, proc_pid_stat(5). */
#ifndef SUPERVISOR_PROCESS_STAT_H
#define SUPERVISOR_PROCESS_STAT_H

#include <stdbool.h>
#include <sys/types.h>

struct process_stat {
	char state; /* D: in a sleep that no signal ends; T: stopped by a signal; t: by a debugger */
	bool is_ending; /* it has begun to close what it had open, or is through with that */
	pid_t group;
};

/* folder: /proc/PID or /proc/PID/task/TID. False: it is gone, or not to be seen. */
bool process_stat(const char *folder, struct process_stat *ret_stat);

#endif
