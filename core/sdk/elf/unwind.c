/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whether exceptions may come through the functions of a file. To hear of a function's return, the kernel puts
 * an address of its own in place of the caller's on the stack. Whoever unwinds that stack, as for an exception
 * that leaves the function, comes to an address that belongs to no function, gives up and ends the program
 * (std::terminate(), by _Unwind_RaiseException() of GCC's unwinder, which C++ and Rust both use).
 *
 * Such a file names the unwinder, or the routine by which its frames are unwound, among the symbols that it has
 * from others or gives to them. C++ without -fno-exceptions does so nearly always, C only with -fexceptions.
 */
#include "file_internal.h"

#include <stdlib.h>
#include <string.h>

static const char *const unwinders[] = { "_Unwind_Resume", "_Unwind_RaiseException",
					 "__gxx_personality_v0", "__cxa_throw" };
/* A static program of C has the unwinder, too, for the end of threads; so here only who uses it. */
static const char *const personalities[] = { "__gxx_personality_v0", "rust_eh_personality" };

/*
 * Whether a table of names has one of these; false where there is no such table, or a damaged one. Linkers let a
 * name be the end of a longer one ("DW.ref.__gxx_personality_v0"), which is as good a sign.
 */
static bool section_has(const struct bpfhost_elf *elf, const struct elf_file_section *section,
			const char *const *names, size_t count)
{
	void *table = NULL;
	size_t size = 0;
	bool has = false;

	if (!section || elf_file_load(elf, section, &table, &size))
		return false;
	for (size_t i = 0; i < count && !has; i++)
		has = memmem(table, size, names[i], strlen(names[i]) + 1);
	free(table);
	return has;
}

void elf_file_read_unwind(struct bpfhost_elf *elf)
{
	const struct elf_file_section *dynamic = elf_file_find(elf, ".dynstr");
	const struct elf_file_section *all = elf_file_find(elf, ".strtab");

	if (dynamic)
		elf->info.is_unwound = section_has(elf, dynamic, unwinders,
						   sizeof(unwinders) / sizeof(*unwinders));
	else if (!all)
		elf->info.is_unwound = elf_file_find(elf, ".gcc_except_table");
	else
		elf->info.is_unwound = section_has(elf, all, personalities,
						   sizeof(personalities) / sizeof(*personalities));
}
