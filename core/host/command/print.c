/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "command/print.h"

#include <stdbool.h>
#include <string.h>

#include <bpfhost/utf8.h>

#include "sink/put.h"

/* How many bytes the character at text has, 1 for a byte that is none, 0 at the end. */
static size_t print_character(const char *text)
{
	size_t left = strnlen(text, 4);
	unsigned int size = left ? bpfhost_utf8_length((const uint8_t *)text, left) : 0;

	return left && !size ? 1 : size;
}

void print_text(FILE *out, const char *text)
{
	char shown[4 * 4];

	for (size_t size; (size = print_character(text)); text += size)
		fwrite(shown, 1, (size_t)(put_line(shown, text, size) - shown), out);
}

void print_json(FILE *out, const char *text)
{
	char shown[6 * 4 + PUT_SLACK];
	bool replaced;

	if (!text) {
		fputs("null", out);
		return;
	}
	fputc('"', out);
	for (size_t size; (size = print_character(text)); text += size)
		fwrite(shown, 1, (size_t)(put_json(shown, text, size, &replaced) - shown), out);
	fputc('"', out);
}

void print_json_member(FILE *out, const char *key, const char *text)
{
	fprintf(out, ",\"%s\":", key);
	print_json(out, text);
}
