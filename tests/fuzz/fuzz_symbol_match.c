/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The first line is a pattern, each other one the name of a function. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "elf/names_internal.h"
#include "elf/symbols_internal.h"

enum { NAMES_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int by_name(const void *a, const void *b)
{
	const struct bpfhost_symbol *one = a, *other = b;

	return strcmp(one->name, other->name);
}

static int count_found(void *ctx, const struct bpfhost_symbol *symbol)
{
	(void)symbol;
	++*(int *)ctx;
	return 0;
}

static void check_name(const char *name)
{
	char *text = bpfhost_demangle(name);

	if (text && (!*text || strlen(text) >= NAMES_DEMANGLED_MAX))
		abort();
	if (text) {
		size_t length = strlen(text);

		names_make_bare(text);
		if (strlen(text) > length)
			abort();
	}
	free(text);
}

static void check(const struct bpfhost_symbols *symbols, const char *pattern)
{
	const char *names[4];
	int count = 0,
	    matched = bpfhost_symbols_match(symbols, pattern, false, count_found, &count);

	if (matched != count || count > (int)symbols->count)
		abort();
	if (bpfhost_symbols_nearest(symbols, pattern, names, 4) > 4)
		abort();
	if (symbols->count && !strpbrk(symbols->all[0].name, "*?@") &&
	    bpfhost_symbols_match(symbols, symbols->all[0].name, false, count_found, &count) < 1)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bpfhost_symbol all[NAMES_MAX];
	struct bpfhost_symbols symbols = { .all = all };
	char *text = calloc(1, size + 1), *line, *rest = text;
	const char *pattern;

	if (!text)
		return 0;
	memcpy(text, data, size);
	pattern = strsep(&rest, "\n");
	while (symbols.count < NAMES_MAX && (line = strsep(&rest, "\n"))) {
		if (!*line)
			continue;
		check_name(line);
		all[symbols.count] = (struct bpfhost_symbol){
			.name = line,
			.kind = BPFHOST_SYMBOL_FUNCTION,
			.address = symbols.count,
		};
		symbols.count++;
	}
	qsort(all, symbols.count, sizeof(*all), by_name);
	check(&symbols, pattern);
	free(text);
	return 0;
}
