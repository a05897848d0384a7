/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where instructions begin is not known for certain, as there may be data among them, so each byte is taken for
 * the begin of a jump: none is missed then, and one that is no jump is of no harm but that a probe stays where
 * it is dearer. (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2: Jcc, JMP, LOOP,
 * JCXZ.) A jump by a register leads to no place that early: tables of a switch come behind its test.
 */
#include "jump.h"

#include <elf.h>
#include <stdlib.h>

#define JUMP_SIZE_UNKNOWN 1024  /* bytes that are looked at where the symbol does not tell */
#define JUMP_SIZE_MAX     65536 /* and at most: what is larger is taken to jump there */

static bool jump_is_in(const unsigned char *code, size_t size, int64_t place)
{
	for (size_t i = 0; i < size; i++) {
		int32_t distance;
		size_t length = bpfhost_instruction_jump(code + i, size - i, &distance);

		if (length && (int64_t)(i + length) + distance == place)
			return true;
	}
	return false;
}

bool uprobe_jump_may_lead(const struct bpfhost_elf *elf, uint64_t begin, uint64_t size,
			  uint64_t place)
{
	size_t most = size ? size : JUMP_SIZE_UNKNOWN;
	unsigned char *code;
	int64_t got;
	bool leads;

	if (bpfhost_elf_info(elf)->machine != EM_X86_64 || size > JUMP_SIZE_MAX)
		return true;
	code = malloc(most);
	got = code ? bpfhost_elf_read(elf, begin, code, most) : -1;
	leads = got < 0 || jump_is_in(code, (size_t)got, (int64_t)(place - begin));
	free(code);
	return leads;
}
