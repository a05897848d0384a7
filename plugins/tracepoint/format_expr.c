/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * C constant expressions, as they stand in print fmt after the preprocessor. Widths matter: the ~
 * of a 32-bit mask must not set the upper half. So each number carries its width (C's int or long
 * long: smaller ones are promoted) and sign, and is kept extended to 64 bits accordingly.
 */
#include <errno.h>
#include <string.h>

#include "format_internal.h"
#include "format_type.h"

#define DEPTH_MAX 64 /* nested parentheses and unary operators */

struct number {
	uint64_t bits;
	bool is_wide; /* 64 bits, else 32 */
	bool is_signed;
};

struct evaluator {
	struct format_span rest;
	unsigned int depth;
};

enum operation {
	OP_MUL,
	OP_DIV,
	OP_MOD,
	OP_ADD,
	OP_SUB,
	OP_SHL,
	OP_SHR,
	OP_LE,
	OP_GE,
	OP_LT,
	OP_GT,
	OP_EQ,
	OP_NE,
	OP_LOGIC_AND,
	OP_LOGIC_OR,
	OP_AND,
	OP_XOR,
	OP_OR,
};

/* The longer of two operators that start alike comes first. */
static const struct {
	const char *text;
	enum operation op;
	unsigned int precedence; /* higher binds tighter */
} operators[] = {
	{ "*", OP_MUL, 10 }, { "/", OP_DIV, 10 },       { "%", OP_MOD, 10 },
	{ "+", OP_ADD, 9 },  { "-", OP_SUB, 9 },        { "<<", OP_SHL, 8 },
	{ ">>", OP_SHR, 8 }, { "<=", OP_LE, 7 },        { ">=", OP_GE, 7 },
	{ "<", OP_LT, 7 },   { ">", OP_GT, 7 },         { "==", OP_EQ, 6 },
	{ "!=", OP_NE, 6 },  { "&&", OP_LOGIC_AND, 2 }, { "||", OP_LOGIC_OR, 1 },
	{ "&", OP_AND, 5 },  { "^", OP_XOR, 4 },        { "|", OP_OR, 3 },
};

static int evaluate_binary(struct evaluator *evaluator, unsigned int min, struct number *ret);

/* Cut to @size bytes and extend again, by the sign. */
static uint64_t extend(uint64_t bits, uint32_t size, bool is_signed)
{
	uint64_t sign;

	if (size >= sizeof(bits))
		return bits;
	bits &= (UINT64_C(1) << (size * 8)) - 1;
	sign = UINT64_C(1) << (size * 8 - 1);
	return is_signed ? (bits ^ sign) - sign : bits;
}

static struct number make_number(uint64_t bits, bool is_wide, bool is_signed)
{
	return (struct number){ extend(bits, is_wide ? 8 : 4, is_signed), is_wide, is_signed };
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

static bool eat_digits(struct format_span *span, unsigned int base, uint64_t *ret)
{
	const char *start = span->at;
	uint64_t value = 0;

	for (; span->at < span->end; span->at++) {
		unsigned int digit = (unsigned int)digit_of(*span->at);

		if (digit >= base)
			break;
		if (__builtin_mul_overflow(value, (uint64_t)base, &value) ||
		    __builtin_add_overflow(value, (uint64_t)digit, &value))
			return false;
	}
	*ret = value;
	return span->at > start;
}

/* The type that C gives a literal of this value, base and suffix. */
static int type_literal(uint64_t value, bool is_decimal, struct format_span suffix,
			struct number *ret)
{
	bool is_unsigned = false, is_wide = false;

