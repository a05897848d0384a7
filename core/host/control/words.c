/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "control/words.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/utf8.h>

#include "command/print.h"

/* What is read is written behind what was, in one piece of memory: no word is longer than its JSON. */
struct words_reader {
	const char *line;
	const char *at;
	const char *end;
	char *out;
	struct control_words *words;
	struct bpfhost_error *err;
};

static int words_fail(struct words_reader *reader, const char *what)
{
	bpfhost_error_set(reader->err, (uint32_t)(reader->at - reader->line),
			  "%s at byte %zu of a request, which is a JSON array of strings", what,
			  (size_t)(reader->at - reader->line));
	return -EINVAL;
}

static void words_skip_space(struct words_reader *reader)
{
	while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t'))
		reader->at++;
}

static bool words_take(struct words_reader *reader, char wanted)
{
	words_skip_space(reader);
	if (reader->at == reader->end || *reader->at != wanted)
		return false;
	reader->at++;
	return true;
}

/* The four digits behind \u; -1: they are none. */
static int words_hex(struct words_reader *reader)
{
	int value = 0;

	if (reader->end - reader->at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = *reader->at++;
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;

		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

static void words_put_utf8(struct words_reader *reader, uint32_t c)
{
	static const uint8_t marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	int bytes = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	*reader->out++ = (char)(marks[bytes == 1 ? 0 : bytes] | (c >> 6 * (bytes - 1)));
	for (int i = bytes - 2; i >= 0; i--)
		*reader->out++ = (char)(0x80 | (c >> 6 * i & 0x3f));
}

/* Behind \u: what lies beyond 16 bits is written as two. */
static int words_take_unicode(struct words_reader *reader)
{
	int high = words_hex(reader), low;

	if (high >= 0xd800 && high < 0xdc00) {
		if (reader->end - reader->at < 6 || memcmp(reader->at, "\\u", 2))
			return words_fail(reader, "half a character");
		reader->at += 2;
		low = words_hex(reader);
		if (low < 0xdc00 || low > 0xdfff)
			return words_fail(reader, "half a character");
		high = 0x10000 + ((high - 0xd800) << 10 | (low - 0xdc00));
	} else if (high <= 0 || (high >= 0xdc00 && high < 0xe000)) {
		return words_fail(reader, high == 0 ? "a NUL" : "what is no character");
	}
	words_put_utf8(reader, (uint32_t)high);
	return 0;
}

static int words_take_escape(struct words_reader *reader)
{
	static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *found;
	char c = reader->at < reader->end ? *reader->at : '\0';

	if (c == 'u') {
		reader->at++;
		return words_take_unicode(reader);
	}
	found = c ? strchr(names, c) : NULL;
	if (!found)
		return words_fail(reader, "an unknown escape");
	reader->at++;
	*reader->out++ = meant[found - names];
	return 0;
}

static int words_take_plain(struct words_reader *reader)
{
	size_t left = (size_t)(reader->end - reader->at);
	size_t size = bpfhost_utf8_length((const unsigned char *)reader->at, left);

	if (!size || (unsigned char)*reader->at < 0x20)
		return words_fail(reader, "what is no character");
	memcpy(reader->out, reader->at, size);
	reader->out += size;
	reader->at += size;
	return 0;
}

/* Behind the opening quote. */
static int words_take_string(struct words_reader *reader)
{
	int err = 0;

	if (reader->words->count == CONTROL_WORDS_MAX)
		return words_fail(reader, "too many words");
	reader->words->items[reader->words->count++] = reader->out;
	while (!err && reader->at < reader->end && *reader->at != '"') {
		if (*reader->at != '\\') {
			err = words_take_plain(reader);
			continue;
		}
		reader->at++;
		err = words_take_escape(reader);
	}
	if (err)
		return err;
	if (reader->at == reader->end)
		return words_fail(reader, "no end of a string");
	reader->at++;
	*reader->out++ = '\0';
	return 0;
}

static int words_take_array(struct words_reader *reader)
{
	int err = 0;

	if (!words_take(reader, '['))
		return words_fail(reader, "no [");
	if (words_take(reader, ']'))
		return 0;
	do {
		if (!words_take(reader, '"'))
			return words_fail(reader, "no string");
		err = words_take_string(reader);
	} while (!err && words_take(reader, ','));
	if (!err && !words_take(reader, ']'))
		return words_fail(reader, "no ]");
	return err;
}

static int words_read(struct words_reader *reader)
{
	int err = words_take_array(reader);

	words_skip_space(reader);
	if (!err && reader->at != reader->end)
		return words_fail(reader, "something behind the ]");
	return err;
}

int control_words_read(const char *line, size_t size, struct control_words *ret_words,
		       struct bpfhost_error *err)
{
	struct control_words words = {
		.bytes = malloc(size + 1),
		.items = calloc(CONTROL_WORDS_MAX + 1, sizeof(char *)),
	};
	struct words_reader reader = {
		.line = line, .at = line, .end = line + size, .words = &words, .err = err
	};
	int failed = -ENOMEM;

	reader.out = words.bytes;
	if (words.bytes && words.items)
		failed = words_read(&reader);
	else
		bpfhost_error_set(err, 0, "%s", strerror(ENOMEM));
	if (failed)
		control_words_free(&words);
	else
		*ret_words = words;
	return failed;
}

char *control_words_write(const char *const *words, size_t count, size_t *ret_size)
{
	char *line = NULL;
	FILE *out = open_memstream(&line, ret_size);
	bool failed;

	if (!out)
		return NULL;
	fputc('[', out);
	for (size_t i = 0; i < count; i++) {
		fputs(i ? "," : "", out);
		print_json(out, words[i]);
	}
	fputs("]\n", out);
	failed = ferror(out);
	if (!fclose(out) && !failed)
		return line;
	free(line);
	return NULL;
}

void control_words_free(struct control_words *words)
{
	if (!words)
		return;
	free(words->items);
	free(words->bytes);
	*words = (struct control_words){ 0 };
}
