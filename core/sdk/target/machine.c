/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */

/*
 * The flags in ld.so.cache are glibc's: 3 for an ELF library of glibc 2 or later, and an
 * architecture where a machine can run programs of several (sysdeps/generic/ldconfig.h).
 *
 * Libraries that need a newer processor lie in folders below glibc-hwcaps. Which ones the loader
 * of x86-64 looks into follows from the processor: the levels of the psABI, in which each includes
 * the ones before it.
 */
#include "machine.h"

#include <elf.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#define FLAGS   0x0303
#define MACHINE EM_X86_64
#define TRIPLET "x86_64-linux-gnu"
#elif defined(__aarch64__)
#define FLAGS   0x0a03
#define MACHINE EM_AARCH64
#define TRIPLET "aarch64-linux-gnu"
#else
#error "the flags of this machine in ld.so.cache are missing here"
#endif

static const char *const folders[] = {
	"/lib/" TRIPLET, "/usr/lib/" TRIPLET, "/lib64", "/usr/lib64", "/lib", "/usr/lib", NULL,
};

#if defined(__x86_64__)
/* What a level asks for beyond the one below it, in ECX of leaf 1 and 0x80000001, EBX of leaf 7. */
struct level {
	unsigned int basic;
	unsigned int extended;
	unsigned int structured;
};

static const struct level level_2 = {
	bit_SSE3 | bit_SSSE3 | bit_CMPXCHG16B | bit_SSE4_1 | bit_SSE4_2 | bit_POPCNT, bit_LAHF_LM, 0
};
static const struct level level_3 = { bit_FMA | bit_MOVBE | bit_OSXSAVE | bit_AVX | bit_F16C,
				      bit_ABM, bit_BMI | bit_AVX2 | bit_BMI2 };
static const struct level level_4 = {
	0, 0, bit_AVX512F | bit_AVX512DQ | bit_AVX512CD | bit_AVX512BW | bit_AVX512VL
};

static bool reaches(const struct level *level)
{
	unsigned int eax, ebx, ecx, edx;

	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || (ecx & level->basic) != level->basic)
		return false;
	if (!__get_cpuid(0x80000001, &eax, &ebx, &ecx, &edx) ||
	    (ecx & level->extended) != level->extended)
		return false;
	return !level->structured || (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) &&
				      (ebx & level->structured) == level->structured);
}

/* The compiler's own test adds what CPUID does not tell: whether the kernel saves the registers. */
static const char *const *hwcaps_here(void)
{
	static const char *const all[] = { "x86-64-v4", "x86-64-v3", "x86-64-v2", NULL };

	__builtin_cpu_init();
	if (!reaches(&level_2))
		return all + 3;
	if (!reaches(&level_3) || !__builtin_cpu_supports("avx2"))
		return all + 2;
	if (!reaches(&level_4) || !__builtin_cpu_supports("avx512f"))
		return all + 1;
	return all;
}
#else
static const char *const *hwcaps_here(void)
{
	static const char *const none[] = { NULL };

	return none;
}
#endif

struct target_machine target_machine_here(void)
{
	return (struct target_machine){ .flags = FLAGS,
					.elf_machine = MACHINE,
					.elf_class = ELFCLASS64,
					.hwcaps = hwcaps_here(),
					.folders = folders };
}

int target_machine_level(const struct target_machine *machine, const char *hwcaps)
{
	int level = *hwcaps ? -1 : 0;

	for (const char *const *at = machine->hwcaps; *at; at++) {
		if (level > 0)
			level++;
		else if (!strcmp(*at, hwcaps))
			level = 1;
	}
	return level;
}

bool target_machine_runs(const struct target_machine *machine, const void *head, size_t size)
{
	Elf64_Ehdr header; /* as far as e_machine both classes are alike */

	if (size < offsetof(Elf64_Ehdr, e_version))
		return false;
	memcpy(&header, head, offsetof(Elf64_Ehdr, e_version));
	return !memcmp(header.e_ident, ELFMAG, SELFMAG) &&
	       header.e_ident[EI_CLASS] == machine->elf_class &&
	       header.e_machine == machine->elf_machine;
}
