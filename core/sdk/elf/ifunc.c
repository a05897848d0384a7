/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An IFUNC's function is chosen at run time, by a resolver in the very file. For a file that is
 * mapped into this process, as libc is, the dynamic linker has asked it already or asks it for us,
 * with the arguments that this processor's ABI wants. Another process on this machine gets the same
 * answer. For any other file the resolver's answer cannot be known without running foreign code.
 */
#include "ifunc_internal.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct object {
	struct stat file; /* what is looked for */
	const struct bpfhost_elf_info *info;
	bool is_found;
	uintptr_t base;
	const ElfW(Phdr) * segments;
	size_t segment_count;
	char *name; /* "": the program itself */
};

/* Whether the notes in memory say the build-id: the file may be another one by now. */
static bool has_build_id(const struct object *object, const char *notes, size_t size)
{
	const struct bpfhost_elf_info *info = object->info;
	ElfW(Nhdr) head;

	while (size >= sizeof(head)) {
		size_t name_size, whole;

		memcpy(&head, notes, sizeof(head));
		name_size = (head.n_namesz + 3UL) & ~3UL;
		whole = sizeof(head) + name_size + ((head.n_descsz + 3UL) & ~3UL);
		if (whole > size)
			return false;
		if (head.n_type == NT_GNU_BUILD_ID && head.n_descsz == info->build_id_size &&
		    !memcmp(notes + sizeof(head) + name_size, info->build_id, info->build_id_size))
			return true;
		notes += whole;
		size -= whole;
	}
	return false;
}

static bool is_same_build(const struct object *object, const struct dl_phdr_info *loaded)
{
	for (size_t i = 0; i < loaded->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &loaded->dlpi_phdr[i];

		if (segment->p_type == PT_NOTE && segment->p_align <= 4 &&
		    has_build_id(object, (const char *)loaded->dlpi_addr + segment->p_vaddr,
				 segment->p_memsz))
			return true;
	}
	return false;
}

/* Which object is that file. Nothing of the file is read. */
static int look_for_file(struct dl_phdr_info *loaded, size_t size, void *ctx)
{
	const char *path = *loaded->dlpi_name ? loaded->dlpi_name : "/proc/self/exe";
	struct object *object = ctx;
	struct stat file;

	(void)size;
	if (stat(path, &file) || file.st_dev != object->file.st_dev ||
	    file.st_ino != object->file.st_ino)
		return 0;
	object->segments = loaded->dlpi_phdr;
	return 1;
}

const void *ifunc_find_object(int fd)
{
	struct object object = { 0 };

	if (fstat(fd, &object.file))
		return NULL;
	dl_iterate_phdr(look_for_file, &object);
	return object.segments;
}

/* The one whose program headers these are, where it is of this build. */
static int look_at_object(struct dl_phdr_info *loaded, size_t size, void *ctx)
{
	struct object *object = ctx;

	(void)size;
	if (loaded->dlpi_phdr != object->segments)
		return 0;
	if (!is_same_build(object, loaded))
		return 1;
	object->is_found = true;
	object->base = loaded->dlpi_addr;
	object->segment_count = loaded->dlpi_phnum;
	object->name = strdup(loaded->dlpi_name);
	return 1;
}

/* Where the linker finds the symbol, which is what its resolver chose. */
static void *look_up(const struct object *object, const struct bpfhost_symbol *symbol)
{
	void *handle = dlopen(*object->name ? object->name : NULL, RTLD_LAZY | RTLD_NOLOAD);
	void *address;

	if (!handle)
		return NULL;
	address = symbol->version ? dlvsym(handle, symbol->name, symbol->version)
				  : dlsym(handle, symbol->name);
	dlclose(handle);
	return address;
}

static bool find_offset(const struct object *object, const void *address, uint64_t *ret_offset)
{
	uint64_t at = (uintptr_t)address - object->base;

	for (size_t i = 0; i < object->segment_count; i++) {
		const ElfW(Phdr) *segment = &object->segments[i];

		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X) ||
		    at < segment->p_vaddr || at - segment->p_vaddr >= segment->p_filesz)
			continue;
		*ret_offset = segment->p_offset + (at - segment->p_vaddr);
		return true;
	}
	return false;
}

static int refuse(struct bpfhost_error *err, const struct bpfhost_symbol *symbol, const char *why)
{
	bpfhost_error_set(err, 0, "%.200s is chosen at run time (IFUNC), and %s", symbol->name,
			  why);
	return -ENOTSUP;
}

static int resolve(const struct object *object, const struct bpfhost_symbol *symbol,
		   uint64_t *ret_offset, struct bpfhost_error *err)
{
	const void *address;

	if (!object->info->build_id_size)
		return refuse(err, symbol, "its file has no build-id to know it by");
	if (!object->is_found)
		return refuse(err, symbol,
			      "its file is not mapped into this process, where that "
			      "can be asked");
	if (!object->name)
		return -ENOMEM;
	address = look_up(object, symbol);
	if (!address)
		return refuse(err, symbol, "the dynamic linker does not know it by this name");
	if (!find_offset(object, address, ret_offset))
		return refuse(err, symbol, "what is called lies outside of its file");
	return 0;
}

int ifunc_resolve(const struct bpfhost_elf_info *info, const void *loaded,
		  const struct bpfhost_symbol *symbol, uint64_t *ret_offset,
		  struct bpfhost_error *err)
{
	struct object object = { .info = info, .segments = loaded };
	int ret;

	if (symbol->kind != BPFHOST_SYMBOL_IFUNC) {
		*ret_offset = symbol->offset;
		return 0;
	}
	if (loaded && info->build_id_size)
		dl_iterate_phdr(look_at_object, &object);
	ret = resolve(&object, symbol, ret_offset, err);
	free(object.name);
	return ret;
}

int bpfhost_ifunc_resolve(int fd, const struct bpfhost_symbol *symbol, uint64_t *ret_offset,
			  struct bpfhost_error *err)
{
	struct bpfhost_elf *elf = NULL;
	int ret = bpfhost_elf_open(fd, &elf, err);

	if (!ret)
		ret = ifunc_resolve(bpfhost_elf_info(elf), ifunc_find_object(fd), symbol,
				    ret_offset, err);
	bpfhost_elf_close(elf);
	return ret;
}
