/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where instructions begin is not known without decoding all of them, so each byte is taken for the begin
 * of a jump: none is missed then, and one that is no jump is of no harm but that a probe stays where
 * it is dearer. (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2: Jcc, JMP, LOOP,
 * JCXZ.) A jump by a register leads to no place that early: tables of a switch come behind its test.
 */
#include "jump.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define JUMP_SIZE_UNKNOWN 1024  /* bytes that are looked at where the symbol does not tell */
#define JUMP_SIZE_MAX     65536 /* and at most: what is larger is taken to jump there */

/* The length of a jump with a distance of one or four bytes behind its code; 0: none. */
static uint32_t jump_length(const unsigned char *code, size_t size, uint32_t *ret_width)
{
	bool is_short = (code[0] & 0xf0) == 0x70 || (code[0] & 0xfc) == 0xe0 || code[0] == 0xeb;
	bool is_two = size > 1 && code[0] == 0x0f && (code[1] & 0xf0) == 0x80;
	uint32_t length;

	if (!is_short && !is_two && code[0] != 0xe9)
		return 0;
	*ret_width = is_short ? 1 : 4;
	length = 1U + is_two + *ret_width;
	return length <= size ? length : 0;
}

static int64_t jump_distance(const unsigned char *at, uint32_t width)
{
	int32_t distance;

	if (width == 1)
		return (int8_t)at[0];
	memcpy(&distance, at, sizeof(distance));
	return distance;
}

static bool jump_is_in(const unsigned char *code, size_t size, int64_t place)
{
	for (size_t i = 0; i < size; i++) {
		uint32_t width, length = jump_length(code + i, size - i, &width);

		if (length &&
		    (int64_t)(i + length) + jump_distance(code + i + length - width, width) ==
			    place)
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
