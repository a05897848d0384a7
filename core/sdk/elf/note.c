/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Notes say a file's build-id and that Go made it. A stripped file may have them in its segments
 * only; in a separate debug file the segments' offsets mean nothing, so sections come first.
 */
#include "file_internal.h"

#include <stdlib.h>
#include <string.h>

#define NOTES_MAX   (4ULL << 20) /* bytes of them that are looked at in one file */
#define GO_BUILD_ID 4            /* type of a note named "Go" */

static void take_note(struct bpfhost_elf_info *info, const Elf64_Nhdr *head, const char *name,
		      const char *value)
{
	if (head->n_namesz == 4 && head->n_type == GO_BUILD_ID && !memcmp(name, "Go\0", 4))
		info->is_go = true;
	if (head->n_namesz != 4 || head->n_type != NT_GNU_BUILD_ID || memcmp(name, "GNU", 4))
		return;
	if (info->build_id_size || !head->n_descsz || head->n_descsz > sizeof(info->build_id))
		return;
	info->build_id_size = (uint8_t)head->n_descsz;
	memcpy(info->build_id, value, head->n_descsz);
}

static uint64_t align4(uint64_t size)
{
	return (size + 3) & ~(uint64_t)3;
}

/* The notes looked for are aligned to 4 in files of both widths. */
static void walk_notes(struct bpfhost_elf_info *info, const char *data, uint64_t size)
{
	Elf64_Nhdr head; /* the same in both widths */
	uint64_t at = 0;

	while (size - at >= sizeof(head)) {
		uint64_t name = at + sizeof(head), value, next;

		memcpy(&head, data + at, sizeof(head));
		value = name + align4(head.n_namesz);
		next = value + align4(head.n_descsz);
		if (value + head.n_descsz > size)
			return;
		take_note(info, &head, data + name, data + value);
		if (next > size)
			return;
		at = next;
	}
}

static void read_notes(struct bpfhost_elf *elf, uint64_t offset, uint64_t size, uint64_t *left)
{
	void *data;

	if (size > *left || elf_file_read_alloc(elf, offset, size, NOTES_MAX, &data))
		return;
	*left -= size;
	walk_notes(&elf->info, data, size);
	free(data);
}

static bool has_go_section(const struct bpfhost_elf *elf)
{
	static const char *const names[] = { ".note.go.buildid", ".go.buildinfo", ".gopclntab",
					     ".data.rel.ro.gopclntab" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (elf_file_find(elf, names[i]))
			return true;
	}
	return false;
}

void elf_file_read_notes(struct bpfhost_elf *elf)
{
	const struct elf_file_section *own = elf_file_find(elf, ".note.gnu.build-id");
	uint64_t left = NOTES_MAX;

	if (own && own->type == SHT_NOTE)
		read_notes(elf, own->offset, own->size, &left);
	for (size_t i = 0; !elf->info.build_id_size && i < elf->section_count; i++) {
		if (elf->sections[i].type == SHT_NOTE)
			read_notes(elf, elf->sections[i].offset, elf->sections[i].size, &left);
	}
	for (size_t i = elf->load_count; !elf->info.build_id_size && i < elf->segment_count; i++)
		read_notes(elf, elf->segments[i].offset, elf->segments[i].file_size, &left);
	elf->info.is_go |= has_go_section(elf);
}
