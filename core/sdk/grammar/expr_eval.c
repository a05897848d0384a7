/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Evaluation runs once for each event, so it is one loop over the tests, each of which asks for one
 * field, or two. Numbers are compared by their mathematical values: whole numbers as a sign and 64
 * bits, a whole number and a float without rounding the whole one.
 */
#include <string.h>

#include "expr_internal.h"

enum order {
	ORDER_LESS,
	ORDER_EQUAL,
	ORDER_GREATER,
	ORDER_NONE, /* NaN */
};

struct number {
	bool is_real;
	bool negative;
	uint64_t value;
	double real;
};

static enum order order_reals(double a, double b)
{
	if (a < b)
		return ORDER_LESS;
	if (a > b)
		return ORDER_GREATER;
	return a == b ? ORDER_EQUAL : ORDER_NONE;
}

static enum order order_wholes(const struct number *a, const struct number *b)
{
	if (a->negative != b->negative)
		return a->negative ? ORDER_LESS : ORDER_GREATER;
	if (a->value == b->value)
		return ORDER_EQUAL;
	return a->value < b->value ? ORDER_LESS : ORDER_GREATER;
}

/* Splits the real number into its whole part, which is compared exactly, and the rest. */
static enum order order_mixed(const struct number *whole, double real)
{
	struct number floor = { 0 };
	enum order order;
	double rest;

	if (real != real)
		return ORDER_NONE;
	if (real >= 0x1p64)
		return ORDER_LESS;
	if (real < -0x1p63)
		return ORDER_GREATER;
	floor.negative = real <= -1;
	floor.value = real < 0 ? (uint64_t)(int64_t)real : (uint64_t)real;
	rest = real < 0 ? real - (double)(int64_t)floor.value : real - (double)floor.value;
	order = order_wholes(whole, &floor);
	return order == ORDER_EQUAL ? order_reals(0, rest) : order;
}

static enum order order_numbers(const struct number *a, const struct number *b)
{
	enum order order;

	if (!a->is_real && !b->is_real)
		return order_wholes(a, b);
	if (a->is_real && b->is_real)
		return order_reals(a->real, b->real);
	if (!a->is_real)
		return order_mixed(a, b->real);
	order = order_mixed(b, a->real);
	if (order == ORDER_LESS)
		return ORDER_GREATER;
	return order == ORDER_GREATER ? ORDER_LESS : order;
}

static bool is_fulfilled(uint8_t op, enum order order)
{
	switch (op) {
	case EXPR_EQ:
		return order == ORDER_EQUAL;
	case EXPR_NE:
		return order != ORDER_EQUAL;
	case EXPR_LT:
		return order == ORDER_LESS;
	case EXPR_LE:
		return order == ORDER_LESS || order == ORDER_EQUAL;
	case EXPR_GT:
		return order == ORDER_GREATER;
	case EXPR_GE:
		return order == ORDER_GREATER || order == ORDER_EQUAL;
	default:
		return false;
	}
}

/* Constants come as values too, so that there is one comparison for all. */
static void constant_value(const struct expr_bound *side, struct bpfhost_value *value)
{
	switch (side->kind) {
	case EXPR_NUMBER:
		value->kind = side->negative ? BPFHOST_VALUE_INT : BPFHOST_VALUE_UINT;
		value->uint_value = side->value;
		break;
	case EXPR_FLOAT:
		value->kind = BPFHOST_VALUE_FLOAT;
		value->float_value = side->real;
		break;
	case EXPR_STRING:
		value->kind = BPFHOST_VALUE_STRING;
		value->data = side->string;
		value->size = side->length;
		break;
	default:
		value->kind = BPFHOST_VALUE_ADDRESS;
		value->data = side->address.bytes;
		value->size = side->address.size;
		break;
	}
}

static bool number_of(const struct expr_bound *side, const struct bpfhost_value *value,
		      struct number *number)
{
	number->is_real = value->kind == BPFHOST_VALUE_FLOAT;
	if (number->is_real) {
		number->real = value->float_value;
		return !side->masked;
	}
	if (value->kind != BPFHOST_VALUE_UINT && value->kind != BPFHOST_VALUE_INT)
		return false;
	number->value = value->uint_value;
	number->negative = value->kind == BPFHOST_VALUE_INT && value->int_value < 0;
	if (side->masked) {
		number->value &= side->mask;
		number->negative = false;
	}
	return true;
}

