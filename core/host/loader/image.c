/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The bytes of a plugin are a stranger's, and are read by the process that may do everything. So
 * there is one gate: image_bytes (by offset) and image_read (by address) hand out a pointer only
 * when all that is asked for is there; nothing else touches the bytes, and structs are copied out,
 * as their place need not be aligned. Every loop is bounded by a number that is checked first. The
 * file is sealed against change, so what was in bounds stays there.
 */
#include "loader/image_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

const void *image_bytes(const struct image *image, uint64_t offset, uint64_t size)
{
	if (offset > image->size || size > image->size - offset)
		return NULL;
	return image->bytes + offset;
}

/* The bytes at an address and how many more follow in its segment, NULL outside of all. */
static const unsigned char *image_find(const struct image *image, uint64_t address,
				       uint64_t *ret_left)
{
	for (size_t i = 0; i < image->load_count; i++) {
		const Elf64_Phdr *load = &image->loads[i];

		if (address < load->p_vaddr || address - load->p_vaddr >= load->p_filesz)
			continue;
		*ret_left = load->p_filesz - (address - load->p_vaddr);
		return image->bytes + load->p_offset + (address - load->p_vaddr);
	}
	return NULL;
}

const void *image_read(const struct image *image, uint64_t address, uint64_t size)
{
	uint64_t left;
	const unsigned char *bytes = image_find(image, address, &left);

	return bytes && size <= left ? bytes : NULL;
}

const char *image_string(const struct image *image, uint64_t address, size_t max)
{
	uint64_t left;
	const unsigned char *bytes = image_find(image, address, &left);

	if (!bytes)
		return NULL;
	if (left > max)
		left = (uint64_t)max + 1;
	return memchr(bytes, 0, left) ? (const char *)bytes : NULL;
}

bool image_has(const struct image *image, uint64_t address)
{
	for (size_t i = 0; i < image->load_count; i++)
		if (address >= image->loads[i].p_vaddr &&
		    address - image->loads[i].p_vaddr <= image->loads[i].p_memsz)
			return true;
	return false;
}

bool image_is_code(const struct image *image, uint64_t address)
{
	for (size_t i = 0; i < image->load_count; i++)
		if ((image->loads[i].p_flags & PF_X) && address >= image->loads[i].p_vaddr &&
		    address - image->loads[i].p_vaddr < image->loads[i].p_filesz)
			return true;
	return false;
}

int image_section(const struct image *image, const char *name, struct image_section *ret_section)
{
	const Elf64_Ehdr *header = &image->header;
	Elf64_Shdr names, section;
	const char *text;

	if (header->e_shstrndx >= header->e_shnum)
		return -ENOENT;
	/* The table as a whole was found to be in the file when the headers were read. */
	memcpy(&names, image->bytes + header->e_shoff + header->e_shstrndx * sizeof(names),
	       sizeof(names));
	text = image_bytes(image, names.sh_offset, names.sh_size);
	for (unsigned int i = 1; text && i < header->e_shnum; i++) {
		memcpy(&section, image->bytes + header->e_shoff + i * sizeof(section),
		       sizeof(section));
		if (section.sh_type == SHT_NOBITS || section.sh_name >= names.sh_size ||
		    names.sh_size - section.sh_name <= strlen(name) ||
		    memcmp(text + section.sh_name, name, strlen(name) + 1))
			continue;
		if (!image_bytes(image, section.sh_offset, section.sh_size))
			break;
		*ret_section = (struct image_section){ .address = section.sh_addr,
						       .offset = section.sh_offset,
						       .size = section.sh_size };
		return 0;
	}
	return -ENOENT;
}

static uint64_t image_padded(uint64_t size, uint64_t align)
{
	return (size + align - 1) & ~(align - 1);
}

/* The layout of notes is that of elf(5); they are padded to 4 bytes unless the segment says 8. */
static int image_note_in(const struct image *image, const Elf64_Phdr *segment, const char *name,
			 uint32_t type, const void **ret_bytes, uint32_t *ret_size)
{
	const unsigned char *bytes = image->bytes + segment->p_offset;
	uint64_t align = segment->p_align == 8 ? 8 : 4;
	uint64_t left = segment->p_filesz < IMAGE_NOTES_MAX ? segment->p_filesz : IMAGE_NOTES_MAX;
	Elf64_Nhdr note;

	while (left >= sizeof(note)) {
		uint64_t content, end;

		memcpy(&note, bytes, sizeof(note));
		content = image_padded(sizeof(note) + (uint64_t)note.n_namesz, align);
		end = content + note.n_descsz;
		if (end > left)
			return -ENOENT;
		if (note.n_type == type && note.n_namesz == strlen(name) + 1 &&
		    !memcmp(bytes + sizeof(note), name, note.n_namesz)) {
			*ret_bytes = bytes + content;
			*ret_size = note.n_descsz;
			return 0;
		}
		end = image_padded(end, align);
		if (end > left)
			return -ENOENT;
		bytes += end;
		left -= end;
	}
	return -ENOENT;
}

int image_note(const struct image *image, const char *name, uint32_t type, const void **ret_bytes,
	       uint32_t *ret_size)
{
	int e = -ENOENT;

	for (size_t i = 0; e && i < image->note_count; i++)
		e = image_note_in(image, &image->notes[i], name, type, ret_bytes, ret_size);
	return e;
}

static void image_drop(struct image **pimage)
{
	image_free(*pimage);
}

static int image_make(struct image *image, struct image **ret_image, struct bpfhost_error *err)
{
	__attribute__((cleanup(image_drop))) struct image *made = image;
	int e = image_read_headers(image, err);

	if (!e)
		e = image_read_dynamic(image, err);
	if (!e)
		e = image_read_relocations(image, err);
	if (e)
		return e;
	*ret_image = made;
	made = NULL;
	return 0;
}

int image_open_bytes(const void *bytes, size_t size, struct image **ret_image,
		     struct bpfhost_error *err)
{
	struct image *image = calloc(1, sizeof(*image));

	if (!image) {
		bpfhost_error_set(err, 0, "out of memory");
		return -ENOMEM;
	}
	image->bytes = bytes;
	image->size = size;
	return image_make(image, ret_image, err);
}

int image_open(int fd, struct image **ret_image, struct bpfhost_error *err)
{
	struct image *image = calloc(1, sizeof(*image));
	void *map = MAP_FAILED;
	struct stat st;

	errno = ENOMEM;
	if (image && !fstat(fd, &st)) {
		image->size = st.st_size;
		map = mmap(NULL, image->size, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	if (map == MAP_FAILED) {
		int cause = errno;

		free(image);
		bpfhost_error_set(err, 0, "failed to map it: %s", strerror(cause));
		return -cause;
	}
	image->map = map;
	image->bytes = map;
	return image_make(image, ret_image, err);
}

void image_free(struct image *image)
{
	if (!image)
		return;
	if (image->map)
		munmap(image->map, image->size);
	free(image->relocations);
	free(image);
}
