/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef CONFINE_USER_H
#define CONFINE_USER_H

#include <stdbool.h>
#include <sys/types.h>

/* The user of the package, under which workers run. */
#define CONFINE_USER_NAME "bpfhost"

struct confine_user {
	uid_t uid;
	gid_t gid;
	bool is_unfit; /* there is a user of that name, which is root, or nobody's number */
};

/*
 * Whom a process of root's becomes that gives up its privileges: the user "bpfhost" of /etc/passwd, or
 * 65534 where there is none, or it is root. Reads that file alone: a directory service could take its time,
 * and would bring its libraries along. To be called before there is code of a plugin in the process.
 */
struct confine_user confine_user_find(void);

#endif
