/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_CONFIG_FAIL_H
#define BPFHOST_HOST_CONFIG_FAIL_H

#include <stddef.h>

#include <bpfhost/error.h>

/* How much of a foreign word an error message shows: printf's "%.64s". */
#define CONFIG_SHOWN ".64s"

/* Puts one line of text into err, control characters shown as '?', and returns -EINVAL. */
int config_fail(struct bpfhost_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Says that memory ran out and returns -ENOMEM. */
int config_fail_memory(struct bpfhost_error *err);

/* Fails with: unknown WHAT "word"; did you mean "nearest"? */
int config_fail_unknown(struct bpfhost_error *err, const char *what, const char *word,
			const char *const *candidates, size_t count);

/* Puts "where: " in front of what err says; returns failure, for a caller's return line. */
int config_fail_at(struct bpfhost_error *err, int failure, const char *where);

/*
 * The same for a value of an option of the host, by its long name, that turned out wrong later: "argument 3: --pid: "
 * or "file.conf:12: pid: ", as its reader would have put it.
 */
int config_fail_option(struct bpfhost_error *err, int failure, const char *origin,
		       const char *option);

#endif
