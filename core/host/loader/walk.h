/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_WALK_H
#define BPFHOST_HOST_WALK_H

#include <stdbool.h>
#include <sys/stat.h>

#include <bpfhost/error.h>

#include "loader/admission.h"

/* What a path is asked for. */
struct walk_want {
	const struct admission_trust *trust; /* NULL: none */
	uid_t owner;                         /* who may own things besides root; 0: nobody */
	mode_t type;                         /* S_IFREG or S_IFDIR */
};

struct walk_found {
	int fd; /* of a file open for reading, of a folder O_PATH; the caller's */
	struct stat st;
	const char *trusted_by; /* one of want->trust->folders, or NULL */
};

/*
 * Goes from / to path, one folder at a time, and checks that nobody but root and owner could have
 * put something else in the way. 0 or -errno with a sentence in err; -EPERM is a rule of ownership
 * that is broken, and nothing else. -ENOENT is said of a path that ends early although all of it
 * that is there is in order or, with folders of trust or an owner, even when not.
 */
int walk_to(const char *path, const struct walk_want *want, struct walk_found *ret_found,
	    struct bpfhost_error *err);

#endif
