/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TRACEPOINT_FORMAT_INTERNAL_H
#define TRACEPOINT_FORMAT_INTERNAL_H

#include "format.h"

/* Shared by the files of the format parser only. */

/* A piece of text that is still to be read: [at, end). */
struct format_span {
	const char *at;
	const char *end;
};

/* A format in the making. @format is first: format_free() gets back from it to the store. */
struct format_store {
	struct format format;
	struct format_field *fields;
	size_t capacity;
	char *strings; /* all strings of the result, one after the other, each with its NUL */
	size_t strings_used;
	size_t strings_size;
};

void format_skip_space(struct format_span *span);

/* @span without white space at its ends. */
struct format_span format_trim(struct format_span span);

/* Step over @text, exactly; false, and no step, when something else comes. */
bool format_eat(struct format_span *span, const char *text);

/* Step over white space and @text. */
bool format_eat_token(struct format_span *span, const char *text);

/* The C identifier that comes now, perhaps empty, and step over it. */
struct format_span format_eat_word(struct format_span *span);

bool format_span_is(struct format_span span, const char *text);
bool format_is_word_char(char c);

/* Keep a copy of @span in the store. NULL when the store's room is used up. */
const char *format_keep(struct format_store *store, struct format_span span);

/* The field called like @name, or NULL. */
struct format_field *format_field_of(struct format_store *store, struct format_span name);

/* Set class, value and count of a field whose other members are set. @dimension may be 0. */
void format_classify(struct format_field *field, bool is_syscall, bool is_bit_field,
		     uint32_t dimension);

/* Read hints and labels from @text, which is what follows "print fmt:". 0 or -ENOMEM. */
int format_read_print(struct format_store *store, struct format_span text);

/*
 * The table of names of @call, "__print_symbolic(...)" or "__print_flags(...)", for the plain field
 * that it prints. A call that is anything else leaves all as it is. 0 or -ENOMEM.
 */
int format_read_labels(struct format_store *store, struct format_span call);

/* The plain field that @expression, as REC->name in any parentheses, stands for, or NULL. */
struct format_field *format_plain_field(struct format_store *store, struct format_span expression);

/*
 * Step over the next argument of a list, up to a comma outside of all brackets and strings or the
 * end. False at the end of @list.
 */
bool format_next_argument(struct format_span *list, struct format_span *ret_argument);

/* "(X)" to X, as often as it is so; the parentheses must belong together. */
struct format_span format_strip_parentheses(struct format_span span);

/* Step over a C string literal, or several in a row, and keep the value. NULL for none. */
const char *format_eat_string(struct format_store *store, struct format_span *span);

/*
 * The value of a C constant expression in @text: numbers, casts to known integer types and all
 * binary and unary operators, computed as C does in 32 and 64 bits. -EINVAL for anything else.
 */
int format_evaluate(struct format_span text, uint64_t *ret_value);

#endif
