/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "private.h"

#include <endian.h>
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define FILE_MAX (16ULL << 30)

static int open_fail(struct bpfhost_error *err, int code, const char *sentence)
{
	bpfhost_error_set(err, 0, "%s", sentence);
	return code;
}

int dw_fail_memory(struct bpfhost_error *err)
{
	return open_fail(err, -ENOMEM, "no memory for debug information");
}

/* Private and writable, for what hide_alternate does; libelf is given no descriptor, so libdw
 * knows of no folder to look around in. */
static int map_file(struct bpfhost_dwarf *dw, int fd, struct bpfhost_error *err)
{
	struct stat status;
	void *map;

	if (fstat(fd, &status))
		return open_fail(err, -errno, "cannot look at the file");
	if (!S_ISREG(status.st_mode))
		return open_fail(err, -ENOEXEC, "it is no regular file");
	if (status.st_size < (off_t)sizeof(Elf64_Ehdr))
		return open_fail(err, -ENOEXEC, "it is no ELF file");
	if ((uint64_t)status.st_size > FILE_MAX)
		return open_fail(err, -EFBIG, "the file is larger than 16 GiB");
	map = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_NORESERVE, fd, 0);
	if (map == MAP_FAILED)
		return open_fail(err, -errno, "cannot map the file");
	dw->map = map;
	dw->size = (size_t)status.st_size;
	return 0;
}

static int open_elf(struct bpfhost_dwarf *dw, struct bpfhost_error *err)
{
	const Elf64_Ehdr *header = dw->map;

	if (memcmp(header->e_ident, ELFMAG, SELFMAG))
		return open_fail(err, -ENOEXEC, "it is no ELF file");
	if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB)
		return open_fail(err, -ENOEXEC,
				 "it is no ELF file of a little-endian machine of 64 bits");
	if (header->e_type == ET_REL)
		return open_fail(err, -ENOTSUP, "it is an object file that is not linked yet");
	elf_version(EV_CURRENT);
	dw->elf = elf_memory(dw->map, dw->size);
	if (!dw->elf || elf_kind(dw->elf) != ELF_K_ELF)
		return open_fail(err, -ENOEXEC, "it is a damaged ELF file");
	dw->is_x86 = header->e_machine == EM_X86_64;
	return 0;
}

/* The size that a compressed section says it will have. */
static uint64_t inflated_size(Elf_Scn *section, const Elf64_Shdr *header, const char *name)
{
	GElf_Chdr compressed;
	Elf_Data *data;
	uint64_t size;

	if (header->sh_flags & SHF_COMPRESSED)
		return gelf_getchdr(section, &compressed) ? compressed.ch_size : 0;
	if (strncmp(name, ".zdebug_", 8) || header->sh_type == SHT_NOBITS)
		return 0;
	data = elf_rawdata(section, NULL);
	if (!data || !data->d_buf || data->d_size < 12)
		return 0;
	memcpy(&size, (const char *)data->d_buf + 4, sizeof(size)); /* behind "ZLIB" */
	return be64toh(size);
}

/*
 * Looks at all sections before libdw does: whether there is anything for it, and how much memory it
 * would take. The one that names a file shared by several (dwz) is hidden from it, since it would
 * open that file, wherever the name leads to.
 */
static int check_sections(struct bpfhost_dwarf *dw, bool *ret_found, struct bpfhost_error *err)
{
	Elf_Scn *section = NULL;
	uint64_t total = 0;
	size_t names;

	if (elf_getshdrstrndx(dw->elf, &names))
		return open_fail(err, -ENOEXEC, "it is a damaged ELF file");
	while ((section = elf_nextscn(dw->elf, section))) {
		Elf64_Shdr *header = elf64_getshdr(section);
		const char *name = header ? elf_strptr(dw->elf, names, header->sh_name) : NULL;
		uint64_t size;

		if (!name)
			continue;
		if (!strcmp(name, ".gnu_debugaltlink") || !strcmp(name, ".debug_sup"))
			header->sh_type = SHT_NOBITS;
		if ((!strcmp(name, ".debug_info") || !strcmp(name, ".zdebug_info")) &&
		    header->sh_type != SHT_NOBITS)
			*ret_found = true;
		size = inflated_size(section, header, name);
		if (__builtin_add_overflow(total, size, &total) || total > DW_INFLATED_MAX)
			return open_fail(err, -EFBIG,
					 "its compressed sections are larger than 1 GiB");
	}
	return 0;
}

static int open_dwarf(struct bpfhost_dwarf *dw, struct bpfhost_error *err)
{
	bool found = false;
	int ret = check_sections(dw, &found, err);

	if (ret)
		return ret;
	if (!found)
		return open_fail(err, -ENOENT, "it has no debug information");
	dw->dwarf = dwarf_begin_elf(dw->elf, DWARF_C_READ, NULL);
	if (!dw->dwarf) {
		bpfhost_error_set(err, 0, "its debug information cannot be read: %s",
				  dwarf_errmsg(-1));
		return -ENOEXEC;
	}
	return 0;
}

int bpfhost_dwarf_open(int fd, struct bpfhost_dwarf **ret_dwarf, struct bpfhost_error *err)
{
	struct bpfhost_dwarf *dw = calloc(1, sizeof(*dw));
	int ret;

	if (!dw)
		return dw_fail_memory(err);
	dw->steps = DW_STEPS_MAX;
	dw->abbrevs_left = DW_ABBREVS_MAX;
	ret = map_file(dw, fd, err);
	if (!ret)
		ret = open_elf(dw, err);
	if (!ret)
		ret = open_dwarf(dw, err);
	if (!ret)
		ret = dw_abbrevs_read(dw, err);
	if (!ret)
		ret = dw_units_read(dw, err);
	if (ret) {
		bpfhost_dwarf_close(dw);
		return ret;
	}
	*ret_dwarf = dw;
	return 0;
}

static void keep_unit(void *unit)
{
	(void)unit; /* libdw's */
}

void bpfhost_dwarf_close(struct bpfhost_dwarf *dw)
{
	if (!dw)
		return;
	tdestroy(dw->units_entered, keep_unit);
	dw_units_free(dw);
	free(dw->abbrevs);
	free(dw->completes);
	if (dw->dwarf)
		dwarf_end(dw->dwarf);
	if (dw->elf)
		elf_end(dw->elf);
	if (dw->map)
		munmap(dw->map, dw->size);
	free(dw);
}
