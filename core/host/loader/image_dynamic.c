/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "loader/image_private.h"

#include <errno.h>
#include <string.h>

#include "loader/admission.h"

Elf64_Dyn image_entry(const struct image *image, size_t n)
{
	Elf64_Dyn entry;

	memcpy(&entry, image->entries + n * sizeof(entry), sizeof(entry));
	return entry;
}

static void image_take_entry(struct image_dynamic *dynamic, const Elf64_Dyn *entry)
{
	switch (entry->d_tag) {
	case DT_STRTAB:
		dynamic->strings = entry->d_un.d_ptr;
		break;
	case DT_STRSZ:
		dynamic->strings_size = entry->d_un.d_val;
		break;
	case DT_SYMTAB:
		dynamic->symbols = entry->d_un.d_ptr;
		break;
	case DT_HASH:
		dynamic->hash = entry->d_un.d_ptr;
		break;
	case DT_GNU_HASH:
		dynamic->gnu_hash = entry->d_un.d_ptr;
		break;
	case DT_RELA:
		dynamic->rela = entry->d_un.d_ptr;
		break;
	case DT_RELASZ:
		dynamic->rela_size = entry->d_un.d_val;
		break;
	case DT_RELR:
		dynamic->relr = entry->d_un.d_ptr;
		break;
	case DT_RELRSZ:
		dynamic->relr_size = entry->d_un.d_val;
		break;
	}
}

static bool image_word(const struct image *image, uint64_t address, uint32_t *ret_word)
{
	const void *bytes = image_read(image, address, sizeof(*ret_word));

	if (bytes)
		memcpy(ret_word, bytes, sizeof(*ret_word));
	return bytes;
}

/* The end of the chain that begins at the highest symbol of all buckets; 0 when it has none. */
static uint64_t image_chain_end(const struct image *image, uint64_t chains, uint32_t first,
				uint32_t last)
{
	uint64_t end = image->size / sizeof(Elf64_Sym);
	uint32_t word;

	for (uint64_t i = last; i < end && image_word(image, chains + 4 * (i - first), &word); i++)
		if (word & 1)
			return i + 1;
	return 0;
}

/*
 * A GNU hash table does not say how many symbols there are: they end with the last chain. Its
 * layout: u32 buckets, first hashed symbol, bloom words, shift; u64 bloom[]; u32 buckets[]; u32
 * chain[], the lowest bit of which marks an end (binutils, bfd/elflink.c).
 */
static uint64_t image_count_gnu(const struct image *image)
{
	uint32_t head[4], last = 0;
	const unsigned char *buckets;
	const void *bytes = image_read(image, image->dynamic.gnu_hash, sizeof(head));
	uint64_t begin;

	if (!bytes)
		return 0;
	memcpy(head, bytes, sizeof(head));
	begin = image->dynamic.gnu_hash + sizeof(head) + 8 * (uint64_t)head[2];
	buckets = image_read(image, begin, 4 * (uint64_t)head[0]);
	for (uint32_t i = 0; buckets && i < head[0]; i++) {
		uint32_t symbol;

		memcpy(&symbol, buckets + 4 * (uint64_t)i, sizeof(symbol));
		last = symbol > last ? symbol : last;
	}
	if (!last) /* none of its own: only what comes before the first hashed one */
		return head[1];
	if (last < head[1])
		return 0;
	return image_chain_end(image, begin + 4 * (uint64_t)head[0], head[1], last);
}

static uint64_t image_count_symbols(const struct image *image)
{
	uint32_t count = 0;

	if (image->dynamic.gnu_hash)
		return image_count_gnu(image);
	/* u32 buckets, symbols, ... (System V ABI, chapter 5) */
	if (image->dynamic.hash)
		image_word(image, image->dynamic.hash + 4, &count);
	return count;
}

static bool image_find_end(struct image *image)
{
	for (size_t i = 0; i < image->entry_count && i < IMAGE_DYNAMIC_MAX; i++)
		if (image_entry(image, i).d_tag == DT_NULL) {
			image->entry_count = i;
			return true;
		}
	return false;
}

int image_read_dynamic(struct image *image, struct bpfhost_error *err)
{
	if (!image->entries) {
		bpfhost_error_set(err, 0, "it has no dynamic section");
		return -ENOEXEC;
	}
	if (!image_find_end(image)) {
		bpfhost_error_set(err, 0, "its dynamic section has no end");
		return -ENOEXEC;
	}
	for (size_t i = 0; i < image->entry_count; i++) {
		Elf64_Dyn entry = image_entry(image, i);

		image_take_entry(&image->dynamic, &entry);
	}
	image->strings = image_read(image, image->dynamic.strings, image->dynamic.strings_size);
	if (!image->strings) {
		bpfhost_error_set(err, 0, "its dynamic strings lie outside");
		return -ENOEXEC;
	}
	image->symbol_count = image_count_symbols(image);
	/* Each symbol is in the file, so this bounds all that goes over them. */
	if (image->symbol_count && image->symbol_count <= image->size / sizeof(Elf64_Sym))
		image->symbols = image_read(image, image->dynamic.symbols,
					    image->symbol_count * sizeof(Elf64_Sym));
	if (!image->symbols) {
		bpfhost_error_set(err, 0, "its dynamic symbols lie outside, or it has none");
		return -ENOEXEC;
	}
	return 0;
}