static bool compare_strings(const struct expr_test *test, const struct bpfhost_value *left,
			    const struct bpfhost_value *right)
{
	const char *text = left->data ? left->data : "";
	const char *want = right->data ? right->data : "";
	bool equal;

	if (test->op == EXPR_MATCH && left->size >= right->size) {
		if (test->glob == EXPR_GLOB_PREFIX)
			return !memcmp(text, want, right->size);
		if (test->glob == EXPR_GLOB_SUFFIX)
			return !memcmp(text + left->size - right->size, want, right->size);
		if (test->glob == EXPR_GLOB_PART)
			return memmem(text, left->size, want, right->size) != NULL;
	}
	equal = left->size == right->size && !memcmp(text, want, right->size);
	return equal != (test->op == EXPR_NE);
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	unsigned int rest = bits % 8;

	if (memcmp(a, b, bits / 8))
		return false;
	return !rest || !((a[bits / 8] ^ b[bits / 8]) >> (8 - rest));
}

static bool compare_addresses(const struct expr_test *test, const struct bpfhost_value *left,
			      const struct bpfhost_value *right)
{
	unsigned int bits = right->size * 8;
	bool equal;

	if ((left->size != 4 && left->size != 16) || (right->size != 4 && right->size != 16))
		return false;
	if (test->right.kind == EXPR_ADDRESS)
		bits = test->right.address.bits;
	equal = left->size == right->size && same_bits(left->data, right->data, bits);
	return equal != (test->op == EXPR_NE);
}

static bool compare(const struct expr_test *test, const struct bpfhost_value *left,
		    const struct bpfhost_value *right)
{
	struct number a, b;

	if (left->kind == BPFHOST_VALUE_STRING && right->kind == BPFHOST_VALUE_STRING)
		return compare_strings(test, left, right);
	if (left->kind == BPFHOST_VALUE_ADDRESS && right->kind == BPFHOST_VALUE_ADDRESS)
		return compare_addresses(test, left, right);
	if (!number_of(&test->left, left, &a) || !number_of(&test->right, right, &b))
		return false;
	return is_fulfilled(test->op, order_numbers(&a, &b));
}

bool expr_test_constant(const struct expr_test *test)
{
	struct bpfhost_value left, right;

	constant_value(&test->left, &left);
	constant_value(&test->right, &right);
	return compare(test, &left, &right);
}

/* The commonest test by far, a whole number against a constant, needs no way around. */
static bool is_plain(const struct expr_test *test, const struct bpfhost_value *left)
{
	return left->kind == BPFHOST_VALUE_UINT && test->right.kind == EXPR_NUMBER &&
	       !test->right.negative;
}

static bool compare_plain(const struct expr_test *test, uint64_t value)
{
	uint64_t left = test->left.masked ? value & test->left.mask : value;
	uint64_t right = test->right.value;

	if (left == right)
		return is_fulfilled(test->op, ORDER_EQUAL);
	return is_fulfilled(test->op, left < right ? ORDER_LESS : ORDER_GREATER);
}

static bool test_holds(const struct expr_test *test, bpfhost_value_fn value, void *ctx)
{
	struct bpfhost_value left, right;

	if (test->state != EXPR_TEST)
		return test->state == EXPR_ALWAYS;
	left.kind = BPFHOST_VALUE_MISSING;
	value(ctx, test->left.slot, &left);
	if (is_plain(test, &left))
		return compare_plain(test, left.uint_value);
	if (left.kind == BPFHOST_VALUE_MISSING)
		return false;
	if (test->right.kind == EXPR_NAME) {
		right.kind = BPFHOST_VALUE_MISSING;
		value(ctx, test->right.slot, &right);
	} else {
		constant_value(&test->right, &right);
	}
	return compare(test, &left, &right);
}

bool bpfhost_expr_eval(const struct bpfhost_expr *expr, bpfhost_value_fn value, void *ctx)
{
	uint16_t next = 0;

	if (!expr->bound)
		return false;
	while (next < EXPR_HOLDS) {
		const struct expr_test *test = &expr->tests[next];

		next = test_holds(test, value, ctx) ? test->next_true : test->next_false;
	}
	return next == EXPR_HOLDS;
}
