/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SDK_ELF_FILE_INTERNAL_H
#define SDK_ELF_FILE_INTERNAL_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpfhost/elf.h>

/* What one section may have, in the file or decompressed. */
#define ELF_FILE_SECTION_MAX (512ULL << 20)

/* A section header of either width. */
struct elf_file_section {
	uint32_t name; /* offset in names */
	uint32_t type;
	uint32_t link;
	uint32_t info;
	uint64_t flags;
	uint64_t address;
	uint64_t offset;
	uint64_t size;
	void *data; /* what bpfhost_elf_section gave out */
	size_t data_size;
};

/* A program header of either width. */
struct elf_file_segment {
	uint32_t type;
	uint32_t flags;
	uint64_t offset;
	uint64_t address;
	uint64_t file_size;
	uint64_t memory_size;
};

struct bpfhost_elf {
	int fd;             /* -1: it lies in memory */
	const char *memory; /* borrowed; NULL: it is a file */
	uint64_t size;      /* as it was when it was opened */
	struct bpfhost_elf_info info;
	struct bpfhost_elf_returns returns; /* once they are known */
	bool knows_returns;
	struct elf_file_segment *segments; /* PT_LOAD by address, then PT_NOTE */
	size_t segment_count;
	size_t load_count;
	struct elf_file_section *sections;
	size_t section_count;
	char *names; /* ends with a 0 */
	size_t names_size;
};

/* The same as bpfhost_elf_open for a file that lies in memory, which must outlive it. */
int elf_file_open_memory(const void *data, size_t size, struct bpfhost_elf **ret_elf,
			 struct bpfhost_error *err);

/* Whether a virtual address lies in a loaded segment, be it in the file or zeroes behind it. */
bool elf_file_is_loaded(const struct bpfhost_elf *elf, uint64_t address);

/* header.c: fills segments, sections and names. 0 or -errno with a sentence. */
int elf_file_read_headers(struct bpfhost_elf *elf, struct bpfhost_error *err);

/* note.c: fills build_id and is_go; what is damaged is as if it were not there. */
void elf_file_read_notes(struct bpfhost_elf *elf);

/* Size bytes at offset, all of them. 0, -ENOEXEC where the file ends, or what read gave. */
int elf_file_read_exact(const struct bpfhost_elf *elf, uint64_t offset, void *buffer, size_t size);
/* The same into memory of its own, with a 0 behind it; -EFBIG above max. The caller frees it. */
int elf_file_read_alloc(const struct bpfhost_elf *elf, uint64_t offset, uint64_t size, uint64_t max,
			void **ret_data);

/* section.c: the first section of this name or type, NULL: none. */
struct elf_file_section *elf_file_find(const struct bpfhost_elf *elf, const char *name);
struct elf_file_section *elf_file_find_type(const struct bpfhost_elf *elf, uint32_t type);
/* The one that section's link names, when it is of this type, else NULL. */
const struct elf_file_section *elf_file_linked(const struct bpfhost_elf *elf,
					       const struct elf_file_section *section,
					       uint32_t type);
/* "" where the name is damaged. */
const char *elf_file_name(const struct bpfhost_elf *elf, const struct elf_file_section *section);
/* A section's bytes, decompressed, with a 0 behind them; the caller frees them. 0 or -errno. */
int elf_file_load(const struct bpfhost_elf *elf, const struct elf_file_section *section,
		  void **ret_data, size_t *ret_size);

/* compress.c: puts what data (which elf_file_load's caller owns) means in its place. is_gnu: the
 * older way, which has "ZLIB" and a size in front and no flag. 0, -ENOEXEC, -EFBIG, -ENOMEM. */
int elf_file_decompress(const struct bpfhost_elf *elf, bool is_gnu, void **data, size_t *size);

#endif
