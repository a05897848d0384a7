/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "symbols_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
	AT_STEPS_MAX = 64, /* symbols in front of an address that are asked whether they hold it */
	AT_UNSIZED_MAX = 4096, /* bytes that a symbol without a size may hold */
};

/* Name has no 0 behind its length. */
static int compare_prefix(const char *text, const char *name, size_t length)
{
	int order = strncmp(text, name, length);

	return order ? order : text[length] != '\0';
}

size_t symbols_find(const struct bpfhost_symbols *symbols, const char *name, size_t length)
{
	size_t low = 0, high = symbols->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_prefix(symbols->all[middle].name, name, length) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < symbols->count && !compare_prefix(symbols->all[low].name, name, length))
		return low;
	return symbols->count;
}

const struct bpfhost_symbol *bpfhost_symbols_object(const struct bpfhost_symbols *symbols,
						    const char *name)
{
	const struct bpfhost_symbol *found = NULL;

	for (size_t i = symbols_find(symbols, name, strlen(name)); i < symbols->count; i++) {
		const struct bpfhost_symbol *symbol = &symbols->all[i];

		if (strcmp(symbol->name, name))
			break;
		if (symbol->kind == BPFHOST_SYMBOL_OBJECT &&
		    (!found || (found->is_local && !symbol->is_local)))
			found = symbol;
	}
	return found;
}

/* Of those at one address the best comes last: a function, global, with a size. */
static int by_address(const void *a, const void *b, void *ctx)
{
	const struct bpfhost_symbol *all = ctx;
	uint32_t index = *(const uint32_t *)a, other_index = *(const uint32_t *)b;
	const struct bpfhost_symbol *one = &all[index], *other = &all[other_index];

	if (one->address != other->address)
		return one->address < other->address ? -1 : 1;
	if (symbols_is_function(one) != symbols_is_function(other))
		return symbols_is_function(one) ? 1 : -1;
	if (one->is_local != other->is_local)
		return one->is_local ? -1 : 1;
	if (!one->size != !other->size)
		return one->size ? 1 : -1;
	return index < other_index ? 1 : -1;
}

static bool sort_by_address(struct bpfhost_symbols *symbols)
{
	if (symbols->by_address || !symbols->count)
		return symbols->by_address;
	symbols->by_address = malloc(symbols->count * sizeof(*symbols->by_address));
	if (!symbols->by_address)
		return false;
	for (size_t i = 0; i < symbols->count; i++)
		symbols->by_address[i] = (uint32_t)i;
	qsort_r(symbols->by_address, symbols->count, sizeof(*symbols->by_address), by_address,
		symbols->all);
	return true;
}

/* How many symbols begin at or below address. */
static size_t count_below(const struct bpfhost_symbols *symbols, uint64_t address)
{
	size_t low = 0, high = symbols->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->all[symbols->by_address[middle]].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct bpfhost_symbol *bpfhost_symbols_at(struct bpfhost_symbols *symbols, uint64_t address)
{
	const struct bpfhost_symbol *nearest = NULL;
	size_t below;

	if (!sort_by_address(symbols))
		return NULL;
	below = count_below(symbols, address);
	for (size_t step = 0; step < below && step < AT_STEPS_MAX; step++) {
		const struct bpfhost_symbol *symbol =
			&symbols->all[symbols->by_address[below - 1 - step]];

		if (address - symbol->address < symbol->size)
			return symbol;
		if (!nearest)
			nearest = symbol;
	}
	/* One without a size goes on to where the next begins. */
	if (nearest && !nearest->size && address - nearest->address < AT_UNSIZED_MAX)
		return nearest;
	return NULL;
}
