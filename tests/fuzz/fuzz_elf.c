/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "elf/file_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is told about a symbol agrees with what the file says about its place. */
static void check_symbol(const struct bpfhost_elf *elf, const struct bpfhost_symbol *symbol)
{
	uint64_t offset;

	if (!*symbol->name || symbol->kind < BPFHOST_SYMBOL_FUNCTION ||
	    symbol->kind > BPFHOST_SYMBOL_OBJECT || (symbol->version && !symbol->source))
		abort();
	if (symbol->offset == BPFHOST_SYMBOL_NO_OFFSET) {
		if (symbol->kind != BPFHOST_SYMBOL_OBJECT)
			abort();
		return;
	}
	if (bpfhost_elf_offset(elf, symbol->address, &offset) || offset != symbol->offset)
		abort();
}

static int check_found(void *ctx, const struct bpfhost_symbol *symbol)
{
	const struct bpfhost_symbol **last = ctx;

	if (symbol->kind == BPFHOST_SYMBOL_OBJECT || (*last && *last >= symbol))
		abort();
	*last = symbol;
	return 0;
}

static void check_symbols(struct bpfhost_elf *elf, struct bpfhost_symbols *symbols)
{
	const struct bpfhost_symbol *all, *last = NULL;
	const char *names[4];
	size_t count;

	all = bpfhost_symbols_all(symbols, &count);
	for (size_t i = 0; i < count; i++) {
		check_symbol(elf, &all[i]);
		if (i && strcmp(all[i - 1].name, all[i].name) > 0)
			abort();
		if (!bpfhost_symbols_at(symbols, all[i].address) && all[i].size &&
		    all[i].address + all[i].size > all[i].address && count < 64)
			abort();
	}
	if (count) {
		bpfhost_symbols_match(symbols, all[count / 2].name, false, check_found, &last);
		bpfhost_symbols_nearest(symbols, all[count / 2].name, names, 4);
		bpfhost_symbols_object(symbols, all[count / 2].name);
	}
	last = NULL;
	if (bpfhost_symbols_match(symbols, "*", false, check_found, &last) > (int)count)
		abort();
	last = NULL;
	bpfhost_symbols_match(symbols, "*::*@*", false, check_found, &last);
}

static void check_sections(struct bpfhost_elf *elf)
{
	for (size_t i = 0; i < elf->section_count && i < 32; i++) {
		struct bpfhost_elf_section section;
		const char *name = elf_file_name(elf, &elf->sections[i]);

		/* The byte behind it is ours, and read here for the sanitizer. */
		if (!bpfhost_elf_section(elf, name, &section) &&
		    ((const char *)section.data)[section.size])
			abort();
	}
}

static void check_places(const struct bpfhost_elf *elf)
{
	for (size_t i = 0; i < elf->segment_count; i++) {
		const struct elf_file_segment *segment = &elf->segments[i];
		uint64_t offset = 0, address = 0;

		if (!bpfhost_elf_offset(elf, segment->address, &offset) &&
		    bpfhost_elf_address(elf, offset, &address))
			abort();
		bpfhost_elf_is_code(elf, segment->offset);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bpfhost_symbols *symbols = NULL;
	struct bpfhost_error err = { 0 };
	struct bpfhost_elf *elf = NULL;

	if (elf_file_open_memory(data, size, &elf, &err)) {
		if (!*err.text)
			abort();
		return 0;
	}
	if (bpfhost_elf_info(elf)->build_id_size > BPFHOST_BUILD_ID_MAX)
		abort();
	check_places(elf);
	check_sections(elf);
	if (!bpfhost_symbols_read(elf, elf, &symbols, &err))
		check_symbols(elf, symbols);
	else if (!*err.text)
		abort();
	bpfhost_symbols_free(symbols);
	bpfhost_elf_close(elf);
	return 0;
}
