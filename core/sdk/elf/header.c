/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The headers of both widths become one. Counts that do not fit the file header stand in section 0,
 * as the gABI has it. A table that is not wholly in the file is damage, not an empty table.
 */
#include "file_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SEGMENTS_MAX 1170 /* what the kernel's loader takes: 64 KiB of them */
#define SECTIONS_MAX (1U << 18)
#define NAMES_MAX    (16U << 20)

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NATIVE_DATA ELFDATA2LSB
#else
#define NATIVE_DATA ELFDATA2MSB
#endif

/* The file header of either width. */
struct header {
	uint64_t segments_offset;
	uint64_t sections_offset;
	uint64_t segment_count;
	uint64_t section_count;
	uint64_t names_index;
	size_t segment_size;
	size_t section_size;
};

/* Says why a table could not be read: ret is handed on. */
static int refuse(int ret, struct bpfhost_error *err, const char *what)
{
	if (ret == -ENOEXEC)
		bpfhost_error_set(err, 0, "its %s are damaged or cut off", what);
	else
		bpfhost_error_set(err, 0, "failed to read its %s: %s", what, strerror(-ret));
	return ret;
}

static int check_ident(const unsigned char *ident, struct bpfhost_error *err)
{
	const char *why = NULL;

	if (!memcmp(ident, "#!", 2))
		why = "it is a script; what runs, and can be probed, is its interpreter";
	else if (memcmp(ident, ELFMAG, SELFMAG))
		why = "it is not an ELF file";
	else if (ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64)
		why = "it is an ELF file of neither 32 nor 64 bits";
	else if (ident[EI_DATA] != NATIVE_DATA)
		why = "it is an ELF file of the other byte order";
	if (!why)
		return 0;
	bpfhost_error_set(err, 0, "%s", why);
	return -ENOEXEC;
}

#define TAKE_HEADER(from)                                                                          \
	(struct header)                                                                            \
	{                                                                                          \
		.segments_offset = (from)->e_phoff, .sections_offset = (from)->e_shoff,            \
		.segment_count = (from)->e_phnum, .section_count = (from)->e_shnum,                \
		.names_index = (from)->e_shstrndx, .segment_size = (from)->e_phentsize,            \
		.section_size = (from)->e_shentsize,                                               \
	}

static int read_header(struct bpfhost_elf *elf, struct header *ret_header,
		       struct bpfhost_error *err)
{
	union {
		unsigned char ident[EI_NIDENT];
		Elf32_Ehdr narrow;
		Elf64_Ehdr wide;
	} raw = { 0 };
	int64_t got = bpfhost_elf_read(elf, 0, &raw, sizeof(raw));
	int ret;

	if (got < 0)
		return refuse((int)got, err, "first bytes");
	ret = check_ident(raw.ident, err);
	if (ret)
		return ret;
	elf->info.bits = raw.ident[EI_CLASS] == ELFCLASS32 ? 32 : 64;
	if ((size_t)got < (elf->info.bits == 32 ? sizeof(raw.narrow) : sizeof(raw.wide)))
		return refuse(-ENOEXEC, err, "first bytes");
	/* These two stand at the same place in both. */
	elf->info.type = raw.wide.e_type;
	elf->info.machine = raw.wide.e_machine;
	*ret_header = elf->info.bits == 32 ? TAKE_HEADER(&raw.narrow) : TAKE_HEADER(&raw.wide);
	return 0;
}

#define TAKE_SECTION(from)                                                                         \
	(struct elf_file_section)                                                                  \
	{                                                                                          \
		.name = (from)->sh_name, .type = (from)->sh_type, .link = (from)->sh_link,         \
		.info = (from)->sh_info, .flags = (from)->sh_flags, .address = (from)->sh_addr,    \
		.offset = (from)->sh_offset, .size = (from)->sh_size,                              \
	}

static struct elf_file_section take_section(const struct bpfhost_elf *elf, const void *raw)
{
	if (elf->info.bits == 32)
		return TAKE_SECTION((const Elf32_Shdr *)raw);
	return TAKE_SECTION((const Elf64_Shdr *)raw);
}

#define TAKE_SEGMENT(from)                                                                         \
	(struct elf_file_segment)                                                                  \
	{                                                                                          \
		.type = (from)->p_type, .flags = (from)->p_flags, .offset = (from)->p_offset,      \
		.address = (from)->p_vaddr, .file_size = (from)->p_filesz,                         \
		.memory_size = (from)->p_memsz,                                                    \
	}

static struct elf_file_segment take_segment(const struct bpfhost_elf *elf, const void *raw)
{
	if (elf->info.bits == 32)
		return TAKE_SEGMENT((const Elf32_Phdr *)raw);
	return TAKE_SEGMENT((const Elf64_Phdr *)raw);
}

