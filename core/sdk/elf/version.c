/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Symbol versions as "ELF Symbol Versioning" (Drepper) has them: .gnu.version gives each dynamic
 * symbol an index, .gnu.version_d names the indices that this file defines, .gnu.version_r those
 * that it needs (which a copied object in a program has). Chains only go forward, so they end.
 */
#include "symbols_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION_MAX = 1024 };

struct strings {
	const char *text; /* ends with a 0 */
	size_t size;
};

/* A table of these sections, with the place at which a chain is. */
struct table {
	char *data;
	size_t size;
};

static bool take(const struct table *table, uint64_t at, void *record, size_t size)
{
	if (at > table->size || size > table->size - at)
		return false;
	memcpy(record, table->data + at, size);
	return true;
}

static void set_name(struct symbols_version *by_index, unsigned int index,
		     const struct strings *strings, uint32_t name, bool is_definition)
{
	if (index < 2 || index >= SYMBOLS_VERSIONS_MAX || name >= strings->size)
		return;
	if (by_index[index].name || strnlen(strings->text + name, VERSION_MAX) == VERSION_MAX)
		return;
	by_index[index].name = strings->text + name;
	by_index[index].is_definition = is_definition;
}

static void read_definitions(const struct table *table, const struct strings *strings,
			     struct symbols_version *by_index)
{
	Elf64_Verdef definition; /* these records are the same in both widths */
	Elf64_Verdaux name;

	for (uint64_t at = 0; take(table, at, &definition, sizeof(definition));
	     at += definition.vd_next) {
		bool is_file = definition.vd_flags & VER_FLG_BASE;

		if (!is_file && take(table, at + definition.vd_aux, &name, sizeof(name)))
			set_name(by_index, definition.vd_ndx & 0x7fff, strings, name.vda_name,
				 true);
		if (!definition.vd_next)
			return;
	}
}

/* One file's needs; left bounds the records of all, as chains may run into each other. */
static void read_file_needs(const struct table *table, uint64_t at, const struct strings *strings,
			    struct symbols_version *by_index, unsigned int *left)
{
	Elf64_Vernaux need;

	for (; *left && take(table, at, &need, sizeof(need)); at += need.vna_next) {
		(*left)--;
		set_name(by_index, need.vna_other & 0x7fff, strings, need.vna_name, false);
		if (!need.vna_next)
			return;
	}
}

static void read_needs(const struct table *table, const struct strings *strings,
		       struct symbols_version *by_index)
{
	unsigned int left = SYMBOLS_VERSIONS_MAX;
	Elf64_Verneed file;

	for (uint64_t at = 0; take(table, at, &file, sizeof(file)); at += file.vn_next) {
		read_file_needs(table, at + file.vn_aux, strings, by_index, &left);
		if (!file.vn_next)
			return;
	}
}

static int read_names(const struct bpfhost_elf *elf, const struct strings *strings, uint32_t type,
		      struct symbols_version *by_index)
{
	const struct elf_file_section *section = elf_file_find_type(elf, type);
	struct table table;
	int ret;

	if (!section)
		return 0;
	ret = elf_file_load(elf, section, (void **)&table.data, &table.size);
	if (ret)
		return ret;
	if (type == SHT_GNU_verdef)
		read_definitions(&table, strings, by_index);
	else
		read_needs(&table, strings, by_index);
	free(table.data);
	return 0;
}

int symbols_read_versions(const struct bpfhost_elf *elf, const char *strings, size_t strings_size,
			  struct symbols_versions *ret_versions)
{
	const struct elf_file_section *section = elf_file_find_type(elf, SHT_GNU_versym);
	const struct strings names = { strings, strings_size };
	struct symbols_versions versions = { 0 };
	size_t size = 0;
	int ret;

	if (!section)
		return 0;
	ret = elf_file_load(elf, section, (void **)&versions.of_symbol, &size);
	versions.symbol_count = size / sizeof(*versions.of_symbol);
	if (!ret) {
		versions.by_index = calloc(SYMBOLS_VERSIONS_MAX, sizeof(*versions.by_index));
		ret = versions.by_index ? 0 : -ENOMEM;
	}
	if (!ret)
		ret = read_names(elf, &names, SHT_GNU_verdef, versions.by_index);
	if (!ret)
		ret = read_names(elf, &names, SHT_GNU_verneed, versions.by_index);
	if (ret)
		symbols_free_versions(&versions);
	else
		*ret_versions = versions;
	return ret;
}

void symbols_free_versions(struct symbols_versions *versions)
{
	free(versions->of_symbol);
	free(versions->by_index);
}
