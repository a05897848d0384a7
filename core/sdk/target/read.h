/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_TARGET_READ_H
#define BPFHOST_TARGET_READ_H

#include <stddef.h>

/*
 * Reads all of an open file, of at most MOST bytes, and puts a NUL behind it. *RET_DATA is freed by
 * the caller. 0, -EFBIG, -ENOMEM, or read()'s errno.
 */
int target_read(int fd, size_t most, char **ret_data, size_t *ret_size);

#endif
