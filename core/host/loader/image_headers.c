/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "loader/image_private.h"

#include <errno.h>
#include <string.h>

/* Nothing that is a plugin comes near; a damaged header that wants terabytes does. */
#define IMAGE_MEMORY_MAX (1ULL << 30)

static int image_refuse_kind(const Elf64_Ehdr *header, struct bpfhost_error *err)
{
	if (header->e_ident[EI_CLASS] != ELFCLASS64)
		bpfhost_error_set(err, 0, "it is no 64-bit ELF file");
	else if (header->e_ident[EI_DATA] != ELFDATA2LSB)
		bpfhost_error_set(err, 0, "it is no little-endian ELF file");
	else if (header->e_ident[EI_VERSION] != EV_CURRENT || header->e_version != EV_CURRENT)
		bpfhost_error_set(err, 0, "it has an unknown version of ELF");
	else if (header->e_machine == EM_BPF)
		bpfhost_error_set(err, 0, "it is a BPF object, not a plugin that contains one");
	else if (header->e_machine != IMAGE_MACHINE)
		bpfhost_error_set(
			err, 0,
			"it is made for another machine (ELF number %u, wanted %u: " IMAGE_MACHINE_NAME
			")",
			header->e_machine, IMAGE_MACHINE);
	else if (header->e_type == ET_REL)
		bpfhost_error_set(err, 0,
				  "it is an object file, not yet linked to a shared object");
	else if (header->e_type == ET_EXEC)
		bpfhost_error_set(err, 0, "it is a program, not a shared object");
	else if (header->e_type != ET_DYN)
		bpfhost_error_set(err, 0, "it is no shared object (ELF type %u)", header->e_type);
	else
		return 0;
	return -ENOEXEC;
}

static int image_refuse_tables(const struct image *image, struct bpfhost_error *err)
{
	const Elf64_Ehdr *header = &image->header;

	if (!header->e_phnum || header->e_phnum > IMAGE_HEADERS_MAX ||
	    header->e_phentsize != sizeof(Elf64_Phdr))
		bpfhost_error_set(err, 0,
				  "it has %u program headers of %u bytes, wanted are 1 to %u "
				  "of %zu",
				  header->e_phnum, header->e_phentsize, IMAGE_HEADERS_MAX,
				  sizeof(Elf64_Phdr));
	else if (!image_bytes(image, header->e_phoff, header->e_phnum * sizeof(Elf64_Phdr)))
		bpfhost_error_set(err, 0, "it is truncated: its program headers lie outside");
	else if (header->e_shnum && header->e_shentsize != sizeof(Elf64_Shdr))
		bpfhost_error_set(err, 0, "it has section headers of %u bytes, wanted are %zu",
				  header->e_shentsize, sizeof(Elf64_Shdr));
	else if (!image_bytes(image, header->e_shoff, header->e_shnum * sizeof(Elf64_Shdr)))
		bpfhost_error_set(err, 0, "it is truncated: its section headers lie outside");
	else
		return 0;
	return -ENOEXEC;
}

static int image_refuse_load(const struct image *image, const Elf64_Phdr *load,
			     struct bpfhost_error *err)
{
	const Elf64_Phdr *last = image->load_count ? &image->loads[image->load_count - 1] : NULL;
	uint64_t begin = last ? last->p_vaddr + last->p_memsz : 0;

	if (!image_bytes(image, load->p_offset, load->p_filesz))
		bpfhost_error_set(err, 0,
				  "it is truncated: a segment lies outside (bytes %llu to "
				  "%llu of %zu)",
				  (unsigned long long)load->p_offset,
				  (unsigned long long)(load->p_offset + load->p_filesz),
				  image->size);
	else if (load->p_filesz > load->p_memsz)
		bpfhost_error_set(err, 0, "a segment is larger in the file than in memory");
	else if (load->p_memsz > IMAGE_MEMORY_MAX ||
		 load->p_vaddr > IMAGE_MEMORY_MAX - load->p_memsz)
		bpfhost_error_set(err, 0, "a segment asks for addresses above %llu MiB",
				  IMAGE_MEMORY_MAX >> 20);
	else if (load->p_vaddr < begin)
		bpfhost_error_set(err, 0, "its segments overlap or are out of order");
	else if (load->p_align & (load->p_align - 1) ||
		 (load->p_align && (load->p_vaddr - load->p_offset) % load->p_align))
		bpfhost_error_set(err, 0, "a segment cannot be aligned as it asks");
	else
		return 0;
	return -ENOEXEC;
}

static int image_take_segment(struct image *image, const Elf64_Phdr *segment,
			      struct bpfhost_error *err)
{
	if (segment->p_type == PT_LOAD) {
		int e = image_refuse_load(image, segment, err);

		if (!e)
			image->loads[image->load_count++] = *segment;
		return e;
	}
	if (segment->p_type != PT_NOTE && segment->p_type != PT_DYNAMIC)
		return 0;
	if (!image_bytes(image, segment->p_offset, segment->p_filesz)) {
		bpfhost_error_set(err, 0, "it is truncated: its %s lie outside",
				  segment->p_type == PT_NOTE ? "notes" : "dynamic entries");
		return -ENOEXEC;
	}
	if (segment->p_type == PT_NOTE) {
		image->notes[image->note_count++] = *segment;
		return 0;
	}
	image->entries = image->bytes + segment->p_offset;
	image->entry_count = segment->p_filesz / sizeof(Elf64_Dyn);
	return 0;
}

int image_read_headers(struct image *image, struct bpfhost_error *err)
{
	Elf64_Phdr segment;
	int e;

	if (image->size < SELFMAG || memcmp(image->bytes, ELFMAG, SELFMAG)) {
		bpfhost_error_set(err, 0, "it is no ELF file");
		return -ENOEXEC;
	}
	if (image->size < sizeof(image->header)) {
		bpfhost_error_set(err, 0, "it is truncated: it has only %zu bytes", image->size);
		return -ENOEXEC;
	}
	memcpy(&image->header, image->bytes, sizeof(image->header));
	e = image_refuse_kind(&image->header, err);
	if (!e)
		e = image_refuse_tables(image, err);
	for (unsigned int i = 0; !e && i < image->header.e_phnum; i++) {
		memcpy(&segment, image->bytes + image->header.e_phoff + i * sizeof(segment),
		       sizeof(segment));
		e = image_take_segment(image, &segment, err);
	}
	return e;
}
