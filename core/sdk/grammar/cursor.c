/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cursor.h"

bool grammar_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool grammar_is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool grammar_is_name(char c)
{
	return grammar_is_name_start(c) || grammar_is_digit(c);
}

bool grammar_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

size_t grammar_name_length(const char *at)
{
	size_t length = 0;

	if (!grammar_is_name_start(*at))
		return 0;
	while (grammar_is_name(at[length]))
		length++;
	return length;
}

void grammar_skip_space(struct grammar_cursor *cursor)
{
	while (grammar_is_space(*cursor->at))
		cursor->at++;
}

bool grammar_accept(struct grammar_cursor *cursor, const char *token)
{
	size_t length = strlen(token);

	grammar_skip_space(cursor);
	if (strncmp(cursor->at, token, length))
		return false;
	cursor->at += length;
	return true;
}

bool grammar_accept_word(struct grammar_cursor *cursor, const char *word)
{
	size_t length = strlen(word);

	grammar_skip_space(cursor);
	if (grammar_name_length(cursor->at) != length || strncmp(cursor->at, word, length))
		return false;
	cursor->at += length;
	return true;
}

int grammar_fail(const struct grammar_cursor *cursor, const char *at, int code, const char *hint,
		 const char *format, ...)
{
	uint32_t offset = (uint32_t)(at - cursor->text);
	char sentence[384];
	va_list args;

	va_start(args, format);
	if (vsnprintf(sentence, sizeof(sentence), format, args) < 0)
		sentence[0] = '\0';
	va_end(args);
	bpfhost_error_set(cursor->err, offset, "%s at column %u%s%s", sentence, offset + 1,
			  hint ? "; " : "", hint ? hint : "");
	return code;
}

static int digit_value(char c)
{
	if (grammar_is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The digits of an escape, at most MOST of them. */
static int read_escape_digits(struct grammar_cursor *cursor, int base, int most)
{
	int value = 0;

	for (int i = 0; i < most; i++) {
		int digit = digit_value(*cursor->at);

		if (digit < 0 || digit >= base)
			break;
		value = value * base + digit;
		cursor->at++;
	}
	return value;
}

/* What follows a backslash. Returns the byte, 0 when it is none. */
static int read_escape(struct grammar_cursor *cursor)
{
	static const char letters[] = "abfnrtve\\\"'?/";
	static const char values[] = "\a\b\f\n\r\t\v\x1b\\\"'?/";
	char c = *cursor->at;
	const char *found;
	int value;

	if (c >= '0' && c <= '7') {
		value = read_escape_digits(cursor, 8, 3);
		return value > 255 ? 0 : value;
	}
	if (!c)
		return 0;
	cursor->at++;
	if (c == 'x')
		return read_escape_digits(cursor, 16, 2);
	found = strchr(letters, c);
	return found ? values[found - letters] : 0;
}

int grammar_read_string(struct grammar_cursor *cursor, char *buf, size_t capacity,
			size_t *ret_length)
{
	const char *start = cursor->at++;
	size_t length = 0;

	while (*cursor->at != '"') {
		const char *at = cursor->at;
		int byte = (unsigned char)*cursor->at++;

		if (!byte)
			return grammar_fail(cursor, start, -EINVAL, NULL,
					    "the closing '\"' is missing of the string");
		if (byte == '\\')
			byte = read_escape(cursor);
		if (!byte)
			return grammar_fail(cursor, at, -EINVAL, "write \\\\ for a backslash",
					    "invalid escape in a string");
		if (length + 1 >= capacity)
			return grammar_fail(cursor, start, -E2BIG, NULL,
					    "string of more than %zu bytes", capacity - 1);
		buf[length++] = (char)byte;
	}
	cursor->at++;
	buf[length] = '\0';
	*ret_length = length;
	return 0;
}

/* Skips the prefix that names a base other than ten. */
static unsigned int read_base(struct grammar_cursor *cursor)
{
	char letter;

	if (cursor->at[0] != '0' || !grammar_is_name(cursor->at[1]))
		return 10;
	letter = cursor->at[1] | 0x20;
	if (letter != 'x' && letter != 'b' && letter != 'o') {
		cursor->at++;
		return 8;
	}
	cursor->at += 2;
	return letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
}

int grammar_read_number(struct grammar_cursor *cursor, uint64_t *ret_number)
{
	const char *start = cursor->at;
	unsigned int base = read_base(cursor);
	const char *digits = cursor->at;
	uint64_t number = 0;

	for (; grammar_is_name(*cursor->at); cursor->at++) {
		int digit = digit_value(*cursor->at);

		if (digit < 0 || (unsigned int)digit >= base)
			break;
		if (__builtin_mul_overflow(number, (uint64_t)base, &number) ||
		    __builtin_add_overflow(number, (uint64_t)digit, &number))
			return grammar_fail(cursor, start, -EINVAL, NULL, "number beyond 64 bits");
	}
	if (cursor->at == digits || grammar_is_name(*cursor->at))
		return grammar_fail(cursor, start, -EINVAL, NULL, "malformed number \"%.*s\"",
				    GRAMMAR_WORD(start, strspn(start, "0123456789abcdefghijklmnop"
								      "qrstuvwxyzABCDEFGHIJKLMNOPQ"
								      "RSTUVWXYZ_")));
	*ret_number = number;
	return 0;
}
