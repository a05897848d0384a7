/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "parsed_back.h"

#include <string.h>

/* The only sequences that a line may have of its own: of SGR, in ECMA-48. */
static size_t color_at(const char *at, size_t left)
{
	static const char *const colors[] = { "\033[0m", "\033[1m", "\033[2m", "\033[1;31m" };

	for (size_t i = 0; i < sizeof(colors) / sizeof(colors[0]); i++)
		if (left >= strlen(colors[i]) && !memcmp(at, colors[i], strlen(colors[i])))
			return strlen(colors[i]);
	return 0;
}

/* jansson says what is UTF-8. */
static void check_utf8(const char *line, size_t size)
{
	json_t *text = json_stringn(line, size);

	parsed_back_require(text != NULL);
	json_decref(text);
}

/* Marks that turn around how the rest of a line reads (UAX 9), or are a line's end to some. */
static bool reorders(const char *at)
{
	static const char *const marks[] = { "\u061c", "\u200e", "\u200f", "\u2028", "\u2029",
					     "\u202a", "\u202b", "\u202c", "\u202d", "\u202e",
					     "\u2066", "\u2067", "\u2068", "\u2069" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (!strncmp(at, marks[i], strlen(marks[i])))
			return true;
	return false;
}

static bool is_control(const char *at)
{
	const unsigned char *byte = (const unsigned char *)at;

	return byte[0] < 0x20 || byte[0] == 0x7f || (byte[0] == 0xc2 && byte[1] < 0xa0);
}

void parsed_back_text(const char *line, size_t size, bool is_color)
{
	size_t skip;

	parsed_back_require(size > 0 && line[size - 1] == '\n');
	check_utf8(line, size);
	for (size_t i = 0; i < size - 1; i++) {
		skip = is_color ? color_at(line + i, size - i) : 0;
		if (skip)
			i += skip - 1;
		else
			/* The newline ends what strncmp and is_control look at. */
			parsed_back_require(!is_control(line + i) && !reorders(line + i));
	}
}
