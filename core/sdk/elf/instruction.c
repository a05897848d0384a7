/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel does with the instruction under a uprobe: it emulates jumps, calls, pushes and
 * nops, steps through most others in a copy, and refuses some. A refusal reaches us only where a
 * process has the file mapped already; otherwise the probe is there and never fires. That is why
 * what is refused has to be known beforehand. After arch/x86/kernel/uprobes.c of Linux 6.18, whose
 * answers to each first byte were taken down. And there are some that it takes for others and so runs wrongly,
 * or that do something else in a copy than in their place: they count as refused, too.
 *
 * Lengths are told of what is emulated and of markers; those of all: instruction_length.c.
 */
#include <bpfhost/elf.h>

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "instruction_internal.h"

enum {
	NOP_EMULATED_MAX = 8, /* bytes; longer ones are stepped through */
	PREFIX_OPERAND = 0x66,
	PREFIX_ADDRESS = 0x67,
	REX_MIN = 0x40,
	REX_MAX = 0x4f,
	REX_B = 0x41,
};

static const struct bpfhost_instruction other = { .step = BPFHOST_STEP_SINGLE, .text = "other" };

/* The prefixes that the kernel refuses, whatever stands behind them. */
static const char *bad_prefix(uint8_t byte)
{
	switch (byte) {
	case 0x26:
		return "es";
	case 0x2e:
		return "cs";
	case 0x36:
		return "ss";
	case 0x3e:
		return "ds or notrack";
	case 0xf0:
		return "lock";
	default:
		return NULL;
	}
}

static bool is_good_prefix(uint8_t byte)
{
	return byte == PREFIX_OPERAND || byte == PREFIX_ADDRESS || byte == 0xf2 || byte == 0xf3 ||
	       byte == 0x64 || byte == 0x65;
}

void instruction_read_prefixes(struct instruction_code *code)
{
	for (; code->at < code->size; code->at++) {
		uint8_t byte = code->bytes[code->at];
		const char *bad = bad_prefix(byte);

		if (!bad && !is_good_prefix(byte))
			break;
		if (bad)
			code->bad_prefix = bad;
		code->has_operand_prefix |= byte == PREFIX_OPERAND;
		code->has_address_prefix |= byte == PREFIX_ADDRESS;
		if (byte == 0xf2 || byte == 0xf3)
			code->repeat_prefix = byte;
	}
	if (instruction_byte(code, code->at) >= REX_MIN &&
	    instruction_byte(code, code->at) <= REX_MAX)
		code->rex = code->bytes[code->at++];
}

static struct bpfhost_instruction refused(const char *text)
{
	return (struct bpfhost_instruction){ .step = BPFHOST_STEP_REFUSED, .text = text };
}

static struct bpfhost_instruction known(const struct instruction_code *code, const char *text,
					size_t length, enum bpfhost_step step)
{
	return (struct bpfhost_instruction){
		.length = length <= code->size ? (uint8_t)length : 0,
		.step = (uint8_t)step,
		.text = text,
	};
}

size_t instruction_end_of_address(const struct instruction_code *code, size_t at)
{
	uint8_t modrm = instruction_byte(code, at), mode = modrm >> 6, memory = modrm & 7;
	size_t end = at + 1;
	uint8_t base = memory;

	if (mode == 3)
		return end;
	if (memory == 4)
		base = instruction_byte(code, end++) & 7;
	if (mode == 1)
		return end + 1;
	return mode == 2 || base == 5 ? end + 4 : end;
}

/* 0f 1f /0, the long nop that assemblers fill with. */
static struct bpfhost_instruction long_nop(const struct instruction_code *code)
{
	size_t end = instruction_end_of_address(code, code->at + 2);

	if (code->bad_prefix)
		return known(code, "nop with a segment prefix", end, BPFHOST_STEP_REFUSED);
	return known(code, "nop", end,
		     end <= NOP_EMULATED_MAX ? BPFHOST_STEP_EMULATED : BPFHOST_STEP_SINGLE);
}

static struct bpfhost_instruction marker(const struct instruction_code *code, const char *text,
					 size_t length)
{
	struct bpfhost_instruction instruction = known(code, text, length, BPFHOST_STEP_SINGLE);

	instruction.is_marker = true;
	return instruction;
}

