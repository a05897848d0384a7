/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a name that is not there was meant to be: names a few letters off, then demangled ones whose
 * last part is meant ("run" for "app::run()"), then names that go on where the pattern ends.
 */
#include "symbols_internal.h"
#include "names_internal.h"

#include <stdlib.h>
#include <string.h>

#include <bpfhost/nearest.h>

enum {
	NEAREST_MAX = 16,
	SAME_LAST_PART = 100, /* worse than any distance in letters */
	SAME_BEGINNING = 1000,
	SAME_BEGINNING_LETTERS = 4, /* fewer say nothing */
};

struct candidate {
	const char *name;
	unsigned int distance;
};

struct search {
	char pattern[BPFHOST_NEAREST_MAX + 1];
	size_t length;
	unsigned int limit; /* of letters */
	char *buffer;       /* NULL: names stay mangled */
	struct candidate best[NEAREST_MAX];
	size_t count;
	size_t max;
};

/* How far a name that is not mangled is off; UINT_MAX: too far. */
static unsigned int spelled_distance(const struct search *search, const char *name)
{
	unsigned int distance = bpfhost_distance(search->pattern, name, search->limit);

	if (distance && !strcasecmp(search->pattern, name))
		return 1;
	if (distance <= search->limit && distance < 2 * search->length)
		return distance;
	if (search->length >= SAME_BEGINNING_LETTERS &&
	    !strncmp(name, search->pattern, search->length))
		return SAME_BEGINNING + (unsigned int)strnlen(name, SYMBOLS_NAME_MAX);
	return UINT32_MAX;
}

static const char *last_part(const char *name)
{
	const char *part = name;

	for (const char *at = strstr(name, "::"); at; at = strstr(part, "::"))
		part = at + 2;
	return part;
}

static unsigned int demangled_distance(const struct search *search, const char *name)
{
	unsigned int distance = UINT32_MAX;

	if (!search->buffer || !names_demangle(name, NAMES_PLAIN, search->buffer))
		return distance;
	names_make_bare(search->buffer);
	distance = spelled_distance(search, search->buffer);
	if (distance >= SAME_LAST_PART &&
	    !strcmp(last_part(search->buffer), last_part(search->pattern)))
		return SAME_LAST_PART;
	return distance;
}

/* Keeps the best sorted; of equals the first stays in front. */
static void keep(struct search *search, const char *name, unsigned int distance)
{
	size_t at = search->count;

	if (at == search->max && distance >= search->best[at - 1].distance)
		return;
	if (at < search->max)
		search->count++;
	else
		at--;
	for (; at && search->best[at - 1].distance > distance; at--)
		search->best[at] = search->best[at - 1];
	search->best[at] = (struct candidate){ name, distance };
}

static void consider(struct search *search, const struct bpfhost_symbol *symbol)
{
	unsigned int distance = spelled_distance(search, symbol->name);

	if (distance == UINT32_MAX)
		distance = demangled_distance(search, symbol->name);
	if (distance != UINT32_MAX)
		keep(search, symbol->name, distance);
}

/* Without a version and without parameters, which say nothing about the name. */
static bool prepare(struct search *search, const char *pattern, size_t max)
{
	size_t length = strcspn(pattern, "@(");

	if (!length || length > BPFHOST_NEAREST_MAX || !max)
		return false;
	memcpy(search->pattern, pattern, length);
	search->length = length;
	search->limit = length < 3 ? 2 : length < 9 ? (unsigned int)length / 3 * 2 : 6;
	search->max = max < NEAREST_MAX ? max : NEAREST_MAX;
	search->buffer = malloc(NAMES_DEMANGLED_MAX);
	return true;
}

size_t bpfhost_symbols_nearest(const struct bpfhost_symbols *symbols, const char *pattern,
			       const char **ret_names, size_t max)
{
	struct search search = { 0 };
	const char *last = "";

	if (!prepare(&search, pattern, max))
		return 0;
	for (size_t i = 0; i < symbols->count; i++) {
		const struct bpfhost_symbol *symbol = &symbols->all[i];

		if (!symbols_is_function(symbol) || !strcmp(symbol->name, last))
			continue;
		last = symbol->name;
		consider(&search, symbol);
	}
	for (size_t i = 0; i < search.count; i++)
		ret_names[i] = search.best[i].name;
	free(search.buffer);
	return search.count;
}
