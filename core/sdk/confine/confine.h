/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A child that can do no harm, for reading what a stranger has made. These are called in the child, in
 * this order: descriptors, privileges, parent, and the filter last.
 */
#ifndef CONFINE_CONFINE_H
#define CONFINE_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <bpfhost/error.h>

#define CONFINE_NOBODY 65534 /* the user that Linux reserves: /proc/sys/kernel/overflowuid */

struct confine_limits {
	uid_t user; /* taken on where the caller is root, as the group */
	gid_t group;
	rlim_t memory; /* bytes of address space; not limited where a sanitizer reserves terabytes */
	rlim_t cpu_seconds; /* RLIM_INFINITY: none */
};

/* A crash is one, as in a new program. What a terminal sends to all of its processes is for the parent. */
void confine_signals(void);
/* Leaves open the descriptors of keep, none of them below 3; 0 to 2 lead nowhere. 0 or -errno. */
int confine_descriptors(const int *keep, size_t count);
/* Unmaps what is shared with other processes: what is written there they would read. 0 or -errno. */
int confine_memory(void);
/* Sets the soft and the hard limit of one resource. 0 or -errno. */
int confine_limit(int resource, uint64_t limit);
/* Another user, no groups, no capabilities and no way to get any, limits, no files and no children of its
 * own. 0 or -errno. */
int confine_privileges(const struct confine_limits *limits);
/* Ends with the parent; behind the change of user, which forgets it. 0, -ESRCH (it has ended) or -errno. */
int confine_parent(pid_t parent);
/*
 * filter.c: a seccomp filter that lets through reading what is open, memory without code, writing to some
 * descriptors, and some more calls (SYS_...). Anything else is EPERM, so that a library that tries to open something
 * goes on without. 0 or -errno.
 */
int confine_filter(const int *writable, size_t nwritable, const int *more, size_t nmore);

/* In the parent: a sentence for how a child ended, behind "the process that reads it". False: it went well. */
bool confine_ended(int status, char *text, size_t size);

#endif