/* Counts of 0xffff and more are in the first section's header. */
static int read_long_counts(struct bpfhost_elf *elf, struct header *header)
{
	union {
		Elf32_Shdr narrow;
		Elf64_Shdr wide;
	} raw = { 0 };
	struct elf_file_section first;
	int ret;

	if (!header->sections_offset)
		return header->section_count || header->segment_count == PN_XNUM ? -ENOEXEC : 0;
	ret = elf_file_read_exact(elf, header->sections_offset, &raw, header->section_size);
	if (ret)
		return ret;
	first = take_section(elf, &raw);
	if (!header->section_count)
		header->section_count = first.size;
	if (header->segment_count == PN_XNUM)
		header->segment_count = first.info;
	if (header->names_index == SHN_XINDEX)
		header->names_index = first.link;
	return 0;
}

static int read_sections(struct bpfhost_elf *elf, const struct header *header)
{
	uint64_t size = header->section_count * header->section_size;
	char *raw = NULL;
	int ret;

	ret = elf_file_read_alloc(elf, header->sections_offset, size, size, (void **)&raw);
	if (ret)
		return ret;
	elf->sections = calloc(header->section_count, sizeof(*elf->sections));
	if (!elf->sections) {
		free(raw);
		return -ENOMEM;
	}
	elf->section_count = header->section_count;
	for (size_t i = 0; i < elf->section_count; i++)
		elf->sections[i] = take_section(elf, raw + i * header->section_size);
	free(raw);
	return 0;
}

static int read_names(struct bpfhost_elf *elf, uint64_t index)
{
	const struct elf_file_section *section;
	int ret;

	if (index == SHN_UNDEF)
		return 0;
	if (index >= elf->section_count)
		return -ENOEXEC;
	section = &elf->sections[index];
	if (section->type != SHT_STRTAB)
		return -ENOEXEC;
	ret = elf_file_read_alloc(elf, section->offset, section->size, NAMES_MAX,
				  (void **)&elf->names);
	if (!ret)
		elf->names_size = section->size;
	return ret;
}

static int by_address(const void *a, const void *b)
{
	const struct elf_file_segment *one = a, *other = b;

	if (one->type != other->type)
		return one->type == PT_LOAD ? -1 : 1;
	if (one->address != other->address)
		return one->address < other->address ? -1 : 1;
	/* Of two that begin at one address, the one that has something comes last and is found. */
	if (one->file_size != other->file_size)
		return one->file_size < other->file_size ? -1 : 1;
	return 0;
}

static bool segment_is_sane(const struct elf_file_segment *segment)
{
	uint64_t end;

	return !__builtin_add_overflow(segment->offset, segment->file_size, &end) &&
	       !__builtin_add_overflow(segment->address, segment->memory_size, &end) &&
	       (segment->type != PT_LOAD || segment->file_size <= segment->memory_size);
}

static int read_segments(struct bpfhost_elf *elf, const struct header *header)
{
	uint64_t size = header->segment_count * header->segment_size;
	char *raw = NULL;
	int ret;

	ret = elf_file_read_alloc(elf, header->segments_offset, size, size, (void **)&raw);
	if (ret)
		return ret;
	elf->segments = calloc(header->segment_count, sizeof(*elf->segments));
	for (size_t i = 0; elf->segments && !ret && i < header->segment_count; i++) {
		struct elf_file_segment segment = take_segment(elf, raw + i * header->segment_size);

		if (segment.type != PT_LOAD && segment.type != PT_NOTE)
			continue;
		if (!segment_is_sane(&segment))
			ret = -ENOEXEC;
		elf->load_count += segment.type == PT_LOAD;
		elf->segments[elf->segment_count++] = segment;
	}
	free(raw);
	if (!elf->segments)
		return -ENOMEM;
	qsort(elf->segments, elf->segment_count, sizeof(*elf->segments), by_address);
	return ret;
}

static bool sizes_are_right(const struct bpfhost_elf *elf, const struct header *header)
{
	bool is_narrow = elf->info.bits == 32;
	size_t segment = is_narrow ? sizeof(Elf32_Phdr) : sizeof(Elf64_Phdr);
	size_t section = is_narrow ? sizeof(Elf32_Shdr) : sizeof(Elf64_Shdr);

	return (!header->segment_count || header->segment_size == segment) &&
	       (!header->sections_offset || header->section_size == section);
}

int elf_file_read_headers(struct bpfhost_elf *elf, struct bpfhost_error *err)
{
	struct header header = { 0 };
	int ret = read_header(elf, &header, err);

	if (ret)
		return ret;
	if (!sizes_are_right(elf, &header))
		return refuse(-ENOEXEC, err, "headers");
	ret = read_long_counts(elf, &header);
	if (ret)
		return refuse(ret, err, "section headers");
	if (header.segment_count > SEGMENTS_MAX || header.section_count > SECTIONS_MAX) {
		bpfhost_error_set(err, 0, "it has more than %u segments or %u sections",
				  SEGMENTS_MAX, SECTIONS_MAX);
		return -EFBIG;
	}
	ret = header.segment_count ? read_segments(elf, &header) : 0;
	if (ret)
		return refuse(ret, err, "program headers");
	ret = header.section_count ? read_sections(elf, &header) : 0;
	if (!ret && elf->section_count)
		ret = read_names(elf, header.names_index);
	return ret ? refuse(ret, err, "section headers") : 0;
}
