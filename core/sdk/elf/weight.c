/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What reading a file's symbols would cost, for whom it is not the user who chose the file. */
#include "symbols_internal.h"

/* What lies compressed tells its size only when it is too late. */
static uint64_t weigh_section(const struct elf_file_section *section)
{
	return section->flags & SHF_COMPRESSED ? ELF_FILE_SECTION_MAX : section->size;
}

static void weigh_table(const struct bpfhost_elf *elf, uint32_t type, struct symbols_weight *weight)
{
	const struct elf_file_section *table = elf_file_find_type(elf, type), *names;
	size_t entry = elf->info.bits == 64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);

	if (!table || table->type == SHT_NOBITS)
		return;
	names = elf_file_linked(elf, table, SHT_STRTAB);
	weight->count += weigh_section(table) / entry;
	weight->bytes += names ? weigh_section(names) : 0;
}

struct symbols_weight symbols_weigh(const struct bpfhost_elf *elf, const struct bpfhost_elf *debug)
{
	struct symbols_weight weight = { 0 };
	const struct elf_file_section *packed = elf_file_find(elf, ".gnu_debugdata");

	weigh_table(elf, SHT_SYMTAB, &weight);
	weigh_table(elf, SHT_DYNSYM, &weight);
	if (debug)
		weigh_table(debug, SHT_SYMTAB, &weight);
	if (packed)
		weight.bytes += packed->size * SYMBOLS_PACKED_FACTOR;
	weight.bytes += weight.count * sizeof(struct bpfhost_symbol);
	return weight;
}

uint64_t symbols_memory(const struct bpfhost_symbols *symbols)
{
	return symbols->capacity * sizeof(*symbols->all) + symbols->count * sizeof(uint32_t) +
	       symbols->strings_sum;
}
