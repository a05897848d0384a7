/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How long an instruction is, without knowing what it does: Intel 64 and IA-32 Architectures Software Developer's
 * Manual, volume 2, appendix A (opcode maps) and chapter 2 (prefixes, VEX, EVEX); AMD64 Architecture
 * Programmer's Manual, volume 3 (XOP). In 64-bit mode.
 *
 * What has no length for certain is an error, so that who decodes data that lies between instructions
 * comes to one soon: bytes of no instruction, APX, and branches of which processors differ.
 */
#include <bpfhost/elf.h>

#include <elf.h>
#include <errno.h>

#include "instruction_internal.h"

enum {
	LENGTH_MAX = 15, /* bytes; more are a fault of the program */
	LENGTH_ARM64 = 4,
	REX_W = 0x08,
	EVEX = 0x62,
	THREE_BYTES_38 = 0x38,
	THREE_BYTES_3A = 0x3a,
	/* VEX and EVEX have the same numbers. */
	MAP_0F = 1,
	MAP_0F38 = 2,
	MAP_0F3A = 3,
	MAP_FP16 = 5,
	MAP_FP16_MORE = 6,
	MAP_XOP_IMMEDIATE = 8,
	MAP_XOP = 9,
	MAP_XOP_WIDE = 10,
};

/*
 * What follows an opcode: . nothing, m ModRM, b a byte, w two, z four or with an operand prefix two, v the same
 * or with REX.W eight, B and Z the same behind ModRM, j the distance of a branch, a an address, e two bytes and
 * one, g and G a byte and z behind ModRM of test alone, q extrq and insertq, x no opcode, E ModRM behind EVEX and
 * no opcode else.
 */
static const char one_byte[] = "mmmmbzxxmmmmbzxx" /* 00 */
			       "mmmmbzxxmmmmbzxx"
			       "mmmmbzxxmmmmbzxx"
			       "mmmmbzxxmmmmbzxx"
			       "xxxxxxxxxxxxxxxx" /* 40 */
			       "................"
			       "xxxmxxxxzZbB...."
			       "bbbbbbbbbbbbbbbb"
			       "BZxBmmmmmmmmmmmm" /* 80 */
			       "..........x....."
			       "aaaa....bz......"
			       "bbbbbbbbvvvvvvvv"
			       "BBw.xxBZe.w..bx." /* c0 */
			       "mmmmxxx.mmmmmmmm"
			       "bbbbbbbbjjxb...."
			       "x.xx..gG......mm";

static const char two_bytes[] = "mmmmx.....x.xm.B" /* 0f 00 */
				"mmmmmmmmmmmmmmmm"
				"xxxxxxxxmmmmmmmm"
				"......x.xxxxxxxx"
				"mmmmmmmmmmmmmmmm" /* 0f 40 */
				"mmmmmmmmmmmmmmmm"
				"mmmmmmmmmmmmmmmm"
				"BBBBmmm.qmEEmmmm"
				"jjjjjjjjjjjjjjjj" /* 0f 80 */
				"mmmmmmmmmmmmmmmm"
				"...mBmmm...mBmmm"
				"mmmmmmmmmmBmmmmm"
				"mmBmBBBm........" /* 0f c0 */
				"mmmmmmmmmmmmmmmm"
				"mmmmmmmmmmmmmmmm"
				"mmmmmmmmmmmmmmmm";

/* One of a group of opcodes that ModRM tells apart and that is not full. */
static bool is_in_group(uint8_t opcode, uint8_t modrm)
{
	uint8_t member = modrm >> 3 & 7;

	switch (opcode) {
	case 0x8f:
		return member == 0;
	case 0xc6:
	case 0xc7: /* and xabort, xbegin */
		return member == 0 || modrm == 0xf8;
	case 0xfe:
		return member <= 1;
	case 0xff:
		return member <= 6;
	default:
		return true;
	}
}

static size_t size_of_operand(const struct instruction_code *code)
{
	return code->has_operand_prefix && !(code->rex & REX_W) ? 2 : 4;
}

/* at: behind the opcode. 0: none. */
static size_t end_of_operands(const struct instruction_code *code, char kind, size_t at)
{
	size_t address = instruction_end_of_address(code, at);
	bool is_test = !(instruction_byte(code, at) >> 3 & 6);

	switch (kind) {
	case '.':
		return at;
	case 'm':
		return address;
	case 'b':
		return at + 1;
	case 'B':
		return address + 1;
	case 'w':
		return at + 2;
	case 'z':
		return at + size_of_operand(code);
	case 'Z':
		return address + size_of_operand(code);
	case 'v':
		return at + (code->rex & REX_W ? 8 : size_of_operand(code));
	case 'a':
		return at + (code->has_address_prefix ? 4 : 8);
	case 'e':
		return at + 3;
	case 'g':
		return address + (is_test ? 1 : 0);
	case 'G':
		return address + (is_test ? size_of_operand(code) : 0);
	case 'q':
		return address + (code->has_operand_prefix || code->repeat_prefix == 0xf2 ? 2 : 0);
	case 'j': /* AMD's heed the prefix, Intel's do not */
		return size_of_operand(code) == 4 ? at + 4 : 0;
	default:
		return 0;
	}
}

