/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SDK_ELF_SYMBOLS_INTERNAL_H
#define SDK_ELF_SYMBOLS_INTERNAL_H

#include "file_internal.h"

enum {
	SYMBOLS_MAX = 8 << 20,       /* of one file; Chromium has about a fifth */
	SYMBOLS_NAME_MAX = 64 << 10, /* bytes; longer ones are left out */
	SYMBOLS_TABLES_MAX = 5,      /* .symtab, .dynsym, two of a debug file, .gnu_debugdata */
	SYMBOLS_VERSIONS_MAX = 1 << 15,
};

/* The bytes of all names together: what sorting has to look at. */
#define SYMBOLS_NAMES_SUM_MAX (1ULL << 30)

/*
 * Names and versions point into the files' own string tables, which are kept whole: there is one
 * array of plain structs and no allocation for a symbol.
 */
struct bpfhost_symbols {
	struct bpfhost_symbol *all; /* by name */
	size_t count;
	size_t capacity;
	uint64_t names_sum;
	uint32_t *by_address; /* indices of all; NULL: not asked for yet */
	uint64_t strings_sum; /* bytes of strings */
	void *strings[SYMBOLS_TABLES_MAX];
	size_t string_count;
};

/* What the .dynsym of a file says about versions; plain pointers into its string table. */
struct symbols_version {
	const char *name;
	bool is_definition; /* of this file, not one that it needs */
};

struct symbols_versions {
	uint16_t *of_symbol; /* by index of symbol */
	size_t symbol_count;
	struct symbols_version *by_index; /* SYMBOLS_VERSIONS_MAX of them; NULL: there are none */
};

/* version.c: strings is the linked string table of .dynsym. 0, -ENOEXEC or -ENOMEM. */
int symbols_read_versions(const struct bpfhost_elf *elf, const char *strings, size_t strings_size,
			  struct symbols_versions *ret_versions);
void symbols_free_versions(struct symbols_versions *versions);

/* symbol_table.c: an entry of a symbol table of either width, as the wider. */
Elf64_Sym symbols_take(const struct bpfhost_elf *file, const char *table, size_t index);

/*
 * symbol_table.c: adds what the table of this type (SHT_SYMTAB, SHT_DYNSYM) of file holds, at
 * offsets in loaded. Nothing where there is no such table. 0, -ENOEXEC, -E2BIG or -ENOMEM.
 */
int symbols_add_table(struct bpfhost_symbols *symbols, const struct bpfhost_elf *file,
		      const struct bpfhost_elf *loaded, uint32_t type,
		      enum bpfhost_symbol_source source);

/* debugdata.c: what .gnu_debugdata holds, an ELF file. The caller frees it. 0, -ENOENT, -ENOEXEC,
 * -EFBIG or -ENOMEM. */
int symbols_load_debugdata(const struct bpfhost_elf *elf, void **ret_data, size_t *ret_size);

/* weight.c: what reading them will take, as the headers say, and what they took. A debug file may be NULL.
 * .gnu_debugdata is taken for so many times its size. */
#define SYMBOLS_PACKED_FACTOR 8U
struct symbols_weight {
	uint64_t bytes;
	uint64_t count;
};
struct symbols_weight symbols_weigh(const struct bpfhost_elf *elf, const struct bpfhost_elf *debug);
uint64_t symbols_memory(const struct bpfhost_symbols *symbols);

static inline bool symbols_is_function(const struct bpfhost_symbol *symbol)
{
	return symbol->kind == BPFHOST_SYMBOL_FUNCTION || symbol->kind == BPFHOST_SYMBOL_IFUNC;
}

/* lookup.c: the first symbol of this name, count where there is none. */
size_t symbols_find(const struct bpfhost_symbols *symbols, const char *name, size_t length);

#endif
