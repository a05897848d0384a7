/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef GRAMMAR_CURSOR_H
#define GRAMMAR_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpfhost/error.h>

/* A place in a NUL-terminated text, which must outlive it, and where complaints go. */
struct grammar_cursor {
	const char *text;
	const char *at;
	struct bpfhost_error *err;
};

/* For "%.*s": a foreign word, cut to what fits into a sentence. */
#define GRAMMAR_WORD(start, length) (int)((length) < 64 ? (length) : 64), (start)

bool grammar_is_name_start(char c);
bool grammar_is_name(char c);
bool grammar_is_digit(char c);
bool grammar_is_space(char c);

/* The length of the name at AT, 0 when there is none. */
size_t grammar_name_length(const char *at);

void grammar_skip_space(struct grammar_cursor *cursor);

/* Skips spaces, then TOKEN when it comes next. */
bool grammar_accept(struct grammar_cursor *cursor, const char *token);

/* Skips spaces, then WORD when it comes next and no letter of a name follows. */
bool grammar_accept_word(struct grammar_cursor *cursor, const char *word);

/* Sets the error to the sentence, " at column N" for the place AT of the text, and "; " and HINT
 * where it is not NULL. Returns CODE. */
int grammar_fail(const struct grammar_cursor *cursor, const char *at, int code, const char *hint,
		 const char *format, ...) __attribute__((format(printf, 5, 6)));

/*
 * Reads the quoted string that starts at the cursor, with C's escapes, to BUF of CAPACITY bytes
 * and ends it with a NUL; the text's own length + 1 is always enough. A NUL in the string is an
 * error, so *ret_length is strlen(BUF). Returns 0 or -EINVAL, -E2BIG.
 */
int grammar_read_string(struct grammar_cursor *cursor, char *buf, size_t capacity,
			size_t *ret_length);

/* Reads an unsigned number without a suffix: decimal, 0x, 0b, 0o, or octal with a leading 0 as in
 * C. Returns 0 or -EINVAL, also for one over 64 bits. */
int grammar_read_number(struct grammar_cursor *cursor, uint64_t *ret_number);

#endif
