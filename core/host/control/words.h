/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What both ends of a control socket say: a line with a JSON array of strings, such as
 *
 *	["status","--format","json"]
 *
 * An answer's first line is of the same kind: ["ok","SIZE"], and SIZE bytes follow it; ["wrong",TEXT],
 * the request cannot be; ["failed",TEXT], it was not to be had. Then the socket is closed.
 */
#ifndef CONTROL_WORDS_H
#define CONTROL_WORDS_H

#include <stddef.h>

#include <bpfhost/error.h>

/* A line with its end, in bytes: a configuration file may be as long. */
#define CONTROL_LINE_MAX  (256U << 10)
#define CONTROL_WORDS_MAX 4096U

#define CONTROL_OK     "ok"
#define CONTROL_WRONG  "wrong"
#define CONTROL_FAILED "failed"

/* How the reason begins where a client is turned away before it was understood: it may try again. */
#define CONTROL_CROWDED "the host has too many clients at this moment"

struct control_words {
	char **items; /* NULL behind the last */
	size_t count;
	char *bytes; /* that they lie in */
};

/*
 * Reads a line, without its end, of size bytes; no NUL is needed behind it. -EINVAL with what is wrong and
 * at which byte in err, -ENOMEM. Freed with control_words_free.
 */
int control_words_read(const char *line, size_t size, struct control_words *ret_words,
		       struct bpfhost_error *err);
/*
 * The words as a line with its end and a NUL behind it, to be freed by the caller; NULL where there is no
 * memory. What is no UTF-8 does not come through.
 */
char *control_words_write(const char *const *words, size_t count, size_t *ret_size);
/* NULL and half filled are fine. */
void control_words_free(struct control_words *words);

#endif
