/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A child that the supervisor forks for what may take long, or never come back: it has all of the supervisor's
 * state as it was at that moment, and one descriptor to tell what it found.
 */
#ifndef CONTROL_CHILD_H
#define CONTROL_CHILD_H

#include <sys/types.h>

struct child {
	pid_t pid; /* 0: none */
	int pidfd; /* readable when it has ended */
};

struct child_work {
	const char *name;     /* of the process, in 15 bytes at most */
	unsigned int seconds; /* then it is ended by itself; 0: never */
	int keep;             /* a descriptor of the supervisor's that it has too; -1: none */
	/*
	 * In the child: fd blocks, and but for the one kept is its only one behind 0 to 2, which lead nowhere. Returns
	 * its exit status.
	 */
	int (*fn)(void *ctx, int fd, int kept);
	void *ctx;
};

/* 0 or -errno. fd stays the caller's too, and is to be closed by it. The child ends with the supervisor. */
int child_begin(const struct child_work *work, int fd, struct child *ret_child);

#endif
