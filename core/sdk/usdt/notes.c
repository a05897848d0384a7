/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The section .note.stapsdt: one note for each site, as <sys/sdt.h> of SystemTap writes them. Name
 * "stapsdt", type 3; in the description three addresses as wide as the file's (the site, what the linker
 * took for the address of .stapsdt.base, the semaphore or 0) and three strings (provider, name,
 * arguments). Nothing relocates a note: when prelink moved the file, .stapsdt.base moved along, and its
 * distance from the second word is what has to be added to the other two.
 */
#include "notes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NOTE_NAME "stapsdt" /* 8 bytes with its NUL */
#define NOTE_TYPE 3U

struct note_header {
	uint32_t name_size;
	uint32_t desc_size;
	uint32_t type;
};

struct notes {
	const struct bpfhost_elf *elf;
	struct usdt_sites *sites;
	uint64_t base; /* address of .stapsdt.base; 0: there is none */
	size_t word;   /* bytes of an address */
};

struct description {
	const char *at;
	size_t left;
};

static uint64_t take_word(struct description *desc, size_t size)
{
	uint64_t wide = 0;
	uint32_t narrow;

	if (size == sizeof(wide)) {
		memcpy(&wide, desc->at, sizeof(wide));
	} else {
		memcpy(&narrow, desc->at, sizeof(narrow));
		wide = narrow;
	}
	desc->at += size;
	desc->left -= size;
	return wide;
}

static const char *take_string(struct description *desc)
{
	const char *string = desc->at;
	size_t length = strnlen(string, desc->left);

	if (length == desc->left)
		return NULL;
	desc->at += length + 1;
	desc->left -= length + 1;
	return string;
}

/* Something that can be named on a command line. */
static bool is_word(const char *string)
{
	if (!string || !*string)
		return false;
	for (; *string; string++) {
		if ((unsigned char)*string <= ' ' || *string == 0x7f)
			return false;
	}
	return true;
}

/* The kernel counts a semaphore up through the file's page cache, so it must lie in the file. */
static bool find_offsets(const struct bpfhost_elf *elf, uint64_t semaphore,
			 struct bpfhost_usdt_site *site)
{
	if (bpfhost_elf_offset(elf, site->address, &site->offset) ||
	    !bpfhost_elf_is_code(elf, site->offset))
		return false;
	site->semaphore = 0;
	return !semaphore || !bpfhost_elf_offset(elf, semaphore, &site->semaphore);
}

/* In a file of 32 bits, addresses are of 32 bits, too. */
static uint64_t move(const struct notes *notes, uint64_t address, uint64_t base)
{
	if (!notes->base || !base || !address)
		return address;
	address += notes->base - base;
	return notes->word == 8 ? address : (uint32_t)address;
}

static bool read_site(const struct notes *notes, struct description desc,
		      struct bpfhost_usdt_site *ret_site)
{
	uint64_t base, semaphore;

	if (desc.left < 3 * notes->word)
		return false;
	ret_site->address = take_word(&desc, notes->word);
	base = take_word(&desc, notes->word);
	semaphore = take_word(&desc, notes->word);
	ret_site->address = move(notes, ret_site->address, base);
	semaphore = move(notes, semaphore, base);
	ret_site->provider = take_string(&desc);
	ret_site->name = ret_site->provider ? take_string(&desc) : NULL;
	ret_site->arguments = ret_site->name ? take_string(&desc) : NULL;
	return ret_site->arguments && is_word(ret_site->provider) && is_word(ret_site->name) &&
	       find_offsets(notes->elf, semaphore, ret_site);
}

int usdt_sites_add(struct usdt_sites *list, const struct bpfhost_usdt_site *site)
{
	struct bpfhost_usdt_site *all;
	size_t capacity;

	if (list->count == USDT_SITES_MAX)
		return -E2BIG;
	if (list->count == list->capacity) {
		capacity = list->capacity ? 2 * list->capacity : 16;
		all = reallocarray(list->all, capacity, sizeof(*all));
		if (!all)
			return -ENOMEM;
		list->all = all;
		list->capacity = capacity;
	}
	list->all[list->count++] = *site;
	return 0;
}

static int read_note(struct notes *notes, const struct note_header *header, const char *name,
		     const char *desc)
{
	struct bpfhost_usdt_site site;

	if (header->type != NOTE_TYPE || header->name_size != sizeof(NOTE_NAME) ||
	    memcmp(name, NOTE_NAME, sizeof(NOTE_NAME)) != 0)
		return 0;
	if (read_site(notes, (struct description){ desc, header->desc_size }, &site))
		return usdt_sites_add(notes->sites, &site);
	notes->sites->left_out++;
	return 0;
}

static uint64_t padded(uint32_t size)
{
	return ((uint64_t)size + 3) & ~3ULL;
}

/* The padding behind the last note may be missing. */
static int walk(struct notes *notes, const char *at, uint64_t left)
{
	while (left >= sizeof(struct note_header)) {
		struct note_header header;
		uint64_t desc, size;
		int ret;

		memcpy(&header, at, sizeof(header));
		desc = sizeof(header) + padded(header.name_size);
		if (desc > left || header.desc_size > left - desc)
			break;
		ret = read_note(notes, &header, at + sizeof(header), at + desc);
		if (ret)
			return ret;
		size = desc + padded(header.desc_size);
		if (size >= left)
			return 0;
		at += size;
		left -= size;
	}
	notes->sites->left_out += left > 0;
	return 0;
}

/* Where .stapsdt.base is damaged or missing, the file was not prelinked. */
static uint64_t find_base(struct bpfhost_elf *elf)
{
	struct bpfhost_elf_section section;

	return bpfhost_elf_section(elf, ".stapsdt.base", &section) ? 0 : section.address;
}

int usdt_notes_read(struct bpfhost_elf *elf, const char *text, size_t size,
		    struct usdt_sites *sites)
{
	struct notes notes = {
		.elf = elf,
		.sites = sites,
		.base = find_base(elf),
		.word = bpfhost_elf_info(elf)->bits / 8,
	};

	return walk(&notes, text, size);
}
