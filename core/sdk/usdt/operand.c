/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "operand.h"

#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Names of C and C++, mangled, with what compilers add to them (".LC0", "count.1"), also in UTF-8. */
static bool is_symbol_start(char c)
{
	return is_letter(c) || c == '_' || c == '.' || c == '$' || (c & 0x80);
}

void usdt_skip_space(const char **at)
{
	while (**at == ' ')
		(*at)++;
}

bool usdt_accept(const char **at, char c)
{
	const char *p = *at;

	usdt_skip_space(&p);
	if (*p != c)
		return false;
	*at = p + 1;
	return true;
}

bool usdt_take_word(const char **at, char *word, size_t capacity)
{
	size_t length = 0;
	const char *p = *at;

	usdt_skip_space(&p);
	while (is_letter(p[length]) || is_digit(p[length]))
		length++;
	if (!length || length >= capacity)
		return false;
	memcpy(word, p, length);
	word[length] = '\0';
	*at = p + length;
	return true;
}

static unsigned int digit_value(char c)
{
	if (is_digit(c))
		return (unsigned int)(c - '0');
	if (is_letter(c))
		return (unsigned int)((c | 0x20) - 'a') + 10;
	return ~0U;
}

/* Digits without a sign; the assembler's prefixes of a base. */
static bool take_digits(const char **at, uint64_t *ret_number)
{
	unsigned int base = 10;
	const char *p = *at, *begin;
	uint64_t number = 0;

	if (p[0] == '0' && (p[1] | 0x20) == 'x') {
		base = 16;
		p += 2;
	} else if (p[0] == '0') {
		base = 8;
	}
	for (begin = p; digit_value(*p) < base; p++) {
		if (__builtin_mul_overflow(number, base, &number) ||
		    __builtin_add_overflow(number, digit_value(*p), &number))
			return false;
	}
	if (p == begin || is_digit(*p) || is_symbol_start(*p))
		return false;
	*at = p;
	*ret_number = number;
	return true;
}

bool usdt_take_number(const char **at, int64_t *ret_number)
{
	const char *p = *at;
	bool negative = usdt_accept(&p, '-');
	uint64_t number;

	if (!take_digits(&p, &number) || (negative && number > 1ULL << 63))
		return false;
	*at = p;
	*ret_number = (int64_t)(negative ? -number : number);
	return true;
}

static bool take_symbol(const char **at, char symbol[BPFHOST_USDT_SYMBOL_MAX])
{
	const char *p = *at;
	size_t length = 0;

	if (!is_symbol_start(*p))
		return false;
	while (is_symbol_start(p[length]) || is_digit(p[length]))
		length++;
	if (length >= BPFHOST_USDT_SYMBOL_MAX)
		return false;
	memcpy(symbol, p, length);
	symbol[length] = '\0';
	*at = p + length;
	return true;
}

/* One term with the sign that stands before it. Only one symbol, and that one is added. */
static bool take_term(const char **at, bool negative, int64_t *sum,
		      char symbol[BPFHOST_USDT_SYMBOL_MAX])
{
	int64_t number;

	if (!*symbol && !negative && take_symbol(at, symbol))
		return true;
	if (!is_digit(**at))
		return false;
	if (negative) /* the sign is part of the number: -2^63 has no positive */
		(*at)--;
	return usdt_take_number(at, &number) && !__builtin_add_overflow(*sum, number, sum);
}

bool usdt_take_sum(const char **at, int64_t *ret_number, char symbol[BPFHOST_USDT_SYMBOL_MAX])
{
	const char *p = *at;
	int64_t sum = 0;
	bool negative;

	symbol[0] = '\0';
	negative = *p == '-';
	p += negative;
	if (!take_term(&p, negative, &sum, symbol))
		return false;
	while (*p == '+' || *p == '-') {
		negative = *p++ == '-';
		if (!take_term(&p, negative, &sum, symbol))
			return false;
	}
	*at = p;
	*ret_number = sum;
	return true;
}

void usdt_set_register(struct bpfhost_argument *argument, uint16_t base, uint8_t size)
{
	argument->place = BPFHOST_ARGUMENT_REGISTER;
	argument->base = base;
	if (!argument->size)
		argument->size = size;
}

/* Compilers write 4@$-1 for 0xffffffffU: what counts is size and sign of the prefix. */
void usdt_set_constant(struct bpfhost_argument *argument, int64_t value)
{
	unsigned int unused;

	if (!argument->size)
		argument->size = 8;
	unused = 64 - 8 * argument->size;
	argument->place = BPFHOST_ARGUMENT_CONSTANT;
	argument->offset = (int64_t)((uint64_t)value << unused);
	if (argument->flags & BPFHOST_ARGUMENT_SIGNED)
		argument->offset >>= unused;
	else
		argument->offset = (int64_t)((uint64_t)argument->offset >> unused);
}

static bool make_relative(struct bpfhost_argument *argument, uint16_t pc)
{
	if (argument->base == pc)
		return argument->index == BPFHOST_ARGUMENT_NOWHERE;
	if (argument->base != BPFHOST_ARGUMENT_NOWHERE) {
		if (argument->index != BPFHOST_ARGUMENT_NOWHERE)
			return false;
		argument->index = argument->base;
		argument->shift = 0;
	}
	argument->base = pc;
	return true;
}

bool usdt_set_memory(struct bpfhost_usdt_argument *argument, int64_t displacement, uint16_t pc)
{
	struct bpfhost_argument *where = &argument->argument;

	if (!where->size)
		where->size = 8;
	where->place = BPFHOST_ARGUMENT_MEMORY;
	where->offset = displacement;
	return !*argument->symbol || make_relative(where, pc);
}
