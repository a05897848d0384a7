/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * libelf knows the ways in which sections are compressed, and how much zlib can make out of how
 * little, but wants an ELF file around them. So it gets one, in memory: a header, the section's
 * bytes as they are, and three section headers.
 */
#include "file_internal.h"

#include <errno.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

enum { SECTION = 1, NAMES, SECTIONS };

/* Our image is of 64 bits; the compression header of a narrow file is made wide. */
static int widen(const struct bpfhost_elf *elf, const char *data, size_t size, Elf64_Chdr *ret_head,
		 size_t *ret_skip)
{
	Elf32_Chdr narrow;

	if (elf->info.bits == 64) {
		if (size < sizeof(*ret_head))
			return -ENOEXEC;
		memcpy(ret_head, data, sizeof(*ret_head));
		*ret_skip = sizeof(*ret_head);
		return 0;
	}
	if (size < sizeof(narrow))
		return -ENOEXEC;
	memcpy(&narrow, data, sizeof(narrow));
	*ret_head = (Elf64_Chdr){
		.ch_type = narrow.ch_type,
		.ch_size = narrow.ch_size,
		.ch_addralign = narrow.ch_addralign,
	};
	*ret_skip = sizeof(narrow);
	return 0;
}

static void describe(char *image, size_t data_size, bool is_gnu)
{
	static const char names[] = "\0.zdebug";
	Elf64_Ehdr head = {
		.e_ident = ELFMAG,
		.e_type = ET_REL,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_ehsize = sizeof(head),
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = SECTIONS,
		.e_shstrndx = NAMES,
	};
	size_t names_at = sizeof(head) + data_size;
	Elf64_Shdr sections[SECTIONS] = {
		[SECTION] = { .sh_name = 1,
			      .sh_type = SHT_PROGBITS,
			      .sh_offset = sizeof(head),
			      .sh_size = data_size,
			      .sh_addralign = 1,
			      .sh_flags = is_gnu ? 0 : SHF_COMPRESSED },
		[NAMES] = { .sh_type = SHT_STRTAB,
			    .sh_offset = names_at,
			    .sh_size = sizeof(names),
			    .sh_addralign = 1 },
	};

	head.e_ident[EI_CLASS] = ELFCLASS64;
	head.e_ident[EI_DATA] =
		__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
	head.e_ident[EI_VERSION] = EV_CURRENT;
	head.e_shoff = (names_at + sizeof(names) + 7) & ~(size_t)7;
	memcpy(image, &head, sizeof(head));
	memcpy(image + names_at, names, sizeof(names));
	memcpy(image + head.e_shoff, sections, sizeof(sections));
}

/* An image that holds data behind head (NULL: none). NULL where there is no memory. */
static char *make_image(const Elf64_Chdr *head, const char *data, size_t size, size_t *ret_size)
{
	size_t head_size = head ? sizeof(*head) : 0;
	size_t whole = sizeof(Elf64_Ehdr) + head_size + size + 32 + SECTIONS * sizeof(Elf64_Shdr);
	char *image = calloc(1, whole);

	if (!image)
		return NULL;
	if (head)
		memcpy(image + sizeof(Elf64_Ehdr), head, head_size);
	memcpy(image + sizeof(Elf64_Ehdr) + head_size, data, size);
	describe(image, head_size + size, !head);
	*ret_size = whole;
	return image;
}

/* What the section says that it becomes. */
static uint64_t promised_size(const Elf64_Chdr *head, const unsigned char *data)
{
	uint64_t size = 0;

	if (head)
		return head->ch_size;
	for (int i = 0; i < 8; i++)
		size = size << 8 | data[4 + i];
	return size;
}

static int take_decompressed(Elf_Scn *section, void **ret_data, size_t *ret_size)
{
	Elf_Data *data = elf_rawdata(section, NULL);
	char *copy;

	if (!data || (data->d_size && !data->d_buf) || data->d_size > ELF_FILE_SECTION_MAX)
		return -ENOEXEC;
	copy = malloc(data->d_size + 1);
	if (!copy)
		return -ENOMEM;
	if (data->d_size)
		memcpy(copy, data->d_buf, data->d_size);
	copy[data->d_size] = '\0';
	*ret_data = copy;
	*ret_size = data->d_size;
	return 0;
}

static int decompress_image(char *image, size_t image_size, bool is_gnu, void **ret_data,
			    size_t *ret_size)
{
	Elf_Scn *section;
	int ret = -ENOEXEC;
	Elf *elf;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOEXEC;
	elf = elf_memory(image, image_size);
	section = elf ? elf_getscn(elf, SECTION) : NULL;
	if (section && (is_gnu ? elf_compress_gnu(section, 0, 0) : elf_compress(section, 0, 0)) > 0)
		ret = take_decompressed(section, ret_data, ret_size);
	elf_end(elf);
	return ret;
}

int elf_file_decompress(const struct bpfhost_elf *elf, bool is_gnu, void **data, size_t *size)
{
	size_t skip = 0, image_size = 0;
	void *plain = NULL;
	Elf64_Chdr head;
	char *image;
	int ret;

	if (is_gnu && (*size < 12 || memcmp(*data, "ZLIB", 4)))
		return -ENOEXEC;
	ret = is_gnu ? 0 : widen(elf, *data, *size, &head, &skip);
	if (ret)
		return ret;
	if (promised_size(is_gnu ? NULL : &head, *data) > ELF_FILE_SECTION_MAX)
		return -EFBIG;
	image = make_image(is_gnu ? NULL : &head, (char *)*data + skip, *size - skip, &image_size);
	ret = image ? decompress_image(image, image_size, is_gnu, &plain, size) : -ENOMEM;
	free(image);
	if (ret)
		return ret;
	free(*data);
	*data = plain;
	return 0;
}
