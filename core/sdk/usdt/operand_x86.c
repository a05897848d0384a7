/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Operands of x86-64 in AT&T syntax: $5, %eax, -4(%rbp), array+8(,%rbx,8), counter(%rip).
 */
#include "operand.h"

#include <string.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

enum { X86_RSP = 152 };

struct x86_register {
	uint16_t base;
	uint8_t size;
	uint8_t shift;
};

/* Columns: 8, 4, 2 and 1 bytes, and the second lowest byte. */
static const struct {
	uint16_t base;
	char names[5][4];
} legacy[] = {
	{ 80, { "rax", "eax", "ax", "al", "ah" } },
	{ 40, { "rbx", "ebx", "bx", "bl", "bh" } },
	{ 88, { "rcx", "ecx", "cx", "cl", "ch" } },
	{ 96, { "rdx", "edx", "dx", "dl", "dh" } },
	{ 104, { "rsi", "esi", "si", "sil", "" } },
	{ 112, { "rdi", "edi", "di", "dil", "" } },
	{ 32, { "rbp", "ebp", "bp", "bpl", "" } },
	{ X86_RSP, { "rsp", "esp", "sp", "spl", "" } },
	{ USDT_X86_IP, { "rip", "eip", "", "", "" } },
};

static bool find_legacy(const char *name, struct x86_register *ret_register)
{
	static const uint8_t sizes[] = { 8, 4, 2, 1, 1 };

	for (size_t i = 0; i < ARRAY_SIZE(legacy); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(sizes); j++) {
			if (strcmp(name, legacy[i].names[j]) != 0)
				continue;
			ret_register->base = legacy[i].base;
			ret_register->size = sizes[j];
			ret_register->shift = j == 4 ? 8 : 0;
			return true;
		}
	}
	return false;
}

/* r8 to r15, which are numbered regularly: r15 lies at 0, but the scratch ones r11 to r8 behind rbx. */
static bool find_numbered(const char *name, struct x86_register *ret_register)
{
	static const uint16_t bases[] = { 72, 64, 56, 48, 24, 16, 8, 0 };
	unsigned int number;
	uint8_t size;

	if (name[0] != 'r' || name[1] < '0' || name[1] > '9')
		return false;
	number = (unsigned int)(name[1] - '0');
	name += 2;
	if (number == 1 && *name >= '0' && *name <= '5')
		number = 10 + (unsigned int)(*name++ - '0');
	if (number < 8 || (*name && name[1]))
		return false;
	size = !*name ? 8 : *name == 'd' ? 4 : *name == 'w' ? 2 : *name == 'b' || *name == 'l';
	if (!size)
		return false;
	*ret_register = (struct x86_register){ .base = bases[number - 8], .size = size };
	return true;
}

static bool take_register(const char **at, struct x86_register *ret_register)
{
	char name[8];

	if (!usdt_accept(at, '%') || !usdt_take_word(at, name, sizeof(name)))
		return false;
	return find_legacy(name, ret_register) || find_numbered(name, ret_register);
}

/* The number before "@" says how much of it, also where the name is a wider or narrower one. */
static bool read_register(const char *at, struct bpfhost_argument *argument)
{
	struct x86_register reg;

	if (!take_register(&at, &reg) || *at)
		return false;
	usdt_set_register(argument, reg.base, reg.size);
	argument->shift = reg.shift;
	return !reg.shift || argument->size == 1;
}

static bool read_constant(const char *at, struct bpfhost_argument *argument)
{
	int64_t value;

	if (!usdt_accept(&at, '$') || !usdt_take_number(&at, &value) || *at)
		return false;
	usdt_set_constant(argument, value);
	return true;
}

/* Only whole registers: an address out of %eax is one of 32 bits, which cannot be expressed. */
static bool take_whole_register(const char **at, uint16_t *ret_base)
{
	struct x86_register reg;

	if (!take_register(at, &reg) || reg.size != 8)
		return false;
	*ret_base = reg.base;
	return true;
}

static bool take_scale(const char **at, uint8_t *ret_shift)
{
	int64_t scale;

	usdt_skip_space(at);
	if (!usdt_take_number(at, &scale))
		return false;
	if (scale != 1 && scale != 2 && scale != 4 && scale != 8)
		return false;
	*ret_shift = (uint8_t)__builtin_ctzll((uint64_t)scale);
	return true;
}

/* "base)", "base,index)", ",index,scale)" */
static bool take_registers(const char **at, struct bpfhost_argument *argument)
{
	bool has_base = !usdt_accept(at, ',');

	if (has_base && !take_whole_register(at, &argument->base))
		return false;
	if (has_base && usdt_accept(at, ')'))
		return true;
	if (has_base && !usdt_accept(at, ','))
		return false;
	if (!take_whole_register(at, &argument->index) || argument->index == X86_RSP ||
	    argument->index == USDT_X86_IP || argument->base == USDT_X86_IP)
		return false;
	if (usdt_accept(at, ',') && !take_scale(at, &argument->shift))
		return false;
	return usdt_accept(at, ')');
}

static bool read_memory(const char *at, struct bpfhost_usdt_argument *argument)
{
	int64_t displacement = 0;

	if (*at != '(' && !usdt_take_sum(&at, &displacement, argument->symbol))
		return false;
	if (*at == '(') {
		at++;
		if (!take_registers(&at, &argument->argument))
			return false;
	}
	return !*at && usdt_set_memory(argument, displacement, USDT_X86_IP);
}

bool usdt_operand_x86(const char *text, struct bpfhost_usdt_argument *argument)
{
	if (*text == '$')
		return read_constant(text, &argument->argument);
	if (*text == '%')
		return read_register(text, &argument->argument);
	return read_memory(text, argument);
}
