/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From an address to the entry of the function that begins there, without reading all entries of a
 * large file: first the headers of all units, then the addresses that each says it holds, then the
 * entries of the one unit, whose functions are kept in a sorted list for the next question.
 *
 * .debug_aranges would save the second step, but only some compilers write it, and a file that is
 * linked of several compilers' objects has it for a part of its units.
 */
#include "private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Units that may hold one address: more than one only where code was folded, or addresses of code
 * that the linker dropped stayed behind as 0. */
#define CANDIDATES_MAX 4096

struct header {
	Dwarf_Off next;
	Dwarf_Off abbrevs;
	size_t size;
	uint64_t signature;
	Dwarf_Off type;
};

static int unit_fail_damaged(struct bpfhost_error *err, Dwarf_Off offset)
{
	bpfhost_error_set(err, 0, "its debug information is damaged, in the unit at 0x%llx",
			  (unsigned long long)offset);
	return -ENOEXEC;
}

int dw_give_up(const struct bpfhost_dwarf *dw, struct bpfhost_error *err)
{
	if (dw->steps)
		return 0;
	bpfhost_error_set(err, 0,
			  "its debug information is too large or damaged; gave up after %u "
			  "entries",
			  DW_STEPS_MAX);
	return -E2BIG;
}

/*
 * libdw reads a unit's first entry as soon as it passes by. Where that is not the first of its
 * abbreviations, it has to read on in the table, which is counted.
 */
static int check_unit(struct bpfhost_dwarf *dw, const Elf_Data *data, Dwarf_Off offset,
		      const struct header *header, struct bpfhost_error *err)
{
	const struct dw_abbrevs *abbrevs = dw_abbrevs_find(dw, header->abbrevs);
	struct dw_bytes bytes = { 0 };
	uint64_t cost = 1;

	if (!abbrevs || !data || !data->d_buf || header->next > data->d_size ||
	    offset + header->size >= header->next)
		return unit_fail_damaged(err, offset);
	bytes.at = (const uint8_t *)data->d_buf + offset + header->size;
	bytes.end = (const uint8_t *)data->d_buf + header->next;
	if (dw_read_number(&bytes) != abbrevs->first_code)
		cost = abbrevs->count;
	if (cost > dw->abbrevs_left) {
		dw->steps = 0;
		return dw_give_up(dw, err);
	}
	dw->abbrevs_left -= cost;
	return 0;
}

static int add_unit(struct bpfhost_dwarf *dw, size_t *capacity, const struct dw_unit *unit,
		    struct bpfhost_error *err)
{
	struct dw_unit *more;

	if (dw->unit_count == DW_UNITS_MAX) {
		bpfhost_error_set(err, 0, "its debug information has more than %u units",
				  DW_UNITS_MAX);
		return -E2BIG;
	}
	if (dw->unit_count == *capacity) {
		*capacity = *capacity ? *capacity * 2 : 64;
		more = reallocarray(dw->units, *capacity, sizeof(*more));
		if (!more)
			return dw_fail_memory(err);
		dw->units = more;
	}
	dw->units[dw->unit_count++] = *unit;
	return 0;
}

static int read_header(struct bpfhost_dwarf *dw, Dwarf_Off offset, bool is_types,
		       struct header *header)
{
	return dwarf_next_unit(dw->dwarf, offset, &header->next, &header->size, NULL,
			       &header->abbrevs, NULL, NULL, is_types ? &header->signature : NULL,
			       is_types ? &header->type : NULL);
}

static int read_units(struct bpfhost_dwarf *dw, bool is_types, size_t *capacity,
		      struct bpfhost_error *err)
{
	Elf_Data *data = dw_section(dw, is_types ? "debug_types" : "debug_info");
	struct header header;
	Dwarf_Off offset = 0;
	int ret = 0;

	while (!ret && !read_header(dw, offset, is_types, &header) && header.next > offset) {
		struct dw_unit unit = { .offset = offset + header.size, .is_types = is_types };

		ret = check_unit(dw, data, offset, &header, err);
		if (!ret)
			ret = add_unit(dw, capacity, &unit, err);
		offset = header.next;
	}
	return ret;
}

int dw_units_read(struct bpfhost_dwarf *dw, struct bpfhost_error *err)
{
	size_t capacity = 0;
	int ret = read_units(dw, false, &capacity, err);

	return ret ? ret : read_units(dw, true, &capacity, err);
}

void dw_units_free(struct bpfhost_dwarf *dw)
{
	for (size_t i = 0; i < dw->unit_count; i++)
		free(dw->units[i].functions);
	free(dw->units);
	free(dw->ranges);
}

