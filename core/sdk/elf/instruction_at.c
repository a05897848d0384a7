/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * In which instruction of a function a byte lies: known only by decoding one after the other from the begin on.
 * Data between them (tables, constants of hand-written assembly) may be taken for instructions, and then
 * it ends behind their begin. Most data soon has bytes that are none. And code that is decoded rightly
 * jumps to where instructions begin: where one jump does not, nothing is said.
 */
#include <bpfhost/elf.h>

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "instruction_internal.h"

enum { JUMP_SHORT = 2, JUMP_LONG = 5, JUMP_CONDITIONAL = 6, LOCK = 0xf0 };

struct function {
	uint16_t machine;
	const uint8_t *code;
	size_t size;
};

size_t bpfhost_instruction_jump(const void *code, size_t size, int32_t *ret_distance)
{
	const uint8_t *bytes = code;
	uint8_t first = size ? bytes[0] : 0, second = size > 1 ? bytes[1] : 0;
	size_t length = 0;

	if ((first & 0xf0) == 0x70 || (first & 0xfc) == 0xe0 || first == 0xeb)
		length = JUMP_SHORT;
	else if (first == 0xe9)
		length = JUMP_LONG;
	else if (first == INSTRUCTION_EXTENDED && (second & 0xf0) == 0x80)
		length = JUMP_CONDITIONAL;
	if (!length || length > size)
		return 0;
	if (length == JUMP_SHORT)
		*ret_distance = (int8_t)second;
	else
		memcpy(ret_distance, bytes + length - sizeof(*ret_distance), sizeof(*ret_distance));
	return length;
}

/* Zeros would be an addition to the byte at %rax, which nobody makes, and are common in data. */
static int length_at(const struct function *function, size_t at)
{
	const uint8_t *code = function->code + at;
	size_t left = function->size - at;

	if (function->machine == EM_X86_64 && left > 1 && !code[0] && !code[1])
		return -EILSEQ;
	return bpfhost_instruction_length(function->machine, code, left);
}

/* Marks where instructions begin, up to what is none. Where that is. */
static size_t mark_begins(const struct function *function, bool *begins)
{
	size_t at = 0;
	int length;

	while (at < function->size && (length = length_at(function, at)) > 0) {
		begins[at] = true;
		at += (size_t)length;
	}
	return at;
}

/* Programs that have one thread alone jump over the prefix that locks the bus. */
static bool may_be_jumped_to(const struct function *function, const bool *begins, int64_t at)
{
	return begins[at] || (at && begins[at - 1] && function->code[at - 1] == LOCK);
}

static bool jumps_lead_to_begins(const struct function *function, const bool *begins, size_t end)
{
	for (size_t at = 0; at < end; at++) {
		int32_t distance;
		size_t length = begins[at] ? bpfhost_instruction_jump(function->code + at, end - at,
								      &distance)
					   : 0;
		int64_t target = length ? (int64_t)(at + length) + distance : -1;

		if (target >= 0 && target < (int64_t)end &&
		    !may_be_jumped_to(function, begins, target))
			return false;
	}
	return true;
}

static int check_jumps(const struct function *function)
{
	bool *begins = calloc(function->size, sizeof(*begins));
	bool leads;

	if (!begins)
		return -ENOMEM;
	leads = jumps_lead_to_begins(function, begins, mark_begins(function, begins));
	free(begins);
	return leads ? 0 : -EILSEQ;
}

int bpfhost_instruction_at(uint16_t machine, const void *code, size_t size, size_t at,
			   struct bpfhost_instruction_span *ret_span)
{
	const struct function function = { machine, code, size };
	size_t begin = 0;

	if (at >= size)
		return -ENODATA;
	for (;;) {
		int length = length_at(&function, begin);
		int ret = 0;

		if (length < 0)
			return length;
		if (at - begin >= (size_t)length) {
			begin += (size_t)length;
			continue;
		}
		if (at != begin && machine == EM_X86_64)
			ret = check_jumps(&function);
		if (!ret)
			*ret_span = (struct bpfhost_instruction_span){ begin, (uint8_t)length };
		return ret;
	}
}
