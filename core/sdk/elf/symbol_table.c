/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One symbol table. A name such as "f@@V2", as static linking and separate debug files have them,
 * is cut in place: string tables share the ends of names, so nothing is cut before every name of
 * the table has been looked at, and then all that share the end are cut at the same byte.
 */
#include "symbols_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	struct bpfhost_symbols *symbols;
	const struct bpfhost_elf *file;
	const struct bpfhost_elf *loaded;
	struct symbols_versions versions;
	char *strings;
	size_t strings_size;
	uint8_t source;
};

Elf64_Sym symbols_take(const struct bpfhost_elf *file, const char *table, size_t index)
{
	Elf32_Sym narrow;
	Elf64_Sym wide;

	if (file->info.bits == 64) {
		memcpy(&wide, table + index * sizeof(wide), sizeof(wide));
		return wide;
	}
	memcpy(&narrow, table + index * sizeof(narrow), sizeof(narrow));
	return (Elf64_Sym){
		.st_name = narrow.st_name,
		.st_info = narrow.st_info,
		.st_other = narrow.st_other,
		.st_shndx = narrow.st_shndx,
		.st_value = narrow.st_value,
		.st_size = narrow.st_size,
	};
}

/* 0: of no interest. */
static uint8_t kind_of(const Elf64_Sym *symbol)
{
	if (symbol->st_shndx == SHN_UNDEF || symbol->st_shndx == SHN_ABS ||
	    symbol->st_shndx == SHN_COMMON)
		return 0;
	switch (ELF64_ST_TYPE(symbol->st_info)) {
	case STT_FUNC:
		return BPFHOST_SYMBOL_FUNCTION;
	case STT_GNU_IFUNC:
		return BPFHOST_SYMBOL_IFUNC;
	case STT_OBJECT:
		return BPFHOST_SYMBOL_OBJECT;
	default:
		return 0;
	}
}

/* Code has to be in the file; data may be zeroes that only memory has. */
static bool find_offset(const struct reader *reader, struct bpfhost_symbol *symbol)
{
	if (!bpfhost_elf_offset(reader->loaded, symbol->address, &symbol->offset))
		return true;
	symbol->offset = BPFHOST_SYMBOL_NO_OFFSET;
	return symbol->kind == BPFHOST_SYMBOL_OBJECT &&
	       elf_file_is_loaded(reader->loaded, symbol->address);
}

static void split_name(struct bpfhost_symbol *symbol)
{
	const char *at = strchr(symbol->name + 1, '@');

	if (!at)
		return;
	symbol->is_default = at[1] == '@';
	symbol->version = at + 1 + symbol->is_default;
}

static void find_version(const struct reader *reader, size_t index, struct bpfhost_symbol *symbol)
{
	const struct symbols_versions *versions = &reader->versions;
	const struct symbols_version *version;

	if (!versions->by_index || index >= versions->symbol_count)
		return;
	version = &versions->by_index[versions->of_symbol[index] & 0x7fff];
	symbol->version = version->name;
	symbol->is_default = version->is_definition && !(versions->of_symbol[index] & 0x8000);
}

static int append(struct bpfhost_symbols *symbols, const struct bpfhost_symbol *symbol)
{
	if (symbols->count == symbols->capacity) {
		size_t capacity = symbols->capacity ? symbols->capacity * 2 : 256;
		void *grown = reallocarray(symbols->all, capacity, sizeof(*symbols->all));

		if (!grown)
			return -ENOMEM;
		symbols->all = grown;
		symbols->capacity = capacity;
	}
	symbols->all[symbols->count++] = *symbol;
	return 0;
}

static int add_symbol(struct reader *reader, const Elf64_Sym *from, size_t index)
{
	struct bpfhost_symbol symbol = {
		.address = from->st_value,
		.size = from->st_size,
		.kind = kind_of(from),
		.source = reader->source,
		.is_local = ELF64_ST_BIND(from->st_info) == STB_LOCAL,
	};
	size_t length;

	if (!symbol.kind || from->st_name >= reader->strings_size)
		return 0;
	symbol.name = reader->strings + from->st_name;
	length = strnlen(symbol.name, SYMBOLS_NAME_MAX + 1);
	reader->symbols->names_sum += length;
	if (reader->symbols->names_sum > SYMBOLS_NAMES_SUM_MAX ||
	    reader->symbols->count == SYMBOLS_MAX)
		return -E2BIG;
	if (!length || length > SYMBOLS_NAME_MAX || !find_offset(reader, &symbol))
		return 0;
	find_version(reader, index, &symbol);
	if (!symbol.version)
		split_name(&symbol);
	return append(reader->symbols, &symbol);
}

/* From first on: ends names that have a version behind them. */
static void cut_names(struct reader *reader, size_t first)
{
	for (size_t i = first; i < reader->symbols->count; i++) {
		const struct bpfhost_symbol *symbol = &reader->symbols->all[i];
		size_t end;

		if (!symbol->version || !*symbol->name)
			continue;
		end = strcspn(symbol->name + 1, "@") + 1;
		if (symbol->name[end])
			reader->strings[symbol->name + end - reader->strings] = '\0';
	}
}

/* A name that began at another's "@" is gone. */
static void drop_nameless(struct bpfhost_symbols *symbols, size_t first)
{
	size_t kept = first;

	for (size_t i = first; i < symbols->count; i++) {
		if (*symbols->all[i].name)
			symbols->all[kept++] = symbols->all[i];
	}
	symbols->count = kept;
}

static int read_symbols(struct reader *reader, const char *table, size_t size)
{
	size_t entry = reader->file->info.bits == 64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	size_t first = reader->symbols->count;
	int ret = 0;

	for (size_t i = 1; !ret && i < size / entry; i++) {
		const Elf64_Sym symbol = symbols_take(reader->file, table, i);

		ret = add_symbol(reader, &symbol, i);
	}
	if (ret)
		return ret;
	cut_names(reader, first);
	drop_nameless(reader->symbols, first);
	return 0;
}

static int read_table(struct reader *reader, const struct elf_file_section *section)
{
	void *table = NULL;
	size_t size = 0;
	int ret;

	if (section->type == SHT_DYNSYM) {
		ret = symbols_read_versions(reader->file, reader->strings, reader->strings_size,
					    &reader->versions);
		if (ret)
			return ret;
	}
	ret = elf_file_load(reader->file, section, &table, &size);
	if (!ret)
		ret = read_symbols(reader, table, size);
	free(table);
	symbols_free_versions(&reader->versions);
	return ret;
}

int symbols_add_table(struct bpfhost_symbols *symbols, const struct bpfhost_elf *file,
		      const struct bpfhost_elf *loaded, uint32_t type,
		      enum bpfhost_symbol_source source)
{
	const struct elf_file_section *section = elf_file_find_type(file, type);
	const struct elf_file_section *names;
	struct reader reader = {
		.symbols = symbols,
		.file = file,
		.loaded = loaded,
		.source = (uint8_t)source,
	};
	int ret;

	/* A separate debug file has the header of .dynsym only. */
	if (!section || !section->size || (type == SHT_DYNSYM && section->type == SHT_NOBITS))
		return 0;
	names = elf_file_linked(file, section, SHT_STRTAB);
	if (!names || symbols->string_count == SYMBOLS_TABLES_MAX)
		return -ENOEXEC;
	ret = elf_file_load(file, names, (void **)&reader.strings, &reader.strings_size);
	if (ret)
		return ret;
	symbols->strings[symbols->string_count++] = reader.strings;
	symbols->strings_sum += reader.strings_size;
	return read_table(&reader, section);
}
