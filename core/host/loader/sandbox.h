/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_SANDBOX_H
#define BPFHOST_HOST_SANDBOX_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <bpfhost/error.h>

#define SANDBOX_OUTPUT_MAX (8U << 20)

/*
 * Runs fn in a child that can do no harm: another user where the caller is root, no capability, no
 * way to get one, bounded memory and time, no descriptor but the pipe behind `out` and those in
 * keep (-1: none). What fn writes to out comes back as bytes, which are to be checked like a
 * stranger's. A child that crashes is no worse than one that fails.
 *
 * 0 with the caller's bytes (freed with free, a NUL byte behind them, size without it); -ETIMEDOUT;
 * -EFBIG above SANDBOX_OUTPUT_MAX; -EPROTO when fn failed, crashed or returned other than 0;
 * -errno. All with a sentence in err.
 */
int sandbox_run(int (*fn)(void *ctx, FILE *out), void *ctx, int keep, uint64_t timeout_ns,
		char **ret_bytes, size_t *ret_size, struct bpfhost_error *err);

#endif
