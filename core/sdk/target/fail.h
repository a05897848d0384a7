/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_TARGET_FAIL_H
#define BPFHOST_TARGET_FAIL_H

#include <bpfhost/error.h>

/* Sets the sentence and returns CODE. */
int target_fail(struct bpfhost_error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* -ENOENT, with a question behind the sentence where there is something NEAR. */
int target_fail_near(struct bpfhost_error *err, const char *near, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Why the file at PATH could not be opened, CODE, as one of the codes that callers know. */
int target_fail_open(struct bpfhost_error *err, int code, const char *path);

#endif
