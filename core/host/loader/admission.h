/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_ADMISSION_H
#define BPFHOST_HOST_ADMISSION_H

#include <stddef.h>

#include <bpfhost/error.h>

#define ADMISSION_SIZE_MAX (32U << 20)

/* The folders of --trust, as written; relative ones are taken from the working directory. */
struct admission_trust {
	const char *const *folders;
	size_t count;
};

/* A file that was let in: its bytes as they were then, which nobody can change any more. */
struct admission {
	int fd;           /* a memfd with all seals, close-on-exec; what is checked and run */
	size_t size;      /* bytes, 1 to ADMISSION_SIZE_MAX */
	char *path;       /* absolute, as it was asked for */
	char *trusted_by; /* the --trust folder that lifted the ownership check, else NULL */
};

/*
 * Lets in the file at path, or says why not. trust may be NULL. Nothing of the file is looked at
 * but its owner, mode, kind and size. Reads the file once; never waits, whatever path leads to.
 *
 * 0; -ENOENT when there is no such file; -EACCES, -EPERM for what the system or the rules of
 * ownership forbid; -EINVAL for a file that is no regular one; -ENODATA, -EFBIG for its size;
 * -ELOOP, -ENAMETOOLONG, -ENOMEM, -EIO, ... Each with a sentence in err, without the path.
 */
int admission_open(const char *path, const struct admission_trust *trust,
		   struct admission **ret_admission, struct bpfhost_error *err);
void admission_free(struct admission *admission);

/*
 * Whether only root can write the folder at path and all folders above it: 0, or -errno with a
 * sentence in err. For run paths, where --trust counts for nothing.
 */
int admission_check_folder(const char *path, struct bpfhost_error *err);

#endif