/* ---- from an address to units ---------------------------------------------------------------- */

static int add_range(struct bpfhost_dwarf *dw, size_t *capacity, const struct dw_range *range)
{
	struct dw_range *more;

	if (range->low >= range->high || dw->range_count == DW_RANGES_MAX)
		return 0;
	if (dw->range_count == *capacity) {
		*capacity = *capacity ? *capacity * 2 : 256;
		more = reallocarray(dw->ranges, *capacity, sizeof(*more));
		if (!more)
			return -ENOMEM;
		dw->ranges = more;
	}
	dw->ranges[dw->range_count++] = *range;
	return 0;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct dw_range *left = a, *right = b;

	return left->low < right->low ? -1 : left->low > right->low;
}

static int read_unit_ranges(struct bpfhost_dwarf *dw, uint32_t unit, size_t *capacity)
{
	struct dw_range range = { .unit = unit };
	Dwarf_Addr base;
	ptrdiff_t at = 0;
	Dwarf_Die die;
	int ret = 0;

	if (dw->units[unit].is_types || !dwarf_offdie(dw->dwarf, dw->units[unit].offset, &die))
		return 0;
	while (!ret && dw_step(dw) &&
	       (at = dwarf_ranges(&die, at, &base, &range.low, &range.high)) > 0)
		ret = add_range(dw, capacity, &range);
	return ret;
}

static int read_ranges(struct bpfhost_dwarf *dw, struct bpfhost_error *err)
{
	size_t capacity = 0;
	uint64_t reach = 0;

	if (dw->has_ranges)
		return 0;
	dw->range_count = 0;
	for (uint32_t i = 0; i < dw->unit_count; i++)
		if (read_unit_ranges(dw, i, &capacity))
			return dw_fail_memory(err);
	if (!dw->steps)
		return dw_give_up(dw, err);
	if (dw->range_count)
		qsort(dw->ranges, dw->range_count, sizeof(*dw->ranges), compare_ranges);
	for (size_t i = 0; i < dw->range_count; i++) {
		if (dw->ranges[i].high > reach)
			reach = dw->ranges[i].high;
		dw->ranges[i].reach = reach;
	}
	dw->has_ranges = true;
	return 0;
}