bool image_symbol_at(const struct image *image, uint64_t index, Elf64_Sym *ret_symbol)
{
	if (index >= image->symbol_count)
		return false;
	memcpy(ret_symbol, image->symbols + index * sizeof(*ret_symbol), sizeof(*ret_symbol));
	return true;
}

const char *image_dynamic_string(const struct image *image, uint64_t offset)
{
	uint64_t size = image->dynamic.strings_size;
	uint64_t left = offset < size ? size - offset : 0;

	if (left > IMAGE_STRING_MAX)
		left = IMAGE_STRING_MAX;
	return left && memchr(image->strings + offset, 0, left) ? image->strings + offset : NULL;
}

static bool image_symbol_is(const struct image *image, const Elf64_Sym *symbol, const char *name)
{
	uint64_t size = image->dynamic.strings_size;
	size_t length = strlen(name) + 1;

	return symbol->st_name < size && size - symbol->st_name >= length &&
	       !memcmp(image->strings + symbol->st_name, name, length);
}

int image_symbol(const struct image *image, const char *name, uint64_t *ret_address,
		 uint64_t *ret_size)
{
	Elf64_Sym symbol;

	for (uint64_t i = 1; image_symbol_at(image, i, &symbol); i++) {
		unsigned char bind = ELF64_ST_BIND(symbol.st_info);
		unsigned char visibility = ELF64_ST_VISIBILITY(symbol.st_other);

		if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx == SHN_ABS ||
		    (bind != STB_GLOBAL && bind != STB_WEAK) ||
		    (visibility != STV_DEFAULT && visibility != STV_PROTECTED) ||
		    !image_symbol_is(image, &symbol, name))
			continue;
		*ret_address = symbol.st_value;
		*ret_size = symbol.st_size;
		return 0;
	}
	return -ENOENT;
}

const char *image_needed(const struct image *image, size_t n)
{
	for (size_t i = 0; i < image->entry_count; i++) {
		Elf64_Dyn entry = image_entry(image, i);

		if (entry.d_tag == DT_NEEDED && !n--)
			return image_dynamic_string(image, entry.d_un.d_val);
	}
	return NULL;
}

static int image_check_path(const char *tag, const char *path, struct bpfhost_error *err)
{
	struct bpfhost_error cause = { .text = "" };
	int e = -EPERM;

	if (strchr(path, '$'))
		bpfhost_error_set(err, 0, "its %s entry \"%s\" has a $, which leads nowhere safe",
				  tag, path);
	else if (path[0] != '/')
		bpfhost_error_set(err, 0, "its %s entry \"%s\" is no absolute folder", tag, path);
	else if ((e = admission_check_folder(path, &cause)) && e != -ENOENT)
		bpfhost_error_set(err, 0, "its %s entry %s is not root's alone: %s", tag, path,
				  cause.text);
	else
		return 0; /* what is missing, only root can make */
	return -EPERM;
}

static int image_check_list(const char *tag, const char *list, unsigned int *count,
			    struct bpfhost_error *err)
{
	char path[IMAGE_STRING_MAX];
	size_t size;
	int e = 0;

	for (const char *at = list; !e; at += size + 1) {
		size = strcspn(at, ":");
		memcpy(path, at, size);
		path[size] = '\0';
		if (++*count > IMAGE_PATHS_MAX) {
			bpfhost_error_set(err, 0, "it has more than %u run paths", IMAGE_PATHS_MAX);
			return -EPERM;
		}
		e = image_check_path(tag, path, err);
		if (!at[size])
			break;
	}
	return e;
}

static int image_check_entry(const struct image *image, const Elf64_Dyn *entry, unsigned int *count,
			     struct bpfhost_error *err)
{
	const char *text = image_dynamic_string(image, entry->d_un.d_val);

	switch (entry->d_tag) {
	case DT_RPATH:
	case DT_RUNPATH:
		if (text)
			return image_check_list(entry->d_tag == DT_RPATH ? "RPATH" : "RUNPATH",
						text, count, err);
		break;
	case DT_NEEDED:
		if (text && text[0] && !strchr(text, '/'))
			return 0;
		break;
	case DT_AUDIT:
	case DT_DEPAUDIT:
	case DT_AUXILIARY:
	case DT_FILTER:
		break;
	default:
		return 0;
	}
	bpfhost_error_set(err, 0, "it brings in \"%s\", which is no library by its name alone",
			  text ? text : "");
	return -EPERM;
}

int image_check_paths(const struct image *image, struct bpfhost_error *err)
{
	unsigned int count = 0;
	int e = 0;

	for (size_t i = 0; !e && i < image->entry_count; i++) {
		Elf64_Dyn entry = image_entry(image, i);

		e = image_check_entry(image, &entry, &count, err);
	}
	return e;
}
