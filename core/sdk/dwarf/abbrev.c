/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Each unit of debug information names a table of abbreviations, which says of each kind of entry
 * which attributes it has. libdw reads such a table for each unit anew, and looks for an attribute
 * by walking over all of an entry. So the tables are measured before libdw sees them: linkers lay
 * them one behind the other, and no other place counts as one.
 */
#include "private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

Elf_Data *dw_section(const struct bpfhost_dwarf *dw, const char *name)
{
	Elf_Scn *section = NULL;
	size_t names;

	if (elf_getshdrstrndx(dw->elf, &names))
		return NULL;
	while ((section = elf_nextscn(dw->elf, section))) {
		GElf_Shdr header;
		const char *found;

		if (!gelf_getshdr(section, &header) || header.sh_type == SHT_NOBITS)
			continue;
		found = elf_strptr(dw->elf, names, header.sh_name);
		if (!found || *found != '.')
			continue;
		if (!strcmp(found + 1, name) || (found[1] == 'z' && !strcmp(found + 2, name)))
			return elf_getdata(section, NULL);
	}
	return NULL;
}

uint64_t dw_read_number(struct dw_bytes *bytes)
{
	uint64_t number = 0;

	for (unsigned int shift = 0; bytes->at < bytes->end; shift += 7) {
		uint8_t byte = *bytes->at++;

		if (shift < 64)
			number |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return number;
	}
	bytes->is_damaged = true;
	return 0;
}

static void skip_attributes(struct dw_bytes *bytes)
{
	for (unsigned int i = 0; !bytes->is_damaged; i++) {
		uint64_t name = dw_read_number(bytes);
		uint64_t form = dw_read_number(bytes);

		if (form == DW_FORM_implicit_const)
			dw_read_number(bytes);
		if (!name && !form)
			return;
		if (i == DW_ABBREV_MAX)
			bytes->is_damaged = true;
	}
}

/* One table, up to the code 0 that ends it. */
static void read_table(struct dw_bytes *bytes, struct dw_abbrevs *table)
{
	while (!bytes->is_damaged) {
		uint64_t code = dw_read_number(bytes);

		if (!code)
			return;
		if (!table->count++)
			table->first_code = code;
		dw_read_number(bytes); /* tag */
		if (bytes->at < bytes->end)
			bytes->at++; /* whether it has children */
		skip_attributes(bytes);
	}
}

static int add_table(struct bpfhost_dwarf *dw, size_t *capacity, const struct dw_abbrevs *table)
{
	struct dw_abbrevs *more;

	if (dw->abbrevs_count == *capacity) {
		*capacity = *capacity ? *capacity * 2 : 64;
		more = reallocarray(dw->abbrevs, *capacity, sizeof(*more));
		if (!more)
			return -ENOMEM;
		dw->abbrevs = more;
	}
	dw->abbrevs[dw->abbrevs_count++] = *table;
	return 0;
}

int dw_abbrevs_read(struct bpfhost_dwarf *dw, struct bpfhost_error *err)
{
	Elf_Data *data = dw_section(dw, "debug_abbrev");
	struct dw_bytes bytes = { 0 };
	size_t capacity = 0;

	if (!data || !data->d_buf)
		return 0;
	bytes.at = data->d_buf;
	bytes.end = bytes.at + data->d_size;
	while (bytes.at < bytes.end) {
		struct dw_abbrevs table = { .offset =
						    (uint64_t)(bytes.at - (uint8_t *)data->d_buf) };

		read_table(&bytes, &table);
		if (bytes.is_damaged)
			break;
		if (table.count && add_table(dw, &capacity, &table))
			return dw_fail_memory(err);
	}
	return 0;
}

static int compare_tables(const void *a, const void *b)
{
	const struct dw_abbrevs *left = a, *right = b;

	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

const struct dw_abbrevs *dw_abbrevs_find(const struct bpfhost_dwarf *dw, uint64_t offset)
{
	struct dw_abbrevs key = { .offset = offset };

	if (!dw->abbrevs_count)
		return NULL;
	return bsearch(&key, dw->abbrevs, dw->abbrevs_count, sizeof(key), compare_tables);
}