	for (; suffix.at < suffix.end; suffix.at++) {
		if (*suffix.at == 'u' || *suffix.at == 'U')
			is_unsigned = true;
		else if (*suffix.at == 'l' || *suffix.at == 'L')
			is_wide = sizeof(long) == sizeof(uint64_t) || suffix.end - suffix.at > 1;
		else
			return -EINVAL;
	}
	is_wide |= value > UINT32_MAX;
	if (!is_unsigned && !is_wide && value > INT32_MAX) {
		is_wide = is_decimal;
		is_unsigned = !is_decimal;
	}
	if (!is_unsigned && value > INT64_MAX)
		is_unsigned = true;
	*ret = make_number(value, is_wide, !is_unsigned);
	return 0;
}

static int evaluate_literal(struct evaluator *evaluator, struct number *ret)
{
	struct format_span *rest = &evaluator->rest;
	struct format_span suffix;
	unsigned int base = 10;
	uint64_t value;

	if (format_eat(rest, "0x") || format_eat(rest, "0X"))
		base = 16;
	else if (format_eat(rest, "0b") || format_eat(rest, "0B"))
		base = 2;
	else if (rest->at < rest->end && *rest->at == '0')
		base = 8;
	if (!eat_digits(rest, base, &value))
		return -EINVAL;
	suffix = format_eat_word(rest);
	return type_literal(value, base == 10, suffix, ret);
}

/* '(' TYPE ')' of a known integer type, perhaps. */
static bool eat_cast(struct evaluator *evaluator, struct format_type *ret_type)
{
	struct format_span rest = evaluator->rest;
	const char *close;

	format_skip_space(&rest);
	if (rest.at == rest.end || !format_is_word_char(*rest.at) ||
	    (*rest.at >= '0' && *rest.at <= '9'))
		return false;
	close = memchr(rest.at, ')', (size_t)(rest.end - rest.at));
	if (!close)
		return false;
	*ret_type = format_type_of((struct format_span){ rest.at, close });
	evaluator->rest.at = close + 1;
	return true;
}

static int evaluate_unary(struct evaluator *evaluator, struct number *ret);

static int evaluate_cast(struct evaluator *evaluator, const struct format_type *type,
			 struct number *ret)
{
	struct number number;
	int err = evaluate_unary(evaluator, &number);

