/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "file_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *elf_file_name(const struct bpfhost_elf *elf, const struct elf_file_section *section)
{
	return section->name < elf->names_size ? elf->names + section->name : "";
}

struct elf_file_section *elf_file_find(const struct bpfhost_elf *elf, const char *name)
{
	for (size_t i = 0; i < elf->section_count; i++) {
		if (!strcmp(elf_file_name(elf, &elf->sections[i]), name))
			return &elf->sections[i];
	}
	return NULL;
}

struct elf_file_section *elf_file_find_type(const struct bpfhost_elf *elf, uint32_t type)
{
	for (size_t i = 0; i < elf->section_count; i++) {
		if (elf->sections[i].type == type)
			return &elf->sections[i];
	}
	return NULL;
}

const struct elf_file_section *elf_file_linked(const struct bpfhost_elf *elf,
					       const struct elf_file_section *section,
					       uint32_t type)
{
	if (section->link >= elf->section_count || elf->sections[section->link].type != type)
		return NULL;
	return &elf->sections[section->link];
}

int elf_file_load(const struct bpfhost_elf *elf, const struct elf_file_section *section,
		  void **ret_data, size_t *ret_size)
{
	bool is_gnu = !strncmp(elf_file_name(elf, section), ".zdebug", 7);
	size_t size = section->size;
	void *data = NULL;
	int ret;

	if (section->type == SHT_NOBITS)
		return -ENOEXEC;
	ret = elf_file_read_alloc(elf, section->offset, size, ELF_FILE_SECTION_MAX, &data);
	if (!ret && (section->flags & SHF_COMPRESSED))
		ret = elf_file_decompress(elf, false, &data, &size);
	else if (!ret && is_gnu)
		ret = elf_file_decompress(elf, true, &data, &size);
	if (ret) {
		free(data);
		return ret;
	}
	*ret_data = data;
	*ret_size = size;
	return 0;
}

/* ".debug_info" may be there as ".zdebug_info". */
static struct elf_file_section *find_compressed(const struct bpfhost_elf *elf, const char *name)
{
	for (size_t i = 0; !strncmp(name, ".debug", 6) && i < elf->section_count; i++) {
		const char *own = elf_file_name(elf, &elf->sections[i]);

		if (!strncmp(own, ".z", 2) && !strcmp(own + 2, name + 1))
			return &elf->sections[i];
	}
	return NULL;
}

static struct elf_file_section *find_either(const struct bpfhost_elf *elf, const char *name)
{
	struct elf_file_section *section = elf_file_find(elf, name);

	return section ? section : find_compressed(elf, name);
}

int bpfhost_elf_section_size(const struct bpfhost_elf *elf, const char *name, uint64_t *ret_size)
{
	const struct elf_file_section *section = find_either(elf, name);
	bool is_compressed;

	if (!section)
		return -ENOENT;
	is_compressed =
		section->flags & SHF_COMPRESSED || !strncmp(elf_file_name(elf, section), ".z", 2);
	*ret_size = section->type == SHT_NOBITS ? 0
		    : is_compressed             ? ELF_FILE_SECTION_MAX
						: section->size;
	return 0;
}

int bpfhost_elf_section(struct bpfhost_elf *elf, const char *name,
			struct bpfhost_elf_section *ret_section)
{
	struct elf_file_section *section = find_either(elf, name);
	int ret;

	if (!section)
		return -ENOENT;
	if (!section->data) {
		ret = elf_file_load(elf, section, &section->data, &section->data_size);
		if (ret)
			return ret;
	}
	*ret_section = (struct bpfhost_elf_section){
		.data = section->data,
		.size = section->data_size,
		.address = section->address,
		.offset = section->offset,
	};
	return 0;
}
