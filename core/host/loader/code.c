/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What programs use stands in their instructions: each call of a helper has that helper's number in it
 * (include/uapi/linux/bpf.h), and calls of functions of the kernel have an undefined symbol. Sections of
 * programs are known as libbpf knows them: bits to execute, in the file. Places that libbpf is to change
 * after the kernel's types are listed in .BTF.ext (Documentation/bpf/btf.rst).
 */
#include "loader/code.h"

#include <elf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

/* Of struct btf_ext_header: where in it the length of the list of such places stands. */
#define CODE_BTF_EXT_HEADER 4
#define CODE_BTF_EXT_PLACES 28

struct code_object {
	const unsigned char *bytes;
	size_t size;
	Elf64_Ehdr head;
};

static bool code_within(const struct code_object *object, uint64_t offset, uint64_t size)
{
	return offset <= object->size && size <= object->size - offset;
}

static int code_open(struct code_object *object)
{
	const Elf64_Ehdr *head = &object->head;

	if (!code_within(object, 0, sizeof(*head)))
		return -ENOEXEC;
	memcpy(&object->head, object->bytes, sizeof(*head));
	if (memcmp(head->e_ident, ELFMAG, SELFMAG) || head->e_ident[EI_CLASS] != ELFCLASS64 ||
	    head->e_ident[EI_DATA] != ELFDATA2LSB || head->e_shentsize != sizeof(Elf64_Shdr))
		return -ENOEXEC;
	/* None has 65280 sections, whose number would stand elsewhere. */
	if (!head->e_shnum || head->e_shnum >= SHN_LORESERVE ||
	    !code_within(object, head->e_shoff, (uint64_t)head->e_shnum * sizeof(Elf64_Shdr)))
		return -ENOEXEC;
	return 0;
}

static int code_section(const struct code_object *object, uint32_t index, Elf64_Shdr *ret_section)
{
	memcpy(ret_section, object->bytes + object->head.e_shoff + index * sizeof(*ret_section),
	       sizeof(*ret_section));
	if (ret_section->sh_type == SHT_NOBITS)
		return 0;
	return code_within(object, ret_section->sh_offset, ret_section->sh_size) ? 0 : -ENOEXEC;
}

/* That table of strings. */
static int code_strings(const struct code_object *object, uint32_t index, Elf64_Shdr *ret_strings)
{
	if (index >= object->head.e_shnum || code_section(object, index, ret_strings) ||
	    ret_strings->sh_type != SHT_STRTAB)
		return -ENOEXEC;
	return 0;
}

/* Whether this text stands at a place of a table of strings. */
static bool code_is_named(const struct code_object *object, const Elf64_Shdr *strings, uint32_t at,
			  const char *text)
{
	const size_t size = strlen(text) + 1;

	return at < strings->sh_size && strings->sh_size - at >= size &&
	       !memcmp(object->bytes + strings->sh_offset + at, text, size);
}

static void code_of_instructions(const unsigned char *bytes, uint64_t size, struct code_use *use)
{
	struct bpf_insn instruction;

	for (uint64_t at = 0; at + sizeof(instruction) <= size; at += sizeof(instruction)) {
		memcpy(&instruction, bytes + at, sizeof(instruction));
		if (instruction.code == (BPF_JMP | BPF_CALL) && !instruction.src_reg &&
		    instruction.imm >= 0 && instruction.imm < CODE_HELPERS)
			use->helpers[instruction.imm / 64] |= 1ULL << (instruction.imm % 64);
	}
}

/*
 * Functions of the kernel that do the same as helpers which do more than to look (bpf_trace.c). A symbol whose
 * name cannot be read could be any.
 */
static int code_of_symbols(const struct code_object *object, const Elf64_Shdr *symbols,
			   struct code_use *use)
{
	Elf64_Shdr strings;
	Elf64_Sym symbol;

	if (code_strings(object, symbols->sh_link, &strings))
		return -ENOEXEC;
	for (uint64_t at = 0; at + sizeof(symbol) <= symbols->sh_size; at += sizeof(symbol)) {
		memcpy(&symbol, object->bytes + symbols->sh_offset + at, sizeof(symbol));
		if (symbol.st_name >= strings.sh_size)
			return -ENOEXEC;
		if (symbol.st_shndx == SHN_UNDEF)
			use->signals |= code_is_named(object, &strings, symbol.st_name,
						      "bpf_send_signal_task");
	}
	return 0;
}

static void code_of_btf_ext(const struct code_object *object, const Elf64_Shdr *section,
			    struct code_use *use)
{
	const unsigned char *bytes = object->bytes + section->sh_offset;
	uint32_t header, places;

	if (section->sh_size < CODE_BTF_EXT_PLACES + sizeof(places))
		return;
	memcpy(&header, bytes + CODE_BTF_EXT_HEADER, sizeof(header));
	memcpy(&places, bytes + CODE_BTF_EXT_PLACES, sizeof(places));
	use->relocates |= header >= CODE_BTF_EXT_PLACES + sizeof(places) && places;
}

static int code_of_section(const struct code_object *object, const Elf64_Shdr *section,
			   struct code_use *use)
{
	Elf64_Shdr names;

	if (section->sh_type == SHT_SYMTAB)
		return code_of_symbols(object, section, use);
	if (section->sh_type != SHT_PROGBITS)
		return 0;
	if (section->sh_flags & SHF_EXECINSTR)
		code_of_instructions(object->bytes + section->sh_offset, section->sh_size, use);
	else if (!code_strings(object, object->head.e_shstrndx, &names) &&
		 code_is_named(object, &names, section->sh_name, ".BTF.ext"))
		code_of_btf_ext(object, section, use);
	return 0;
}

int code_read(const void *bytes, size_t size, struct code_use *ret_use)
{
	struct code_object object = { .bytes = bytes, .size = size };
	struct code_use use = { .signals = false };
	int err = code_open(&object);

	for (uint32_t i = 0; !err && i < object.head.e_shnum; i++) {
		Elf64_Shdr section;

		err = code_section(&object, i, &section);
		if (!err)
			err = code_of_section(&object, &section, &use);
	}
	if (!err)
		*ret_use = use;
	return err;
}