	if (err)
		return err;
	if (type->kind != FORMAT_TYPE_INT && type->kind != FORMAT_TYPE_CHAR)
		return -EINVAL;
	number.bits = extend(number.bits, type->size, type->is_signed);
	*ret = make_number(number.bits, type->size == 8, type->is_signed || type->size < 4);
	return 0;
}

static int evaluate_parentheses(struct evaluator *evaluator, struct number *ret)
{
	struct format_type type;
	int err;

	if (eat_cast(evaluator, &type))
		return evaluate_cast(evaluator, &type, ret);
	err = evaluate_binary(evaluator, 1, ret);
	if (err)
		return err;
	return format_eat_token(&evaluator->rest, ")") ? 0 : -EINVAL;
}

static int evaluate_sign(struct evaluator *evaluator, char sign, struct number *ret)
{
	struct number number;
	int err = evaluate_unary(evaluator, &number);

	if (err)
		return err;
	if (sign == '!')
		*ret = make_number(!number.bits, false, true);
	else if (sign == '~')
		*ret = make_number(~number.bits, number.is_wide, number.is_signed);
	else if (sign == '-')
		*ret = make_number(0 - number.bits, number.is_wide, number.is_signed);
	else
		*ret = number;
	return 0;
}

static int evaluate_unary(struct evaluator *evaluator, struct number *ret)
{
	struct format_span *rest = &evaluator->rest;
	int err = -EINVAL;

	format_skip_space(rest);
	if (rest->at == rest->end || evaluator->depth == DEPTH_MAX)
		return -EINVAL;
	evaluator->depth++;
	if (memchr("!~-+", *rest->at, 4))
		err = evaluate_sign(evaluator, *rest->at++, ret);
	else if (format_eat(rest, "("))
		err = evaluate_parentheses(evaluator, ret);
	else
		err = evaluate_literal(evaluator, ret);
	evaluator->depth--;
	return err;
}

static int divide(struct number a, struct number b, bool want_rest, uint64_t *ret)
{
	bool a_minus = a.is_signed && (int64_t)a.bits < 0;
	bool b_minus = b.is_signed && (int64_t)b.bits < 0;
	uint64_t x = a_minus ? 0 - a.bits : a.bits;
	uint64_t y = b_minus ? 0 - b.bits : b.bits;

	if (!y)
		return -EINVAL;
	if (want_rest)
		*ret = a_minus ? 0 - x % y : x % y;
	else
		*ret = a_minus != b_minus ? 0 - x / y : x / y;
	return 0;
}

static int shift(struct number a, struct number b, bool to_left, struct number *ret)
{
	uint64_t bits = a.bits;

	if (b.bits >= (a.is_wide ? 64 : 32))
		return -EINVAL;
	if (to_left)
		bits <<= b.bits;
	else if (a.is_signed && (int64_t)bits < 0)
		bits = ~(~bits >> b.bits);
	else
		bits >>= b.bits;
	*ret = make_number(bits, a.is_wide, a.is_signed);
	return 0;
}

static int compare(struct number a, struct number b)
{
	if (a.is_signed)
		return (int64_t)a.bits < (int64_t)b.bits ? -1 : (int64_t)a.bits > (int64_t)b.bits;
	return a.bits < b.bits ? -1 : a.bits > b.bits;
}

/* Operators whose result is 0 or 1. */
static bool decide(enum operation op, struct number a, struct number b)
{
	switch (op) {
	case OP_LE:
		return compare(a, b) <= 0;
	case OP_GE:
		return compare(a, b) >= 0;
	case OP_LT:
		return compare(a, b) < 0;
	case OP_GT:
		return compare(a, b) > 0;
	case OP_EQ:
		return a.bits == b.bits;
	case OP_NE:
		return a.bits != b.bits;
	case OP_LOGIC_AND:
		return a.bits && b.bits;
	default:
		return a.bits || b.bits;
	}
}

static int calculate(enum operation op, struct number a, struct number b, uint64_t *ret)
{
	switch (op) {
	case OP_MUL:
		*ret = a.bits * b.bits;
		return 0;
	case OP_DIV:
	case OP_MOD:
		return divide(a, b, op == OP_MOD, ret);
	case OP_ADD:
		*ret = a.bits + b.bits;
		return 0;
	case OP_SUB:
		*ret = a.bits - b.bits;
		return 0;
	case OP_AND:
		*ret = a.bits & b.bits;
		return 0;
	case OP_XOR:
		*ret = a.bits ^ b.bits;
		return 0;
	default:
		*ret = a.bits | b.bits;
		return 0;
	}
}

/* C's usual arithmetic conversions. */
static void balance(struct number *a, struct number *b)
{
	bool is_wide = a->is_wide || b->is_wide;
	bool is_signed =
		(a->is_signed || a->is_wide < is_wide) && (b->is_signed || b->is_wide < is_wide);

	*a = make_number(a->bits, is_wide, is_signed);
	*b = make_number(b->bits, is_wide, is_signed);
}

static int apply(enum operation op, struct number a, struct number b, struct number *ret)
{
	uint64_t bits;
	int err;

	if (op == OP_SHL || op == OP_SHR)
		return shift(a, b, op == OP_SHL, ret);
	balance(&a, &b);
	if (op >= OP_LE && op <= OP_LOGIC_OR) {
		*ret = make_number(decide(op, a, b), false, true);
		return 0;
	}
	err = calculate(op, a, b, &bits);
	if (err)
		return err;
	*ret = make_number(bits, a.is_wide, a.is_signed);
	return 0;
}

/* The operator that comes now, if it binds at least as tight as @min; it is stepped over then. */
static bool eat_operator(struct evaluator *evaluator, unsigned int min, size_t *ret_index)
{
	format_skip_space(&evaluator->rest);
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		struct format_span rest = evaluator->rest;

		if (!format_eat(&rest, operators[i].text))
			continue;
		if (operators[i].precedence < min)
			return false;
		evaluator->rest = rest;
		*ret_index = i;
		return true;
	}
	return false;
}

/* Recursion is bounded: by the precedences here and by evaluate_unary()'s depth. */
static int evaluate_binary(struct evaluator *evaluator, unsigned int min, struct number *ret)
{
	struct number left, right;
	size_t index = 0;
	int err = evaluate_unary(evaluator, &left);

	while (!err && eat_operator(evaluator, min, &index)) {
		err = evaluate_binary(evaluator, operators[index].precedence + 1, &right);
		if (!err)
			err = apply(operators[index].op, left, right, &left);
	}
	if (!err)
		*ret = left;
	return err;
}

int format_evaluate(struct format_span text, uint64_t *ret_value)
{
	struct evaluator evaluator = { .rest = text };
	struct number number;
	int err = evaluate_binary(&evaluator, 1, &number);

	if (err)
		return err;
	format_skip_space(&evaluator.rest);
	if (evaluator.rest.at < evaluator.rest.end)
		return -EINVAL;
	*ret_value = number.bits;
	return 0;
}