static bool is_endbr(const struct instruction_code *code, uint8_t last)
{
	const uint8_t bytes[] = { 0xf3, 0x0f, 0x1e, last };

	return code->size >= sizeof(bytes) && !memcmp(code->bytes, bytes, sizeof(bytes));
}

/* Branches are emulated, but not 16-bit ones. */
static struct bpfhost_instruction branch(const struct instruction_code *code, const char *text,
					 size_t length)
{
	if (code->has_operand_prefix)
		return refused("16-bit branch");
	return known(code, text, code->at + length, BPFHOST_STEP_EMULATED);
}

/*
 * The kernel answers sldt, str, sgdt, sidt and smsw itself where the processor keeps them from programs. Like a
 * system call, that ends without the trap by which it hears that the copy was stepped through: so what follows it
 * is run in the copy as well, which is wrong for whatever depends on its address.
 */
static bool is_emulated_for_umip(uint8_t second, uint8_t modrm)
{
	uint8_t group = modrm >> 3 & 7;

	return (second == 0x00 && group <= 1) ||
	       (second == 0x01 && (modrm < 0xc0 || group == 4) && (group <= 1 || group == 4));
}

static struct bpfhost_instruction look_extended(const struct instruction_code *code)
{
	uint8_t second = instruction_byte(code, code->at + 1);

	if (code->at + 1 < code->size && second >= 0x80 && second <= 0x8f)
		return branch(code, "jcc", 6);
	if (second == 0x05 || second == 0x34)
		return refused("system call, behind which it would lose its place");
	if (code->at + 2 < code->size &&
	    is_emulated_for_umip(second, instruction_byte(code, code->at + 2)))
		return refused("one that the kernel runs itself");
	if (second == 0x1f && !(instruction_byte(code, code->at + 2) & 0x38))
		return long_nop(code);
	return other;
}

/* Pushes of a register, of the new ones by exactly a REX.B; others are stepped through. */
static struct bpfhost_instruction push(const struct instruction_code *code)
{
	bool is_plain = code->at == (code->rex ? 1 : 0) && (!code->rex || code->rex == REX_B);

	return known(code, "push", code->at + 1,
		     is_plain ? BPFHOST_STEP_EMULATED : BPFHOST_STEP_SINGLE);
}

/* First bytes of no instruction, of privileged ones and of traps. */
static bool is_refused(uint8_t byte)
{
	static const uint8_t bytes[] = {
		0x06, 0x07, 0x0e, 0x16, 0x17, 0x1e, 0x1f, 0x27, 0x2f, 0x37, 0x3f, 0x60, 0x61,
		0x6c, 0x6d, 0x6e, 0x6f, 0x82, 0x9a, 0xcc, 0xcd, 0xce, 0xcf, 0xd4, 0xd6, 0xe4,
		0xe5, 0xe6, 0xe7, 0xea, 0xec, 0xed, 0xee, 0xef, 0xf1, 0xf4, 0xfa, 0xfb,
	};

	return memchr(bytes, byte, sizeof(bytes));
}

static bool is_mov_to_ss(uint8_t opcode, uint8_t modrm)
{
	return opcode == 0x8e && (modrm & 0x38) == 0x10;
}

/*
 * Opcodes that the kernel emulates (branches and nops), or does something for that is wrong behind any other
 * instruction: it lets a return leave the copy in which it was stepped through, and popf keep the trap flag.
 */
static bool is_treated(uint8_t opcode, uint8_t modrm)
{
	static const uint8_t opcodes[] = { 0x90, 0x9d, 0xc2, 0xc3, 0xca, 0xcb, 0xe8, 0xe9, 0xeb };
	uint8_t group = modrm >> 3 & 7;

	return (opcode >= 0x70 && opcode <= 0x7f) || memchr(opcodes, opcode, sizeof(opcodes)) ||
	       (opcode == 0xff && group >= 2 && group <= 5);
}

/*
 * AVX: the opcode stands behind a prefix of 2, 3 or 4 bytes (VEX, EVEX), and is one of another map; but the
 * kernel looks it up among those of one byte. So it refuses "vpxor" (ef) and "vmovdqa" (6f) as the port
 * and string instructions of that number. Worse, "vpbroadcastb" (7a), with which glibc's string functions begin,
 * it takes a probe on and emulates as a jump: the instruction is left out, and the program goes on with what was
 * in the register before. No probe may lie there, whoever asks for it.
 */