/* Opcode at at. Prefixes that choose among opcodes are part of VEX, EVEX and XOP, and may not stand before. */
static size_t end_of_vector(const struct instruction_code *code, uint8_t map, size_t at)
{
	uint8_t opcode = instruction_byte(code, at);
	char kind = map == MAP_0F ? two_bytes[opcode] : 'm';
	bool is_evex = instruction_byte(code, code->at) == EVEX;
	size_t immediate = 0;

	if (code->rex || code->has_operand_prefix || code->repeat_prefix)
		return 0;
	if (map == MAP_0F3A || map == MAP_XOP_IMMEDIATE || kind == 'B')
		immediate = 1;
	else if (map == MAP_XOP_WIDE)
		immediate = 4;
	else if (kind != 'm' && kind != 'q' && !(kind == 'E' && is_evex))
		return kind == '.' && opcode == 0x77 ? at + 1 : 0;
	return instruction_end_of_address(code, at + 1) + immediate;
}

static size_t end_of_vex(const struct instruction_code *code, size_t at)
{
	uint8_t map = instruction_byte(code, at + 1) & 0x1f;

	return map >= MAP_0F && map <= MAP_0F3A ? end_of_vector(code, map, at + 3) : 0;
}

static size_t end_of_xop(const struct instruction_code *code, size_t at)
{
	uint8_t map = instruction_byte(code, at + 1) & 0x1f;

	return map <= MAP_XOP_WIDE ? end_of_vector(code, map, at + 3) : 0;
}

/* Bits that are fixed tell it from what new processors make of it (APX). */
static size_t end_of_evex(const struct instruction_code *code, size_t at)
{
	uint8_t map = instruction_byte(code, at + 1) & 0x0f;
	bool is_known =
		(map >= MAP_0F && map <= MAP_0F3A) || map == MAP_FP16 || map == MAP_FP16_MORE;

	if (!is_known || !(instruction_byte(code, at + 2) & 0x04) ||
	    (map == MAP_0F && instruction_byte(code, at + 4) == 0x77))
		return 0;
	return end_of_vector(code, map, at + 4);
}

static size_t end_of_extended(const struct instruction_code *code, size_t at)
{
	uint8_t opcode = instruction_byte(code, at + 1);

	if (opcode == THREE_BYTES_38)
		return end_of_operands(code, 'm', at + 3);
	if (opcode == THREE_BYTES_3A)
		return end_of_operands(code, 'B', at + 3);
	return end_of_operands(code, two_bytes[opcode], at + 2);
}

static size_t end_of_opcode(const struct instruction_code *code, size_t at)
{
	uint8_t opcode = code->bytes[at], next = instruction_byte(code, at + 1);

	if ((opcode == 0xc4 || opcode == EVEX) && at + 2 >= code->size)
		return code->size + 1;
	switch (opcode) {
	case INSTRUCTION_EXTENDED:
		return end_of_extended(code, at);
	case 0xc4:
		return end_of_vex(code, at);
	case 0xc5:
		return end_of_vector(code, MAP_0F, at + 2);
	case EVEX:
		return end_of_evex(code, at);
	case 0x8f:
		if ((next & 0x1f) >= MAP_XOP_IMMEDIATE)
			return end_of_xop(code, at);
		break;
	}
	return is_in_group(opcode, next) ? end_of_operands(code, one_byte[opcode], at + 1) : 0;
}

static int length_x86(const uint8_t *bytes, size_t size)
{
	struct instruction_code code = { .bytes = bytes, .size = size };
	size_t end;

	instruction_read_prefixes(&code);
	if (code.at >= size)
		return size < LENGTH_MAX ? -ENODATA : -EILSEQ;
	end = end_of_opcode(&code, code.at);
	if (end > size && size < LENGTH_MAX)
		return -ENODATA;
	return end && end <= LENGTH_MAX ? (int)end : -EILSEQ;
}

int bpfhost_instruction_length(uint16_t machine, const void *code, size_t size)
{
	switch (machine) {
	case EM_X86_64:
		return length_x86(code, size);
	case EM_AARCH64:
		return size >= LENGTH_ARM64 ? LENGTH_ARM64 : -ENODATA;
	default:
		return -ENOTSUP;
	}
}
