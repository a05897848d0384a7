/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a plugin shows to the process that it is opened in: the names of its dynamic symbols. */
#include "validate/suite.h"

#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct exports {
	const char *wanted;
	int count;
	int has_wanted;
	char *other;
	size_t size;
};

static int exports_is_one(const GElf_Sym *symbol)
{
	unsigned int binding = GELF_ST_BIND(symbol->st_info);
	unsigned int visibility = GELF_ST_VISIBILITY(symbol->st_other);

	return symbol->st_shndx != SHN_UNDEF && (binding == STB_GLOBAL || binding == STB_WEAK) &&
	       (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

static void exports_take(struct exports *exports, const char *name)
{
	exports->count++;
	if (!strcmp(name, exports->wanted))
		exports->has_wanted = 1;
	else if (!*exports->other)
		snprintf(exports->other, exports->size, "%s", name);
}

static void exports_table(struct exports *exports, Elf *elf, Elf_Scn *section,
			  const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t n = header->sh_entsize ? header->sh_size / header->sh_entsize : 0;

	for (size_t i = 0; data && i < n; i++) {
		const char *name;
		GElf_Sym symbol;

		if (!gelf_getsym(data, (int)i, &symbol) || !exports_is_one(&symbol))
			continue;
		name = elf_strptr(elf, header->sh_link, symbol.st_name);
		exports_take(exports, name ? name : "?");
	}
}

static void exports_walk(struct exports *exports, Elf *elf)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_DYNSYM)
			exports_table(exports, elf, section, &header);
}

/*
 * How many names the file defines for others; the first that is not `wanted` in ret_other ("" when there
 * is none), and whether `wanted` is there. -1 when it cannot be read.
 */
static int exports_read(const char *path, const char *wanted, int *ret_has_wanted, char *ret_other,
			size_t size)
{
	struct exports exports = { .wanted = wanted, .other = ret_other, .size = size };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf *elf;

	if (fd < 0)
		return -1;
	*ret_other = '\0';
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf)
		exports_walk(&exports, elf);
	else
		exports.count = -1;
	elf_end(elf);
	close(fd);
	*ret_has_wanted = exports.has_wanted;
	return exports.count;
}

void check_exports(struct suite *suite)
{
	char other[256], path[64];
	int has_wanted = 0, n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", suite->plugin.file->admission->fd);
	n = exports_read(path, "bpfhost_plugin", &has_wanted, other, sizeof(other));
	if (n < 0)
		suite_fail(suite, "it cannot be read");
	if (!has_wanted)
		suite_fail(suite, "it exports no bpfhost_plugin");
	if (*other)
		suite_fail(suite, "it exports %s besides bpfhost_plugin", other);
}
