/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How an instruction of x86-64 begins, and where its address ends: what it is and how long both need that. */
#ifndef INSTRUCTION_INTERNAL_H
#define INSTRUCTION_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INSTRUCTION_EXTENDED = 0x0f };

struct instruction_code {
	const uint8_t *bytes;
	size_t size;
	size_t at; /* behind the prefixes */
	bool has_operand_prefix;
	bool has_address_prefix;
	uint8_t repeat_prefix; /* the last one; 0: none */
	uint8_t rex;           /* 0: none */
	/* One that the kernel takes no probe on, whatever stands behind it. */
	const char *bad_prefix;
};

/* 0 behind the end. */
static inline uint8_t instruction_byte(const struct instruction_code *code, size_t at)
{
	return at < code->size ? code->bytes[at] : 0;
}

void instruction_read_prefixes(struct instruction_code *code);
/* Where an instruction ends whose ModRM byte stands at at and is its last part, but for its address; may be
 * behind the end of what is known. */
size_t instruction_end_of_address(const struct instruction_code *code, size_t at);

#endif
