/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Operands of aarch64: 5, x0, w1, [sp, 60], [x1, x2, lsl 3], as gcc writes them, and with the "#"
 * that clang puts before each number.
 */
#include "operand.h"

#include <string.h>

enum { ARM64_SP = 248 };

struct arm64_register {
	uint16_t base; /* NOWHERE: the one that is always zero */
	uint8_t size;
};

static bool find_named(const char *name, struct arm64_register *ret_register)
{
	static const struct {
		char name[4];
		struct arm64_register reg;
	} named[] = {
		{ "sp", { ARM64_SP, 8 } },
		{ "wsp", { ARM64_SP, 4 } },
		{ "xzr", { BPFHOST_ARGUMENT_NOWHERE, 8 } },
		{ "wzr", { BPFHOST_ARGUMENT_NOWHERE, 4 } },
		{ "fp", { 29 * 8, 8 } },
		{ "lr", { 30 * 8, 8 } },
		{ "pc", { USDT_ARM64_PC, 8 } },
	};

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (!strcmp(name, named[i].name)) {
			*ret_register = named[i].reg;
			return true;
		}
	}
	return false;
}

/* x0 to x30 and their lower halves w0 to w30 */
static bool find_numbered(const char *name, struct arm64_register *ret_register)
{
	const char *digits = name + 1;
	int64_t number;

	if ((*name != 'x' && *name != 'w') || (digits[0] == '0' && digits[1]))
		return false;
	if (!usdt_take_number(&digits, &number) || *digits || number < 0 || number > 30)
		return false;
	*ret_register = (struct arm64_register){
		.base = (uint16_t)(number * 8),
		.size = *name == 'x' ? 8 : 4,
	};
	return true;
}

static bool take_register(const char **at, struct arm64_register *ret_register)
{
	const char *p = *at;
	char name[8];

	if (!usdt_take_word(&p, name, sizeof(name)))
		return false;
	if (!find_named(name, ret_register) && !find_numbered(name, ret_register))
		return false;
	*at = p;
	return true;
}

static bool take_number(const char **at, int64_t *ret_number)
{
	usdt_accept(at, '#');
	usdt_skip_space(at);
	return usdt_take_number(at, ret_number);
}

static bool read_register(const char *at, struct bpfhost_argument *argument)
{
	struct arm64_register reg;

	if (!take_register(&at, &reg) || *at)
		return false;
	if (reg.base == BPFHOST_ARGUMENT_NOWHERE) {
		argument->size = argument->size ? argument->size : reg.size;
		usdt_set_constant(argument, 0);
	} else {
		usdt_set_register(argument, reg.base, reg.size);
	}
	return true;
}

static bool read_constant(const char *at, struct bpfhost_argument *argument)
{
	int64_t value;

	if (!take_number(&at, &value) || *at)
		return false;
	usdt_set_constant(argument, value);
	return true;
}

/* ", lsl 3" behind an index; sxtx does the same. uxtw and sxtw take half of the register: that
 * cannot be expressed. */
static bool take_shift(const char **at, uint8_t *ret_shift)
{
	int64_t shift = 0;
	char word[8];

	if (!usdt_accept(at, ','))
		return true;
	if (!usdt_take_word(at, word, sizeof(word)))
		return false;
	if (!strcmp(word, "lsl") ? !take_number(at, &shift) : strcmp(word, "sxtx") != 0)
		return false;
	if (**at != ']' && !take_number(at, &shift))
		return false;
	*ret_shift = (uint8_t)shift;
	return shift >= 0 && shift <= 4;
}

/* What stands behind the base: a number or a register. */
static bool take_index(const char **at, struct bpfhost_argument *argument, int64_t *displacement)
{
	struct arm64_register reg;

	if (!usdt_accept(at, ','))
		return true;
	if (!take_register(at, &reg))
		return take_number(at, displacement);
	argument->index = reg.base;
	return reg.size == 8 && reg.base < ARM64_SP && take_shift(at, &argument->shift);
}

static bool read_memory(const char *at, struct bpfhost_usdt_argument *argument)
{
	struct arm64_register reg;
	int64_t displacement = 0;

	if (!usdt_accept(&at, '[') || !take_register(&at, &reg))
		return false;
	if (reg.size != 8 || reg.base > ARM64_SP)
		return false;
	argument->argument.base = reg.base;
	if (!take_index(&at, &argument->argument, &displacement))
		return false;
	return usdt_accept(&at, ']') && !*at &&
	       usdt_set_memory(argument, displacement, USDT_ARM64_PC);
}

/* d0, v31, s7.s[0]: registers that BPF cannot see. Not every such name exists, but none is a symbol. */
static bool is_vector_register(const char *text)
{
	return strchr("bhsdqvzpxw", *text) && text[1] >= '0' && text[1] <= '9';
}

/* A name that is no register's is memory at that symbol. */
static bool read_symbol(const char *at, struct bpfhost_usdt_argument *argument)
{
	int64_t addend;

	if (is_vector_register(at))
		return false;
	return usdt_take_sum(&at, &addend, argument->symbol) && !*at && *argument->symbol &&
	       usdt_set_memory(argument, addend, USDT_ARM64_PC);
}

bool usdt_operand_arm64(const char *text, struct bpfhost_usdt_argument *argument)
{
	if (*text == '[')
		return read_memory(text, argument);
	return read_constant(text, &argument->argument) ||
	       read_register(text, &argument->argument) || read_symbol(text, argument);
}
