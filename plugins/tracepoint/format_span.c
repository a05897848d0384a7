/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <string.h>

#include "format_internal.h"

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool format_is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

void format_skip_space(struct format_span *span)
{
	while (span->at < span->end && is_space(*span->at))
		span->at++;
}

struct format_span format_trim(struct format_span span)
{
	format_skip_space(&span);
	while (span.at < span.end && is_space(span.end[-1]))
		span.end--;
	return span;
}

bool format_eat(struct format_span *span, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(span->end - span->at) < len || memcmp(span->at, text, len))
		return false;
	span->at += len;
	return true;
}

bool format_eat_token(struct format_span *span, const char *text)
{
	format_skip_space(span);
	return format_eat(span, text);
}

struct format_span format_eat_word(struct format_span *span)
{
	struct format_span word = { span->at, span->at };

	while (word.end < span->end && format_is_word_char(*word.end))
		word.end++;
	span->at = word.end;
	return word;
}

bool format_span_is(struct format_span span, const char *text)
{
	size_t len = strlen(text);

	return (size_t)(span.end - span.at) == len && !memcmp(span.at, text, len);
}

const char *format_keep(struct format_store *store, struct format_span span)
{
	size_t len = (size_t)(span.end - span.at);
	char *copy = store->strings + store->strings_used;

	if (len >= store->strings_size - store->strings_used)
		return NULL;
	memcpy(copy, span.at, len);
	copy[len] = '\0';
	store->strings_used += len + 1;
	return copy;
}
