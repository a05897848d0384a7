/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The text that describes a probe's arguments: "-4@%edi 8@$7 8@(%rax,%rbx,8)". Arguments are separated
 * by spaces, yet a space may also stand inside of one: aarch64 writes "-4@[sp, 60]", and with
 * -masm=intel gcc writes "-4@DWORD PTR [rbp-20]". What nobody understands must not shift the numbers of
 * the arguments behind it, so a word that has a size always begins an argument, and one that has none
 * belongs to what stands before it, unless that has no size either.
 */
#include <bpfhost/usdt.h>

#include <elf.h>
#include <string.h>

#include "operand.h"

/* The longest operand: a symbol with an addend and two registers. */
#define OPERAND_MAX (BPFHOST_USDT_SYMBOL_MAX + 64)

struct prefix {
	size_t length; /* with the "@"; 0: there is none */
	uint32_t size; /* as written, up to 1000 */
	bool is_signed;
	bool is_float;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "-4@", "8f@". All zero where there is none: "-8(%rbp)" has no sign and no size. */
static struct prefix read_prefix(const char *at)
{
	struct prefix prefix = { .is_signed = *at == '-' };
	const char *digits = at + prefix.is_signed, *p = digits;

	for (; is_digit(*p); p++) {
		if (prefix.size < 1000)
			prefix.size = prefix.size * 10 + (uint32_t)(*p - '0');
	}
	prefix.is_float = *p == 'f';
	prefix.length = (size_t)(p + prefix.is_float + 1 - at);
	if (p == digits || at[prefix.length - 1] != '@')
		return (struct prefix){ 0 };
	return prefix;
}

/* The begin of the word behind this one; *depth is how many brackets are open. */
static const char *next_word(const char *at, int *depth)
{
	for (; *at && *at != ' '; at++) {
		if (*at == '(' || *at == '[')
			*depth = *depth + 1;
		else if ((*at == ')' || *at == ']') && *depth)
			*depth = *depth - 1;
	}
	usdt_skip_space(&at);
	return at;
}

/* The begin of the argument behind the one that begins here. */
static const char *next_argument(const char *at)
{
	bool is_sized = read_prefix(at).length > 0;
	int depth = 0;

	while (*(at = next_word(at, &depth))) {
		if (read_prefix(at).length || (!depth && (!is_sized || strchr("%$(", *at))))
			break;
	}
	return at;
}

static void copy_text(char text[BPFHOST_USDT_TEXT_MAX], const char *at, size_t length)
{
	if (length >= BPFHOST_USDT_TEXT_MAX)
		length = BPFHOST_USDT_TEXT_MAX - 1;
	for (size_t i = 0; i < length; i++)
		text[i] = (unsigned char)at[i] < ' ' || at[i] == 0x7f ? '?' : at[i];
	text[length] = '\0';
}

static bool is_size_good(const struct prefix *prefix)
{
	if (!prefix->length)
		return true;
	if (prefix->size == 4 || prefix->size == 8)
		return true;
	return !prefix->is_float && (prefix->size == 1 || prefix->size == 2);
}

static bool read_operand(const char *at, size_t length, usdt_operand_fn read,
			 struct bpfhost_usdt_argument *argument)
{
	char operand[OPERAND_MAX];

	if (!read || length >= sizeof(operand))
		return false;
	memcpy(operand, at, length);
	operand[length] = '\0';
	return read(operand, argument);
}

/* The bits of a float have no sign to extend. */
static void describe(const struct prefix *prefix, struct bpfhost_usdt_argument *argument)
{
	argument->argument = (struct bpfhost_argument){
		.base = BPFHOST_ARGUMENT_NOWHERE,
		.index = BPFHOST_ARGUMENT_NOWHERE,
		.flags = prefix->is_signed && !prefix->is_float ? BPFHOST_ARGUMENT_SIGNED : 0,
	};
	if (is_size_good(prefix))
		argument->argument.size = (uint8_t)prefix->size;
	argument->is_float = prefix->is_float;
	argument->symbol[0] = '\0';
}

static void make_unknown(const struct prefix *prefix, struct bpfhost_usdt_argument *argument)
{
	describe(prefix, argument);
	if (!argument->argument.size)
		argument->argument.size = 8;
}

static void read_argument(const char *at, size_t length, usdt_operand_fn read,
			  struct bpfhost_usdt_argument *argument)
{
	struct prefix prefix = read_prefix(at);

	copy_text(argument->text, at, length);
	describe(&prefix, argument);
	if (!is_size_good(&prefix) ||
	    !read_operand(at + prefix.length, length - prefix.length, read, argument))
		make_unknown(&prefix, argument);
}

static usdt_operand_fn operand_of(uint16_t machine)
{
	switch (machine) {
	case EM_X86_64:
		return usdt_operand_x86;
	case EM_AARCH64:
		return usdt_operand_arm64;
	default:
		return NULL;
	}
}

uint32_t bpfhost_usdt_arguments(const char *text, uint16_t machine,
				struct bpfhost_usdt_argument arguments[BPFHOST_ARGUMENTS_MAX])
{
	usdt_operand_fn read = operand_of(machine);
	uint32_t count = 0;

	usdt_skip_space(&text);
	while (*text && count < BPFHOST_ARGUMENTS_MAX) {
		const char *next = next_argument(text), *end = next;

		while (end[-1] == ' ')
			end--;
		read_argument(text, (size_t)(end - text), read, &arguments[count++]);
		text = next;
	}
	return count;
}