/* How many ranges begin at or below an address. */
static size_t ranges_below(const struct bpfhost_dwarf *dw, uint64_t address)
{
	size_t low = 0, high = dw->range_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (dw->ranges[middle].low <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- from a unit to its functions ------------------------------------------------------------ */

struct index {
	struct bpfhost_dwarf *dw;
	struct dw_unit *unit;
	size_t capacity;
};

bool dw_entry_address(struct bpfhost_dwarf *dw, Dwarf_Die *die, uint64_t *ret_address)
{
	Dwarf_Addr base, low, high;

	if (!dwarf_entrypc(die, &low) ||
	    (dw_step(dw) && dwarf_ranges(die, 0, &base, &low, &high) > 0)) {
		*ret_address = low;
		return true;
	}
	return false;
}

static int add_function(struct index *index, Dwarf_Die *die)
{
	struct dw_unit *unit = index->unit;
	struct dw_entry *more;
	uint64_t address;

	if (!dw_entry_address(index->dw, die, &address))
		return 0;
	if (unit->function_count == index->capacity) {
		index->capacity = index->capacity ? index->capacity * 2 : 64;
		more = reallocarray(unit->functions, index->capacity, sizeof(*more));
		if (!more)
			return -ENOMEM;
		unit->functions = more;
	}
	unit->functions[unit->function_count++] = (struct dw_entry){
		.address = address,
		.offset = dwarf_dieoffset(die),
	};
	return 0;
}

/* Whether functions may lie inside of an entry: of a function, too, in some languages. */
static bool holds_functions(int tag)
{
	switch (tag) {
	case DW_TAG_namespace:
	case DW_TAG_module:
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
	case DW_TAG_subprogram:
	case DW_TAG_lexical_block:
		return true;
	default:
		return false;
	}
}

static int index_inside(struct index *index, Dwarf_Die *die, int depth)
{
	Dwarf_Die child;
	int ret = 0;

	if (depth == DW_DEPTH_MAX || !dw_child(index->dw, die, &child))
		return 0;
	do {
		int tag = dwarf_tag(&child);

		if (tag == DW_TAG_subprogram)
			ret = add_function(index, &child);
		if (!ret && holds_functions(tag))
			ret = index_inside(index, &child, depth + 1);
	} while (!ret && dw_next(index->dw, &child));
	return ret;
}

static int compare_entries(const void *a, const void *b)
{
	const struct dw_entry *left = a, *right = b;

	if (left->address != right->address)
		return left->address < right->address ? -1 : 1;
	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

static int index_unit(struct bpfhost_dwarf *dw, struct dw_unit *unit, struct bpfhost_error *err)
{
	struct index index = { .dw = dw, .unit = unit };
	Dwarf_Die die;
	int ret = 0;

	if (unit->is_indexed)
		return 0;
	free(unit->functions);
	unit->functions = NULL;
	unit->function_count = 0;
	if (dw_at(dw, unit->offset, &die))
		ret = index_inside(&index, &die, 0);
	if (ret)
		return dw_fail_memory(err);
	if (!dw->steps)
		return dw_give_up(dw, err);
	if (unit->function_count)
		qsort(unit->functions, unit->function_count, sizeof(*unit->functions),
		      compare_entries);
	unit->is_indexed = true;
	return 0;
}

/* ---- the two together ------------------------------------------------------------------------ */

struct search {
	const char *name;
	uint64_t address;
	Dwarf_Off found; /* 0: none yet */
	bool is_named;   /* as the symbol is */
	bool is_split;   /* a unit whose entries lie in another file */
};

static bool has_name(struct bpfhost_dwarf *dw, Dwarf_Off offset, const char *name)
{
	static const unsigned int attributes[] = { DW_AT_linkage_name, DW_AT_MIPS_linkage_name,
						   DW_AT_name };
	Dwarf_Die die;

	if (!name || !dw_at(dw, offset, &die))
		return false;
	for (size_t i = 0; i < DW_ARRAY_SIZE(attributes); i++) {
		const char *text = dw_text(dw, &die, attributes[i]);

		if (text && !strcmp(text, name))
			return true;
	}
	return false;
}

static bool is_split(struct bpfhost_dwarf *dw, const struct dw_unit *unit)
{
	Dwarf_Attribute attribute;
	Dwarf_Die die;

	return dwarf_offdie(dw->dwarf, unit->offset, &die) &&
	       (dwarf_attr(&die, DW_AT_dwo_name, &attribute) ||
		dwarf_attr(&die, DW_AT_GNU_dwo_name, &attribute));
}

static void search_unit(struct bpfhost_dwarf *dw, const struct dw_unit *unit, struct search *search)
{
	size_t low = 0, high = unit->function_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (unit->functions[middle].address < search->address)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < unit->function_count && !search->is_named && dw->steps; low++) {
		const struct dw_entry *entry = &unit->functions[low];

		if (entry->address != search->address)
			break;
		search->is_named = has_name(dw, entry->offset, search->name);
		if (!search->found || search->is_named)
			search->found = entry->offset;
	}
	if (!search->found)
		search->is_split = search->is_split || is_split(dw, unit);
}

static int search_units(struct bpfhost_dwarf *dw, struct search *search, struct bpfhost_error *err)
{
	size_t i = ranges_below(dw, search->address);
	int ret = 0;

	for (size_t tried = 0; !ret && i-- && tried < CANDIDATES_MAX; tried++) {
		const struct dw_range *range = &dw->ranges[i];

		if (range->reach <= search->address || search->is_named)
			break;
		if (range->high <= search->address)
			continue;
		ret = index_unit(dw, &dw->units[range->unit], err);
		if (!ret)
			search_unit(dw, &dw->units[range->unit], search);
	}
	return ret;
}

static int fail_nothing(const struct search *search, struct bpfhost_error *err)
{
	const char *name = search->name ? search->name : "";

	bpfhost_error_set(
		err, 0,
		search->is_split ? "the debug information of \"%.128s\" lies in a .dwo file, which "
				   "is not read"
				 : "there is no debug information for \"%.128s\": no function that "
				   "has any begins at 0x%llx",
		name, (unsigned long long)search->address);
	return -ENOENT;
}

int dw_function_find(struct bpfhost_dwarf *dw, const char *name, uint64_t address,
		     Dwarf_Die *ret_die, struct bpfhost_error *err)
{
	struct search search = { .name = name, .address = address };
	int ret = read_ranges(dw, err);

	if (!ret)
		ret = search_units(dw, &search, err);
	if (!ret)
		ret = dw_give_up(dw, err);
	if (ret)
		return ret;
	if (!search.found || !dw_at(dw, search.found, ret_die))
		return fail_nothing(&search, err);
	return 0;
}
