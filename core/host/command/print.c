/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "command/print.h"

#include <stdbool.h>
#include <string.h>

#include <bpfhost/utf8.h>

/* How many bytes the UTF-8 character at text has, 0 when there is none. */
static size_t print_character(const unsigned char *text)
{
	return bpfhost_utf8_length(text, strnlen((const char *)text, 4));
}

/* C0, DEL and C1, which some terminals obey. */
static bool print_is_control(const unsigned char *at)
{
	return at[0] < 0x20 || at[0] == 0x7f || (at[0] == 0xc2 && at[1] < 0xa0);
}

void print_text(FILE *out, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	while (*at) {
		size_t size = print_character(at);

		if (size && !print_is_control(at)) {
			fwrite(at, 1, size, out);
			at += size;
			continue;
		}
		fprintf(out, "\\x%02x", *at++);
		if (size == 2)
			fprintf(out, "\\x%02x", *at++);
	}
}

void print_json(FILE *out, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	if (!text) {
		fputs("null", out);
		return;
	}
	fputc('"', out);
	while (*at) {
		size_t size = print_character(at);

		if (!size)
			fputs("\xef\xbf\xbd", out);
		else if (print_is_control(at))
			fprintf(out, "\\u00%02x", at[size - 1]);
		else if (*at == '"' || *at == '\\')
			fprintf(out, "\\%c", *at);
		else
			fwrite(at, 1, size, out);
		at += size ? size : 1;
	}
	fputc('"', out);
}

void print_json_member(FILE *out, const char *key, const char *text)
{
	fprintf(out, ",\"%s\":", key);
	print_json(out, text);
}
