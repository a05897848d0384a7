/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "catalogue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "glob.h"

#define CATALOGUE_LINES_MAX 65536U
#define CATALOGUE_NOISY     "noisy"

struct catalogue_line {
	struct bpfhost_probe *probe; /* parts: provider, name */
	uint32_t number;             /* of the line, over all texts: the later one holds */
};

struct catalogue_lines {
	struct catalogue_line *items;
	uint32_t count;
};

struct usdt_catalogue {
	struct catalogue_lines named;
	struct catalogue_lines noisy;
	uint32_t lines; /* read so far */
};

int usdt_catalogue_new(struct usdt_catalogue **ret_catalogue)
{
	*ret_catalogue = calloc(1, sizeof(**ret_catalogue));
	return *ret_catalogue ? 0 : -ENOMEM;
}

static void lines_free(struct catalogue_lines *lines)
{
	for (uint32_t i = 0; i < lines->count; i++)
		bpfhost_probe_free(lines->items[i].probe);
	free(lines->items);
}

void usdt_catalogue_free(struct usdt_catalogue *catalogue)
{
	if (!catalogue)
		return;
	lines_free(&catalogue->named);
	lines_free(&catalogue->noisy);
	free(catalogue);
}

/* ---- reading -------------------------------------------------------------------------------------- */

/* Takes the probe, also when it fails. */
static int lines_add(struct catalogue_lines *lines, struct bpfhost_probe *probe, uint32_t number)
{
	struct catalogue_line *items = lines->items;

	/* Doubled whenever full, which is when the count is a power of two. */
	if (!(lines->count & (lines->count - 1))) {
		items = reallocarray(items, lines->count ? lines->count * 2UL : 1, sizeof(*items));
		if (!items) {
			bpfhost_probe_free(probe);
			return -ENOMEM;
		}
		lines->items = items;
	}
	items[lines->count++] = (struct catalogue_line){ .probe = probe, .number = number };
	return 0;
}

static int catalogue_check(const struct bpfhost_probe *probe, bool noisy, struct bpfhost_error *err)
{
	if (probe->part_count != 2) {
		bpfhost_error_set(err, 0, "a line is PROVIDER:NAME(name: type, ...)");
		return -EINVAL;
	}
	if (probe->expr || (noisy && probe->has_params)) {
		bpfhost_error_set(err, 0, "%s",
				  noisy ? "a noisy line is PROVIDER:NAME and no more"
					: "a line of a catalogue has no \"if\"");
		return -EINVAL;
	}
	if (!noisy && !probe->has_params) {
		bpfhost_error_set(err, 0,
				  "the arguments are missing: PROVIDER:NAME(name: type, ...)");
		return -EINVAL;
	}
	if (!noisy && (probe->parts[0].has_glob || probe->parts[1].has_glob)) {
		bpfhost_error_set(err, 0, "only a noisy line may hold * and ?");
		return -EINVAL;
	}
	return usdt_fields_check(probe, err);
}

/* "noisy python:line" */
static const char *catalogue_behind_noisy(const char *line)
{
	const size_t length = strlen(CATALOGUE_NOISY);

	if (strncmp(line, CATALOGUE_NOISY, length) != 0 || !strchr(" \t", line[length]))
		return NULL;
	return line + length + strspn(line + length, " \t");
}

static int catalogue_line(struct usdt_catalogue *catalogue, const char *line,
			  struct bpfhost_error *err)
{
	const char *noisy;
	struct bpfhost_probe *probe;
	int ret;

	line += strspn(line, " \t\r");
	if (!*line || *line == '#')
		return 0;
	if (catalogue->lines == CATALOGUE_LINES_MAX) {
		bpfhost_error_set(err, 0, "there are more than %u lines in all catalogues",
				  CATALOGUE_LINES_MAX);
		return -E2BIG;
	}
	noisy = catalogue_behind_noisy(line);
	ret = bpfhost_probe_parse(noisy ?: line, &probe, err);
	if (ret)
		return ret;
	ret = catalogue_check(probe, noisy, err);
	if (ret) {
		bpfhost_probe_free(probe);
		return ret;
	}
	return lines_add(noisy ? &catalogue->noisy : &catalogue->named, probe, catalogue->lines++);
}

static int catalogue_fail(const char *origin, uint32_t number, int ret, struct bpfhost_error *err)
{
	struct bpfhost_error why = { 0 };

	if (err)
		why = *err;
	bpfhost_error_set(err, 0, "%s:%u: %s", origin, number,
			  why.text[0] ? why.text : strerror(-ret));
	return ret;
}

int usdt_catalogue_text(struct usdt_catalogue *catalogue, const char *origin, const char *text,
			size_t length, struct bpfhost_error *err)
{
	char line[BPFHOST_PROBE_TEXT_MAX + 1];
	const char *end = text + length;

	for (uint32_t number = 1; text < end; number++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text)) ?: end;
		size_t size = (size_t)(newline - text);
		int ret = -E2BIG;

		if (size < sizeof(line) && !memchr(text, '\0', size)) {
			memcpy(line, text, size);
			line[size] = '\0';
			ret = catalogue_line(catalogue, line, err);
		} else {
			bpfhost_error_set(err, 0, "this is no line of text of at most %d bytes",
					  BPFHOST_PROBE_TEXT_MAX);
		}
		if (ret)
			return catalogue_fail(origin, number, ret, err);
		text = newline + 1;
	}
	return 0;
}

/* ---- asking --------------------------------------------------------------------------------------- */

static int lines_compare(const struct bpfhost_probe *a, const char *provider, const char *name)
{
	int order = strcmp(a->parts[0].text, provider);

	return order ? order : strcmp(a->parts[1].text, name);
}

static int lines_by_name(const void *left, const void *right)
{
	const struct catalogue_line *a = left, *b = right;
	int order = lines_compare(a->probe, b->probe->parts[0].text, b->probe->parts[1].text);

	return order ? order : (a->number > b->number) - (a->number < b->number);
}

void usdt_catalogue_sort(struct usdt_catalogue *catalogue)
{
	struct catalogue_lines *named = &catalogue->named;

	if (named->count)
		qsort(named->items, named->count, sizeof(*named->items), lines_by_name);
}

/* The last of those with this name. */
const struct bpfhost_probe *usdt_catalogue_find(const struct usdt_catalogue *catalogue,
						const char *provider, const char *name)
{
	const struct catalogue_lines *named = &catalogue->named;
	uint32_t low = 0, high = named->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (lines_compare(named->items[middle].probe, provider, name) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || lines_compare(named->items[low - 1].probe, provider, name) != 0)
		return NULL;
	return named->items[low - 1].probe;
}

bool usdt_catalogue_is_noisy(const struct usdt_catalogue *catalogue, const char *provider,
			     const char *name)
{
	for (uint32_t i = 0; i < catalogue->noisy.count; i++) {
		const struct bpfhost_probe *probe = catalogue->noisy.items[i].probe;

		if (usdt_glob_match(probe->parts[0].text, provider) &&
		    usdt_glob_match(probe->parts[1].text, name))
			return true;
	}
	return false;
}