static struct bpfhost_instruction look_vector(const struct instruction_code *code, size_t prefix)
{
	uint8_t opcode = instruction_byte(code, code->at + prefix);
	uint8_t modrm = instruction_byte(code, code->at + prefix + 1);

	if (code->at + prefix >= code->size)
		return other;
	if (is_refused(opcode) || is_mov_to_ss(opcode, modrm) || opcode == 0x62 || opcode == 0xd5)
		return refused("AVX");
	return is_treated(opcode, modrm) ? refused("AVX that it would run as something else")
					 : other;
}

/* With REX.B it exchanges registers, which the kernel would leave out as a nop. */
static struct bpfhost_instruction nop(const struct instruction_code *code)
{
	if (code->rex & 1)
		return refused("xchg that it takes for a nop");
	return known(code, code->repeat_prefix ? "pause" : "nop", code->at + 1,
		     BPFHOST_STEP_EMULATED);
}

static struct bpfhost_instruction look_opcode(const struct instruction_code *code)
{
	uint8_t opcode = code->bytes[code->at];

	switch (opcode) {
	case 0xc5:
		return look_vector(code, 2);
	case 0xc4:
		return look_vector(code, 3);
	case 0x62:
		return look_vector(code, 4);
	case 0x8f: /* XOP where this is no pop, which has a zero there; older kernels do not know it */
		return instruction_byte(code, code->at + 1) & 0x38 ? refused("XOP") : other;
	case 0xd5: /* REX2: known to new kernels, which look up what stands behind it as for AVX */
		return refused("APX");
	case INSTRUCTION_EXTENDED:
		return look_extended(code);
	case 0x90:
		return nop(code);
	case 0x9c: /* the flag by which its copy is stepped through would be among those it pushes */
		return refused("pushf");
	case 0xc7: /* relative to where it stands, and nothing corrects that */
		return instruction_byte(code, code->at + 1) == 0xf8 ? refused("xbegin") : other;
	case 0xeb:
		return branch(code, "jmp", 2);
	case 0xe9:
		return branch(code, "jmp", 5);
	case 0xe8:
		return branch(code, "call", 5);
	case 0xcc:
		return refused("int3");
	case 0xcd:
		return refused("int");
	case 0xf4:
		return refused("hlt");
	case 0x8e: /* to the stack segment */
		return is_mov_to_ss(opcode, instruction_byte(code, code->at + 1))
			       ? refused("mov to ss")
			       : other;
	}
	if (opcode >= 0x50 && opcode <= 0x57)
		return push(code);
	if (opcode >= 0x70 && opcode <= 0x7f)
		return branch(code, "jcc", 2);
	return is_refused(opcode) ? refused("no instruction of a program") : other;
}

static struct bpfhost_instruction look_x86(const uint8_t *bytes, size_t size)
{
	struct instruction_code code = { .bytes = bytes, .size = size };

	if (is_endbr(&code, 0xfa))
		return marker(&code, "endbr64", 4);
	if (is_endbr(&code, 0xfb))
		return marker(&code, "endbr32", 4);
	instruction_read_prefixes(&code);
	if (code.bad_prefix && instruction_byte(&code, code.at) == INSTRUCTION_EXTENDED &&
	    instruction_byte(&code, code.at + 1) == 0x1f)
		return long_nop(&code);
	if (code.bad_prefix)
		return refused(code.bad_prefix);
	return code.at < code.size ? look_opcode(&code) : other;
}

static struct bpfhost_instruction look_arm64(const uint8_t *bytes, size_t size)
{
	struct instruction_code code = { .bytes = bytes, .size = size };
	uint32_t word;

	if (size < sizeof(word))
		return other;
	word = bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
	if (word == 0xd503201f)
		return known(&code, "nop", 4, BPFHOST_STEP_SINGLE);
	if ((word & 0xffffff3f) == 0xd503241f) /* with its targets: none, c, j, jc */
		return marker(&code, "bti", 4);
	return known(&code, "other", 4, BPFHOST_STEP_SINGLE);
}

int bpfhost_instruction_look(uint16_t machine, const void *code, size_t size,
			     struct bpfhost_instruction *ret_instruction)
{
	switch (machine) {
	case EM_X86_64:
		*ret_instruction = look_x86(code, size);
		return 0;
	case EM_AARCH64:
		*ret_instruction = look_arm64(code, size);
		return 0;
	default:
		return -ENOTSUP;
	}
}
