/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "preset_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <bpfhost/probe.h>

#define TEXT_LINE_MAX (BPFHOST_PROBE_TEXT_MAX + 2 * UPROBE_PRESET_NAME_SIZE)

struct text {
	const char *origin;
	uprobe_preset_fn found;
	void *ctx;
	struct bpfhost_error *err;
	unsigned int number; /* of the line at hand */
	bool any;            /* lines */
};

static int text_fail(const struct text *text, int ret, const char *why)
{
	bpfhost_error_set(text->err, 0, "%s, line %u: %s", text->origin, text->number, why);
	return ret;
}

/* Whether it is a probe at all, which no machine decides. */
static int text_check(const struct text *text, const char *line)
{
	struct bpfhost_probe *probe = NULL;
	struct bpfhost_error why = { 0 };
	int ret = bpfhost_probe_parse(line, &probe, &why);

	bpfhost_probe_free(probe);
	return ret ? text_fail(text, ret, why.text[0] ? why.text : strerror(-ret)) : 0;
}

static int text_line(struct text *text, const char *line)
{
	const char *name = line + strspn(line, " \t\r"), *at = name;
	char event[UPROBE_PRESET_NAME_SIZE];
	int ret;

	if (!*name || *name == '#')
		return 0;
	while (isalnum((unsigned char)*at) || *at == '_')
		at++;
	if (at == name || (size_t)(at - name) >= sizeof(event) || at[strspn(at, " \t")] != '=')
		return text_fail(text, -EINVAL, "a line is written \"event = probe\"");
	snprintf(event, sizeof(event), "%.*s", (int)(at - name), name);
	at = strchr(at, '=') + 1;
	at += strspn(at, " \t");
	ret = text_check(text, at);
	if (ret)
		return ret;
	text->any = true;
	return text->found(text->ctx, event, at);
}

/* A copy of it, with a NUL behind. */
static int text_take(struct text *text, const char *begin, size_t length)
{
	char line[TEXT_LINE_MAX + 1];

	if (length >= sizeof(line))
		return text_fail(text, -E2BIG, "it is too long");
	if (memchr(begin, '\0', length))
		return text_fail(text, -EINVAL, "this is no text");
	memcpy(line, begin, length);
	line[length] = '\0';
	return text_line(text, line);
}

int uprobe_preset_text(const char *origin, const char *begin, size_t length, uprobe_preset_fn found,
		       void *ctx, struct bpfhost_error *err)
{
	struct text text = { .origin = origin, .found = found, .ctx = ctx, .err = err };
	const char *end = begin + length;
	int ret = 0;

	while (begin < end && !ret) {
		const char *newline = memchr(begin, '\n', (size_t)(end - begin)) ?: end;

		text.number++;
		ret = text_take(&text, begin, (size_t)(newline - begin));
		begin = newline + 1;
	}
	if (ret || text.any)
		return ret;
	bpfhost_error_set(err, 0, "%s holds no probe", origin);
	return -ENOENT;
}
