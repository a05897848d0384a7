/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_HOST_IMAGE_PRIVATE_H
#define BPFHOST_HOST_IMAGE_PRIVATE_H

#include <elf.h>
#include <stdbool.h>

#include "loader/image.h"

#if defined(__x86_64__)
#define IMAGE_MACHINE      EM_X86_64
#define IMAGE_MACHINE_NAME "x86-64"
#define IMAGE_R_RELATIVE   R_X86_64_RELATIVE
#define IMAGE_R_ADDRESS    R_X86_64_64
#elif defined(__aarch64__)
#define IMAGE_MACHINE      EM_AARCH64
#define IMAGE_MACHINE_NAME "aarch64"
#define IMAGE_R_RELATIVE   R_AARCH64_RELATIVE
#define IMAGE_R_ADDRESS    R_AARCH64_ABS64
#else
#error "which relocations does this machine use?"
#endif

#ifndef DT_RELR /* glibc before 2.36 */
#define DT_RELRSZ  35
#define DT_RELR    36
#define DT_RELRENT 37
#endif

/* A linker makes about ten program headers and thirty dynamic entries. */
#define IMAGE_HEADERS_MAX     32
#define IMAGE_DYNAMIC_MAX     1024
#define IMAGE_NOTES_MAX       65536
#define IMAGE_STRING_MAX      4096
#define IMAGE_PATHS_MAX       64
#define IMAGE_RELOCATIONS_MAX 131072

enum image_fixup {
	IMAGE_IN_PLACE, /* DT_RELR: what is stored is the address */
	IMAGE_ADDRESS,  /* value is */
	IMAGE_IMPORT,   /* an address in another file */
};

struct image_relocation {
	uint64_t address; /* of the pointer */
	uint64_t value;
	uint32_t order; /* of two for one place the later counts */
	uint32_t fixup; /* enum image_fixup */
};

/* What the dynamic section says, addresses and sizes in bytes, 0 where it says nothing. */
struct image_dynamic {
	uint64_t strings;
	uint64_t strings_size;
	uint64_t symbols;
	uint64_t hash;
	uint64_t gnu_hash;
	uint64_t rela;
	uint64_t rela_size;
	uint64_t relr;
	uint64_t relr_size;
};

struct image {
	const unsigned char *bytes;
	size_t size;
	void *map; /* NULL when the bytes are somebody else's */

	Elf64_Ehdr header;
	Elf64_Phdr loads[IMAGE_HEADERS_MAX]; /* PT_LOAD in rising order, not overlapping */
	size_t load_count;
	Elf64_Phdr notes[IMAGE_HEADERS_MAX];
	size_t note_count;

	const unsigned char *entries; /* of the dynamic section */
	size_t entry_count;           /* without the DT_NULL at the end */
	struct image_dynamic dynamic;
	const char *strings; /* dynamic.strings_size bytes */
	const unsigned char *symbols;
	uint64_t symbol_count;

	struct image_relocation *relocations; /* sorted by address, then order */
	size_t relocation_count;
};

/* Each fills in its part of an image whose earlier parts are there. -ENOEXEC or -ENOMEM. */
int image_read_headers(struct image *image, struct bpfhost_error *err);
int image_read_dynamic(struct image *image, struct bpfhost_error *err);
int image_read_relocations(struct image *image, struct bpfhost_error *err);

/* The nth entry of the dynamic section. n < entry_count. */
Elf64_Dyn image_entry(const struct image *image, size_t n);
/* The symbol with this index, false when the table ends before. */
bool image_symbol_at(const struct image *image, uint64_t index, Elf64_Sym *ret_symbol);
/* A string of the dynamic string table, NULL when it is too long or has no end within it. */
const char *image_dynamic_string(const struct image *image, uint64_t offset);
/* Whether an address is in, or right behind, what the file asks to be loaded. */
bool image_has(const struct image *image, uint64_t address);

#endif
