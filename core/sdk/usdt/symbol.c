/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where a probe stands, the program counter is the site's address, wherever the file is loaded; so a
 * variable of the same file is as far from it as the two are in the file. Names of the assembler are not
 * unique: each unit may have its own static variable "count". Which one is meant cannot be told, and no
 * value is better than one of another variable.
 */
#include <bpfhost/usdt.h>

#include <errno.h>
#include <string.h>

/* A file with more symbols of one name than this is not looked through for each argument. */
#define SAME_NAME_MAX 256

/* The first symbol of all that is not before name. */
static size_t find_first(const struct bpfhost_symbol *all, size_t count, const char *name)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(all[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool find_only_object(const struct bpfhost_symbols *symbols, const char *name,
			     uint64_t *ret_address)
{
	const struct bpfhost_symbol *all, *found = NULL;
	size_t count, first;

	all = bpfhost_symbols_all(symbols, &count);
	first = find_first(all, count, name);
	for (size_t i = first; i < count && !strcmp(all[i].name, name); i++) {
		if (i - first == SAME_NAME_MAX)
			return false;
		if (all[i].kind != BPFHOST_SYMBOL_OBJECT)
			continue;
		if (found && found->address != all[i].address)
			return false;
		found = &all[i];
	}
	if (!found)
		return false;
	*ret_address = found->address;
	return true;
}

static int give_up(struct bpfhost_usdt_argument *argument)
{
	argument->argument.place = BPFHOST_ARGUMENT_UNKNOWN;
	argument->argument.base = BPFHOST_ARGUMENT_NOWHERE;
	argument->argument.index = BPFHOST_ARGUMENT_NOWHERE;
	argument->argument.shift = 0;
	argument->argument.offset = 0;
	return -ENOENT;
}

int bpfhost_usdt_bind_symbol(const struct bpfhost_symbols *symbols, uint16_t machine,
			     const struct bpfhost_usdt_site *site,
			     struct bpfhost_usdt_argument *argument)
{
	uint64_t address;

	(void)machine; /* the parser has already made the program counter the base */
	if (!*argument->symbol)
		return 0;
	if (argument->argument.place != BPFHOST_ARGUMENT_MEMORY ||
	    !find_only_object(symbols, argument->symbol, &address))
		return give_up(argument);
	argument->argument.offset =
		(int64_t)((uint64_t)argument->argument.offset + address - site->address);
	argument->symbol[0] = '\0';
	return 0;
}
