/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A program that writes into the memory of the traced one, changes what a function returns, or sends a
 * signal does more than to look. Whether one does stands in its instructions: each call of a helper has
 * that helper's number in it (include/uapi/linux/bpf.h), and calls of functions of the kernel have an
 * undefined symbol. Sections of programs are known as libbpf knows them: bits to execute, in the file.
 *
 * This guards against a plugin that does so by mistake, or whose users do not know. One that wants to hide
 * it can load another object.
 */
#include "loader/changes.h"

#include <elf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <string.h>

#include <bpfhost/plugin.h>

#include "loader/descriptor.h"

struct changes_object {
	const unsigned char *bytes;
	size_t size;
	Elf64_Ehdr head;
};

static bool changes_within(const struct changes_object *object, uint64_t offset, uint64_t size)
{
	return offset <= object->size && size <= object->size - offset;
}

static int changes_open(struct changes_object *object)
{
	const Elf64_Ehdr *head = &object->head;

	if (!changes_within(object, 0, sizeof(*head)))
		return -ENOEXEC;
	memcpy(&object->head, object->bytes, sizeof(*head));
	if (memcmp(head->e_ident, ELFMAG, SELFMAG) || head->e_ident[EI_CLASS] != ELFCLASS64 ||
	    head->e_ident[EI_DATA] != ELFDATA2LSB || head->e_shentsize != sizeof(Elf64_Shdr))
		return -ENOEXEC;
	/* None has 65280 sections, whose number would stand elsewhere. */
	if (!head->e_shnum || head->e_shnum >= SHN_LORESERVE ||
	    !changes_within(object, head->e_shoff, (uint64_t)head->e_shnum * sizeof(Elf64_Shdr)))
		return -ENOEXEC;
	return 0;
}

static int changes_section(const struct changes_object *object, uint32_t index,
			   Elf64_Shdr *ret_section)
{
	memcpy(ret_section, object->bytes + object->head.e_shoff + index * sizeof(*ret_section),
	       sizeof(*ret_section));
	if (ret_section->sh_type == SHT_NOBITS)
		return 0;
	return changes_within(object, ret_section->sh_offset, ret_section->sh_size) ? 0 : -ENOEXEC;
}

static uint64_t changes_of_helper(int32_t helper)
{
	switch (helper) {
	case BPF_FUNC_probe_write_user:
		return BPFHOST_NEED_WRITE_USER;
	case BPF_FUNC_override_return:
		return BPFHOST_NEED_OVERRIDE;
	case BPF_FUNC_send_signal:
	case BPF_FUNC_send_signal_thread:
		return BPFHOST_NEED_SIGNAL;
	}
	return 0;
}

static uint64_t changes_of_code(const unsigned char *bytes, uint64_t size)
{
	struct bpf_insn instruction;
	uint64_t used = 0;

	for (uint64_t at = 0; at + sizeof(instruction) <= size; at += sizeof(instruction)) {
		memcpy(&instruction, bytes + at, sizeof(instruction));
		if (instruction.code == (BPF_JMP | BPF_CALL) && !instruction.src_reg)
			used |= changes_of_helper(instruction.imm);
	}
	return used;
}

/* Functions of the kernel that do the same (kernel/trace/bpf_trace.c). */
static uint64_t changes_of_name(const char *name, uint64_t room)
{
	static const char sends[] = "bpf_send_signal_task";

	return room >= sizeof(sends) && !memcmp(name, sends, sizeof(sends)) ? BPFHOST_NEED_SIGNAL
									    : 0;
}

/* A symbol whose name cannot be read could be any. */
static int changes_of_symbols(const struct changes_object *object, const Elf64_Shdr *symbols,
			      uint64_t *used)
{
	Elf64_Shdr strings;
	Elf64_Sym symbol;

	if (symbols->sh_link >= object->head.e_shnum ||
	    changes_section(object, symbols->sh_link, &strings) || strings.sh_type != SHT_STRTAB)
		return -ENOEXEC;
	for (uint64_t at = 0; at + sizeof(symbol) <= symbols->sh_size; at += sizeof(symbol)) {
		memcpy(&symbol, object->bytes + symbols->sh_offset + at, sizeof(symbol));
		if (symbol.st_name >= strings.sh_size)
			return -ENOEXEC;
		if (symbol.st_shndx == SHN_UNDEF)
			*used |= changes_of_name((const char *)object->bytes + strings.sh_offset +
							 symbol.st_name,
						 strings.sh_size - symbol.st_name);
	}
	return 0;
}

static int changes_of_section(const struct changes_object *object, const Elf64_Shdr *section,
			      uint64_t *used)
{
	if (section->sh_type == SHT_SYMTAB)
		return changes_of_symbols(object, section, used);
	if (section->sh_type == SHT_PROGBITS && section->sh_flags & SHF_EXECINSTR)
		*used |= changes_of_code(object->bytes + section->sh_offset, section->sh_size);
	return 0;
}

int changes_read(const void *bytes, size_t size, uint64_t *ret_used, struct bpfhost_error *why)
{
	struct changes_object object = { .bytes = bytes, .size = size };
	uint64_t used = 0;
	int err = changes_open(&object);

	for (uint32_t i = 0; !err && i < object.head.e_shnum; i++) {
		Elf64_Shdr section;

		err = changes_section(&object, i, &section);
		if (!err)
			err = changes_of_section(&object, &section, &used);
	}
	if (err)
		bpfhost_error_set(why, 0, "its BPF object cannot be looked through: %s",
				  strerror(-err));
	else
		*ret_used = used;
	return err;
}

static const char *changes_word(uint64_t bits)
{
	return descriptor_need_name((unsigned int)__builtin_ctzll(bits));
}

static const char *changes_meaning(uint64_t bits)
{
	if (bits & BPFHOST_NEED_WRITE_USER)
		return "write into the memory of what they trace";
	return bits & BPFHOST_NEED_OVERRIDE ? "change what functions of the kernel return"
					    : "send signals to what they trace";
}

int changes_check(uint64_t used, uint64_t declared, uint64_t granted, struct bpfhost_error *err)
{
	uint64_t hidden = used & ~declared & CHANGES_ALL;
	uint64_t refused = declared & ~granted & CHANGES_ALL;

	if (hidden)
		bpfhost_error_set(err, 0, "its programs %s, and it does not declare %s",
				  changes_meaning(hidden), changes_word(hidden));
	else if (refused)
		bpfhost_error_set(err, 0,
				  "its programs %s; --allow %s behind its --plugin, or "
				  "allow = [\"%s\"] in its group of the file, lets them",
				  changes_meaning(refused), changes_word(refused),
				  changes_word(refused));
	return hidden || refused ? -EPERM : 0;
}
