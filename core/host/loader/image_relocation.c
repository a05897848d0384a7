/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A pointer in a shared object is not in the file as it will be in memory: it is made when the file
 * is loaded, from a table. Which pointers there are, and where each leads, is kept here sorted by
 * place, so that a descriptor can be followed from string to table to string. Three kinds matter in
 * constant data: RELATIVE (an address of this file), the same packed as DT_RELR, and an address by
 * symbol, which is in this file or in another.
 */
#include "loader/image_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int image_compare(const void *a, const void *b)
{
	const struct image_relocation *one = a, *other = b;

	if (one->address != other->address)
		return one->address < other->address ? -1 : 1;
	return one->order < other->order ? -1 : one->order > other->order;
}

static void image_relocate(struct image *image, uint64_t address, uint64_t value,
			   enum image_fixup fixup)
{
	size_t n = image->relocation_count++;

	image->relocations[n] = (struct image_relocation){
		.address = address, .value = value, .order = n, .fixup = fixup
	};
}

/*
 * An even word is the address of a pointer; an odd one says by its upper 63 bits which of the 63
 * words behind the last are pointers too (System V ABI, "Relative Relocation Table"). Without room
 * for them in the image they are only counted.
 */
static size_t image_walk_relr(struct image *image, const unsigned char *words, size_t count,
			      bool keep)
{
	uint64_t next = 0;
	size_t found = 0;

	for (size_t i = 0; i < count && found <= IMAGE_RELOCATIONS_MAX; i++) {
		uint64_t word;

		memcpy(&word, words + i * sizeof(word), sizeof(word));
		if (!(word & 1)) {
			if (keep)
				image_relocate(image, word, 0, IMAGE_IN_PLACE);
			found++;
			next = word + 8;
			continue;
		}
		for (uint64_t bits = word >> 1, at = next; bits; bits >>= 1, at += 8) {
			if (!(bits & 1))
				continue;
			if (keep)
				image_relocate(image, at, 0, IMAGE_IN_PLACE);
			found++;
		}
		next += 63 * 8;
	}
	return found;
}

static void image_take_rela(struct image *image, const Elf64_Rela *rela)
{
	uint32_t type = ELF64_R_TYPE(rela->r_info);
	Elf64_Sym symbol;

	if (type == IMAGE_R_RELATIVE) {
		image_relocate(image, rela->r_offset, rela->r_addend, IMAGE_ADDRESS);
		return;
	}
	if (type != IMAGE_R_ADDRESS)
		return;
	if (image_symbol_at(image, ELF64_R_SYM(rela->r_info), &symbol) &&
	    symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS)
		image_relocate(image, rela->r_offset, symbol.st_value + rela->r_addend,
			       IMAGE_ADDRESS);
	else
		image_relocate(image, rela->r_offset, 0, IMAGE_IMPORT);
}

static void image_sort(struct image *image)
{
	/* A linker has mostly sorted them already. */
	for (size_t i = 1; i < image->relocation_count; i++)
		if (image_compare(&image->relocations[i - 1], &image->relocations[i]) > 0) {
			qsort(image->relocations, image->relocation_count,
			      sizeof(*image->relocations), image_compare);
			return;
		}
}

int image_read_relocations(struct image *image, struct bpfhost_error *err)
{
	const struct image_dynamic *dynamic = &image->dynamic;
	const unsigned char *rela = image_read(image, dynamic->rela, dynamic->rela_size);
	const unsigned char *relr = image_read(image, dynamic->relr, dynamic->relr_size);
	size_t packed, count = dynamic->rela_size / sizeof(Elf64_Rela);
	Elf64_Rela entry;

	if ((dynamic->rela_size && !rela) || (dynamic->relr_size && !relr)) {
		bpfhost_error_set(err, 0, "its relocations lie outside");
		return -ENOEXEC;
	}
	packed = image_walk_relr(image, relr, dynamic->relr_size / 8, false);
	if (packed > IMAGE_RELOCATIONS_MAX || count > IMAGE_RELOCATIONS_MAX - packed) {
		bpfhost_error_set(err, 0, "it has more than %u relocations", IMAGE_RELOCATIONS_MAX);
		return -ENOEXEC;
	}
	image->relocations = calloc(packed + count + 1, sizeof(*image->relocations));
	if (!image->relocations) {
		bpfhost_error_set(err, 0, "out of memory");
		return -ENOMEM;
	}
	image_walk_relr(image, relr, dynamic->relr_size / 8, true);
	for (size_t i = 0; i < count; i++) {
		memcpy(&entry, rela + i * sizeof(entry), sizeof(entry));
		image_take_rela(image, &entry);
	}
	image_sort(image);
	return 0;
}

/* The last relocation for an address, NULL. */
static const struct image_relocation *image_relocation(const struct image *image, uint64_t address)
{
	size_t low = 0, high = image->relocation_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (image->relocations[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || image->relocations[low - 1].address != address)
		return NULL;
	return &image->relocations[low - 1];
}

int image_pointer(const struct image *image, uint64_t address, uint64_t *ret_target)
{
	const struct image_relocation *relocation = image_relocation(image, address);
	const void *bytes = image_read(image, address, sizeof(uint64_t));
	uint64_t target;

	if (!bytes)
		return -ENOENT;
	memcpy(&target, bytes, sizeof(target));
	if (!relocation) {
		if (target)
			return -EINVAL;
		*ret_target = 0;
		return 0;
	}
	if (relocation->fixup == IMAGE_IMPORT)
		return -EXDEV;
	if (relocation->fixup == IMAGE_ADDRESS)
		target = relocation->value;
	if (!target || !image_has(image, target))
		return -EINVAL;
	*ret_target = target;
	return 0;
}
