/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whether functions of a file may be followed to their returns. To hear of one, the kernel puts an address of
 * its own in place of the caller's on the stack, and keeps the caller's in a list of the thread, the last first.
 *
 * Whoever unwinds that stack, as for an exception that leaves the function, comes to an address that belongs to
 * no function, gives up and ends the program (std::terminate(), by _Unwind_RaiseException() of GCC's unwinder,
 * which C++ and Rust both use). Such a file names the unwinder, or the routine by which its frames are unwound,
 * among the symbols that it has from others or gives to them. C++ without -fno-exceptions does so nearly
 * always, C only with -fexceptions. One that brings the unwinder with it (-static-libgcc) names none, but has
 * tables for it; so do the libraries of glibc, which unwind cancelled threads only.
 *
 * A thread with several stacks, between which it changes by itself, need not return in the order of that list,
 * and then goes on in the wrong place (handle_trampoline() in kernel/events/uprobes.c). Such a file needs what
 * makes those stacks from another one.
 */
#include "symbols_internal.h"

#include <stdlib.h>
#include <string.h>

static const char *const unwinders[] = { "_Unwind_Resume", "_Unwind_RaiseException",
					 "__gxx_personality_v0", "__cxa_throw", NULL };
/* A static program of C has the unwinder, too, for the end of threads; so here only who uses it. */
static const char *const personalities[] = { "__gxx_personality_v0", "rust_eh_personality", NULL };
static const char *const switches[] = { "makecontext", "swapcontext", "make_fcontext",
					"jump_fcontext", NULL };

struct symbol_table {
	char *symbols;
	char *names;
	size_t symbols_size;
	size_t names_size;
};

static void free_table(struct symbol_table *table)
{
	free(table->symbols);
	free(table->names);
}

/* Empty where there is none, or a damaged one. */
static struct symbol_table load_table(const struct bpfhost_elf *elf, uint32_t type)
{
	const struct elf_file_section *section = elf_file_find_type(elf, type);
	const struct elf_file_section *names =
		section ? elf_file_linked(elf, section, SHT_STRTAB) : NULL;
	struct symbol_table table = { 0 };
	void *data;

	if (names && !elf_file_load(elf, names, &data, &table.names_size))
		table.names = data;
	if (table.names && !elf_file_load(elf, section, &data, &table.symbols_size))
		table.symbols = data;
	return table;
}

static bool is_among(const struct symbol_table *table, uint32_t name, const char *const *wanted)
{
	for (; name < table->names_size && *wanted; wanted++)
		if (!strncmp(table->names + name, *wanted, table->names_size - name))
			return true;
	return false;
}

/* One that is linked statically and may lie anywhere (-static-pie) has a table with nothing but the empty symbol. */
static bool table_is_empty(const struct bpfhost_elf *elf, const struct symbol_table *table)
{
	size_t entry = elf->info.bits == 64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);

	return !table->symbols || table->symbols_size <= entry;
}

/* The version by which they know each other stands among the names. */
static bool is_of_glibc(const struct symbol_table *table)
{
	static const char version[] = "\0GLIBC_PRIVATE";

	return table->names &&
	       memmem(table->names, table->names_size, version, sizeof(version)) != NULL;
}

static bool has_own_unwinder(const struct bpfhost_elf *elf, const struct symbol_table *table)
{
	return elf_file_find(elf, ".gcc_except_table") && !is_of_glibc(table);
}

/* Whether a symbol has one of these names; is_needed: one that another file has to define. */
static bool table_has(const struct bpfhost_elf *elf, const struct symbol_table *table,
		      const char *const *wanted, bool is_needed)
{
	size_t entry = elf->info.bits == 64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);

	for (size_t i = 0; i < table->symbols_size / entry; i++) {
		Elf64_Sym symbol = symbols_take(elf, table->symbols, i);

		if ((!is_needed || symbol.st_shndx == SHN_UNDEF) &&
		    is_among(table, symbol.st_name, wanted))
			return true;
	}
	return false;
}

/* Of a file that shares nothing, or whose stripped rest is all there is to go by. */
static bool is_unwound_by_itself(const struct bpfhost_elf *elf, const struct symbol_table *all)
{
	return all->symbols ? table_has(elf, all, personalities, false)
			    : elf_file_find(elf, ".gcc_except_table") != NULL;
}

static struct bpfhost_elf_returns find_returns(const struct bpfhost_elf *elf)
{
	struct symbol_table shared = load_table(elf, SHT_DYNSYM);
	struct symbol_table all = load_table(elf, SHT_SYMTAB);
	struct bpfhost_elf_returns returns = { 0 };

	if (table_is_empty(elf, &shared))
		returns.is_unwound = is_unwound_by_itself(elf, &all);
	else
		returns.is_unwound =
			table_has(elf, &shared, unwinders, false) || has_own_unwinder(elf, &shared);
	/* Boost's is often linked into the program, glibc's never. */
	returns.has_coroutines =
		!is_of_glibc(&shared) &&
		(table_has(elf, &shared, switches, true) || table_has(elf, &all, switches, false));
	free_table(&shared);
	free_table(&all);
	return returns;
}

struct bpfhost_elf_returns bpfhost_elf_returns(struct bpfhost_elf *elf)
{
	if (!elf->knows_returns)
		elf->returns = find_returns(elf);
	elf->knows_returns = true;
	return elf->returns;
}
