/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "symbols_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare_text(const char *one, const char *other)
{
	if (one == other)
		return 0;
	if (!one || !other)
		return one ? 1 : -1;
	return strcmp(one, other);
}

static int compare_number(uint64_t one, uint64_t other)
{
	return (one > other) - (one < other);
}

/* By what makes two symbols doubles; of those, the one that is kept comes first. */
static int by_name(const void *a, const void *b)
{
	const struct bpfhost_symbol *one = a, *other = b;
	int order = compare_text(one->name, other->name);

	if (!order)
		order = compare_text(one->version, other->version);
	if (!order)
		order = compare_number(one->address, other->address);
	if (!order)
		order = compare_number(one->kind, other->kind);
	if (!order)
		order = compare_number(one->is_local, other->is_local);
	return order ? order : compare_number(one->source, other->source);
}

static bool are_doubles(const struct bpfhost_symbol *one, const struct bpfhost_symbol *other)
{
	return one->address == other->address && !compare_text(one->name, other->name) &&
	       !compare_text(one->version, other->version);
}

static void drop_doubles(struct bpfhost_symbols *symbols)
{
	struct bpfhost_symbol *all = symbols->all;
	size_t kept = 0;

	for (size_t i = 0; i < symbols->count; i++) {
		if (!kept || !are_doubles(&all[kept - 1], &all[i])) {
			all[kept++] = all[i];
			continue;
		}
		all[kept - 1].is_default |= all[i].is_default;
		if (all[kept - 1].size < all[i].size)
			all[kept - 1].size = all[i].size;
	}
	symbols->count = kept;
}

static void arrange(struct bpfhost_symbols *symbols)
{
	void *shrunk;

	if (!symbols->count)
		return;
	qsort(symbols->all, symbols->count, sizeof(*symbols->all), by_name);
	drop_doubles(symbols);
	shrunk = reallocarray(symbols->all, symbols->count, sizeof(*symbols->all));
	if (!shrunk)
		return;
	symbols->all = shrunk;
	symbols->capacity = symbols->count;
}

static int fail(int ret, const char *where, struct bpfhost_error *err)
{
	switch (ret) {
	case -ENOEXEC:
		bpfhost_error_set(err, 0, "the symbols in its %s are damaged or cut off", where);
		break;
	case -E2BIG:
	case -EFBIG:
		bpfhost_error_set(err, 0, "there are more symbols in its %s than are read", where);
		return -E2BIG;
	default:
		bpfhost_error_set(err, 0, "failed to read the symbols in its %s: %s", where,
				  strerror(-ret));
	}
	return ret;
}

static int add_table(struct bpfhost_symbols *symbols, const struct bpfhost_elf *file,
		     const struct bpfhost_elf *loaded, enum bpfhost_symbol_source source,
		     struct bpfhost_error *err)
{
	static const char *const names[] = {
		[BPFHOST_SYMBOLS_SYMTAB] = ".symtab",
		[BPFHOST_SYMBOLS_DYNSYM] = ".dynsym",
		[BPFHOST_SYMBOLS_DEBUG] = "debug file",
		[BPFHOST_SYMBOLS_DEBUGDATA] = ".gnu_debugdata",
	};
	uint32_t type = source == BPFHOST_SYMBOLS_DYNSYM ? SHT_DYNSYM : SHT_SYMTAB;
	int ret = symbols_add_table(symbols, file, loaded, type, source);

	return ret ? fail(ret, names[source], err) : 0;
}

static int add_debugdata(struct bpfhost_symbols *symbols, const struct bpfhost_elf *elf,
			 struct bpfhost_error *err)
{
	struct bpfhost_elf *inner = NULL;
	void *data = NULL;
	size_t size = 0;
	int ret = symbols_load_debugdata(elf, &data, &size);

	if (ret == -ENOENT)
		return 0;
	if (!ret)
		ret = elf_file_open_memory(data, size, &inner, NULL);
	if (ret)
		ret = fail(ret, ".gnu_debugdata", err);
	else
		ret = add_table(symbols, inner, elf, BPFHOST_SYMBOLS_DEBUGDATA, err);
	bpfhost_elf_close(inner);
	free(data);
	return ret;
}

/* Forgets what was added since before, but for what took our memory. */
static int take_back(struct bpfhost_symbols *symbols, const struct bpfhost_symbols *before, int ret)
{
	if (!ret || ret == -ENOMEM)
		return ret;
	while (symbols->string_count > before->string_count)
		free(symbols->strings[--symbols->string_count]);
	symbols->strings_sum = before->strings_sum;
	symbols->names_sum = before->names_sum;
	symbols->count = before->count;
	return 0;
}

/* What only adds to the file's own tables; each is left out where it is damaged. */
static int add_more(struct bpfhost_symbols *symbols, struct bpfhost_elf *elf,
		    struct bpfhost_elf *debug, struct bpfhost_error *err)
{
	struct bpfhost_symbols before = *symbols;
	int ret = take_back(symbols, &before, add_debugdata(symbols, elf, err));

	if (ret || !debug)
		return ret;
	before = *symbols;
	return take_back(symbols, &before,
			 add_table(symbols, debug, elf, BPFHOST_SYMBOLS_DEBUG, err));
}

int bpfhost_symbols_read(struct bpfhost_elf *elf, struct bpfhost_elf *debug,
			 struct bpfhost_symbols **ret_symbols, struct bpfhost_error *err)
{
	struct bpfhost_symbols *symbols = calloc(1, sizeof(*symbols));
	int ret;

	if (!symbols)
		return fail(-ENOMEM, ".symtab", err);
	ret = add_table(symbols, elf, elf, BPFHOST_SYMBOLS_SYMTAB, err);
	if (!ret)
		ret = add_table(symbols, elf, elf, BPFHOST_SYMBOLS_DYNSYM, err);
	if (!ret)
		ret = add_more(symbols, elf, debug, err);
	if (ret) {
		bpfhost_symbols_free(symbols);
		return ret;
	}
	arrange(symbols);
	*ret_symbols = symbols;
	return 0;
}

void bpfhost_symbols_free(struct bpfhost_symbols *symbols)
{
	if (!symbols)
		return;
	for (size_t i = 0; i < symbols->string_count; i++)
		free(symbols->strings[i]);
	free(symbols->by_address);
	free(symbols->all);
	free(symbols);
}

const struct bpfhost_symbol *bpfhost_symbols_all(const struct bpfhost_symbols *symbols,
						 size_t *ret_count)
{
	*ret_count = symbols->count;
	return symbols->all;
}
