/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "new/template.h"

#include <ctype.h>
#include <string.h>

size_t template_kinds(const char *ret_kinds[TEMPLATE_KINDS_MAX])
{
	size_t n = 0;

	for (const struct template_file *file = template_files; file->kind; file++)
		if ((!n || strcmp(ret_kinds[n - 1], file->kind)) && n < TEMPLATE_KINDS_MAX)
			ret_kinds[n++] = file->kind;
	return n;
}

/* What begins with bpfhost is ours: a plugin "bpfhost" would have our struct bpfhost_event. */
static void template_identifier(const char *name, int (*letter)(int), FILE *out)
{
	if (!islower((unsigned char)*name) || !strncmp(name, "bpfhost", strlen("bpfhost")))
		for (const char *at = "plugin_"; *at; at++)
			fputc(letter(*at), out);
	for (; *name; name++)
		fputc(*name == '-' ? '_' : letter((unsigned char)*name), out);
}

static int template_begins(const char *text, size_t size, const char *word)
{
	return size >= strlen(word) && !memcmp(text, word, strlen(word));
}

/* How many bytes the word at text has that something else was written for; 0: none. */
static size_t template_word(const char *text, size_t size, const char *name, FILE *out)
{
	if (template_begins(text, size, "newname")) {
		fputs(name, out);
		return strlen("newname");
	}
	if (template_begins(text, size, "newident")) {
		template_identifier(name, tolower, out);
		return strlen("newident");
	}
	if (template_begins(text, size, "NEWIDENT")) {
		template_identifier(name, toupper, out);
		return strlen("NEWIDENT");
	}
	return 0;
}

void template_write(const char *text, size_t size, const char *name, FILE *out)
{
	while (size) {
		size_t taken = template_word(text, size, name, out);

		if (!taken) {
			fputc(*text, out);
			taken = 1;
		}
		text += taken;
		size -= taken;
	}
}
