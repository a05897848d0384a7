/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From an expression's tests to a condition's: those that a jump can still reach, in the same
 * order (jumps lead forward in both), the ones whose outcome is known already replaced by where
 * they lead.
 */
#include <errno.h>
#include <string.h>

#include <bpfhost/condition_compile.h>

#include "expr_internal.h"

_Static_assert(sizeof(struct bpfhost_load) == 8, "shared with BPF programs");
_Static_assert(sizeof(struct bpfhost_condition_test) == 48, "shared with BPF programs");
_Static_assert(sizeof(struct bpfhost_condition_string) == 132, "shared with BPF programs");
_Static_assert((int)EXPR_GLOB_PREFIX == BPFHOST_GLOB_PREFIX, "one numbering");
_Static_assert((int)EXPR_GLOB_SUFFIX == BPFHOST_GLOB_SUFFIX, "one numbering");
_Static_assert((int)EXPR_GLOB_PART == BPFHOST_GLOB_PART, "one numbering");
_Static_assert(BPFHOST_EXPR_STRING_MAX <= BPFHOST_CONDITION_TEXT_MAX, "strings fit");

struct compiler {
	const struct bpfhost_expr *expr;
	bpfhost_place_fn place;
	void *ctx;
	struct bpfhost_condition *out;
	struct grammar_cursor cursor; /* for complaints */
};

static int fail(const struct compiler *compiler, const struct expr_test *test, int code,
		const char *sentence)
{
	return grammar_fail(&compiler->cursor, compiler->cursor.text + test->offset, code, NULL,
			    "%s", sentence);
}

/* The first test from TARGET on whose outcome is not known, or EXPR_HOLDS, EXPR_FAILS. */
static uint16_t follow(const struct bpfhost_expr *expr, uint16_t target)
{
	while (target < EXPR_HOLDS && expr->tests[target].state != EXPR_TEST)
		target = expr->tests[target].state == EXPR_ALWAYS ? expr->tests[target].next_true
								  : expr->tests[target].next_false;
	return target;
}

static bool is_whole(const struct bpfhost_load *load)
{
	bool power = load->size == 1 || load->size == 2 || load->size == 4 || load->size == 8;
	bool is_mac = load->size == 6 && load->kind == BPFHOST_LOAD_UINT;

	return is_mac ||
	       (power && (load->kind == BPFHOST_LOAD_UINT || load->kind == BPFHOST_LOAD_INT));
}

/* Whether LOAD yields what the slot was bound to. */
static bool load_fits(enum bpfhost_operand_kind field, const struct bpfhost_load *load)
{
	if (load->offset > BPFHOST_CONDITION_OFFSET_MAX)
		return false;
	switch (field) {
	case BPFHOST_OPERAND_UINT:
		return is_whole(load) && load->kind == BPFHOST_LOAD_UINT;
	case BPFHOST_OPERAND_INT:
		return is_whole(load) && load->kind == BPFHOST_LOAD_INT;
	case BPFHOST_OPERAND_STRING:
		return load->kind >= BPFHOST_LOAD_CHARS && load->kind <= BPFHOST_LOAD_KERNEL_STR;
	case BPFHOST_OPERAND_IPV4:
		return load->kind == BPFHOST_LOAD_IPV4;
	case BPFHOST_OPERAND_IPV6:
		return load->kind == BPFHOST_LOAD_IPV6;
	case BPFHOST_OPERAND_ADDRESS:
		return load->kind == BPFHOST_LOAD_ADDRESS;
	default:
		return false;
	}
}

static int compile_load(const struct compiler *compiler, const struct expr_test *test,
			const struct expr_bound *side, struct bpfhost_load *load)
{
	int err;

	if (side->field == BPFHOST_OPERAND_FLOAT)
		return fail(compiler, test, -ENOTSUP, "the kernel cannot compare floats");
	err = compiler->place(compiler->ctx, side->slot, load);
	if (err)
		return grammar_fail(&compiler->cursor, compiler->cursor.text + test->offset, err,
				    NULL, "failed to place \"%.64s\" for the kernel: %s",
				    side->name, strerror(-err));
	if (!load_fits(side->field, load))
		return grammar_fail(&compiler->cursor, compiler->cursor.text + test->offset,
				    -EINVAL, NULL, "the kernel cannot read \"%.64s\" as it lies",
				    side->name);
	/* A pointer's string has no other end than its NUL. */
	if (load->kind == BPFHOST_LOAD_USER_STR || load->kind == BPFHOST_LOAD_KERNEL_STR)
		load->size = UINT16_MAX;
	return 0;
}

static void fill_failures(struct bpfhost_condition_string *string)
{
	uint8_t matched = 0;

	for (unsigned int i = 1; i < string->length; i++) {
		while (matched && string->text[i] != string->text[matched])
			matched = string->fail[matched - 1];
		matched += string->text[i] == string->text[matched];
		string->fail[i] = matched;
	}
}

static int compile_string(const struct compiler *compiler, const struct expr_test *test,
			  struct bpfhost_condition_test *out)
{
	struct bpfhost_condition *condition = compiler->out;
	struct bpfhost_condition_string *string;

	if (condition->string_count == BPFHOST_CONDITION_STRING_MAX)
		return fail(compiler, test, -E2BIG, "more than 8 strings for the kernel");
	out->string = (uint8_t)condition->string_count;
	string = &condition->strings[condition->string_count++];
	string->length = (uint8_t)test->right.length;
	string->glob = test->glob;
	/* Of nothing, every string is a part: one that ends early. */
	if (!string->length && string->glob == BPFHOST_GLOB_SUFFIX)
		string->glob = BPFHOST_GLOB_PART;
	memcpy(string->text, test->right.string, string->length);
	fill_failures(string);
	return 0;
}

static void compile_address(const struct expr_address *address, struct bpfhost_condition_test *out)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool is_short = out->left.kind == BPFHOST_LOAD_ADDRESS && address->size == 4;
	uint32_t skip = is_short ? sizeof(mapped) : 0;

	memcpy(out->address, mapped, skip);
	memcpy(out->address + skip, address->bytes, sizeof(out->address) - skip);
	out->bits = (uint8_t)(address->bits + skip * 8);
	out->is_ipv6 = out->left.kind == BPFHOST_LOAD_ADDRESS && address->size == 16;
}

/* Two fields, of which the second is not masked. */
static int compile_right_field(const struct compiler *compiler, const struct expr_test *test,
			       struct bpfhost_condition_test *out)
{
	const struct expr_bound *right = &test->right;

	if (right->masked)
		return fail(compiler, test, -ENOTSUP,
			    "the kernel cannot mask both sides of a comparison");
	if (right->field == BPFHOST_OPERAND_STRING)
		return fail(compiler, test, -ENOTSUP, "the kernel cannot compare two strings");
	if ((right->field == BPFHOST_OPERAND_ADDRESS) !=
	    (test->left.field == BPFHOST_OPERAND_ADDRESS))
		return fail(compiler, test, -ENOTSUP,
			    "the kernel cannot compare an address of either family with one of "
			    "one family");
	return compile_load(compiler, test, right, &out->right);
}

static int compile_right(const struct compiler *compiler, const struct expr_test *test,
			 struct bpfhost_condition_test *out)
{
	const struct expr_bound *right = &test->right;

	out->bits = out->left.kind == BPFHOST_LOAD_IPV4 ? 32 : 128;
	switch (right->kind) {
	case EXPR_NUMBER:
		out->value = right->value;
		out->negative = right->negative;
		return 0;
	case EXPR_STRING:
		return compile_string(compiler, test, out);
	case EXPR_ADDRESS:
		compile_address(&right->address, out);
		return 0;
	case EXPR_NAME:
		return compile_right_field(compiler, test, out);
	default:
		return fail(compiler, test, -ENOTSUP, "the kernel cannot compare floats");
	}
}

static uint8_t accepted(uint8_t op)
{
	switch (op) {
	case EXPR_NE:
		return BPFHOST_CONDITION_LESS | BPFHOST_CONDITION_GREATER;
	case EXPR_LT:
		return BPFHOST_CONDITION_LESS;
	case EXPR_LE:
		return BPFHOST_CONDITION_LESS | BPFHOST_CONDITION_EQUAL;
	case EXPR_GT:
		return BPFHOST_CONDITION_GREATER;
	case EXPR_GE:
		return BPFHOST_CONDITION_GREATER | BPFHOST_CONDITION_EQUAL;
	default:
		return BPFHOST_CONDITION_EQUAL;
	}
}

static int compile_test(const struct compiler *compiler, const struct expr_test *test,
			struct bpfhost_condition_test *out)
{
	int err = compile_load(compiler, test, &test->left, &out->left);

	if (err)
		return err;
	out->accept = accepted(test->op);
	out->masked = test->left.masked;
	out->mask = test->left.mask;
	return compile_right(compiler, test, out);
}

/* Tests that can be reached: their numbers in the condition are their ranks. -1: more than fit. */
static int choose_tests(const struct bpfhost_expr *expr, uint16_t first,
			uint16_t chosen[BPFHOST_CONDITION_TEST_MAX])
{
	int count = 0;

	while (first < EXPR_HOLDS) {
		uint16_t next = EXPR_FAILS;

		if (count == BPFHOST_CONDITION_TEST_MAX)
			return -1;
		chosen[count++] = first;
		/* Of all targets behind the one just chosen, the first. */
		for (int i = 0; i < count; i++) {
			const struct expr_test *test = &expr->tests[chosen[i]];
			uint16_t yes = follow(expr, test->next_true);
			uint16_t no = follow(expr, test->next_false);

			if (yes > first && yes < next)
				next = yes;
			if (no > first && no < next)
				next = no;
		}
		first = next;
	}
	return count;
}

static uint8_t number_of(const uint16_t *chosen, int count, uint16_t target)
{
	if (target == EXPR_HOLDS)
		return BPFHOST_CONDITION_HOLDS;
	for (int i = 0; i < count; i++)
		if (chosen[i] == target)
			return (uint8_t)i;
	return BPFHOST_CONDITION_FAILS;
}

static int compile_tests(const struct compiler *compiler, uint16_t first)
{
	const struct bpfhost_expr *expr = compiler->expr;
	uint16_t chosen[BPFHOST_CONDITION_TEST_MAX];
	int count = choose_tests(expr, first, chosen);

	if (count < 0)
		return grammar_fail(&compiler->cursor, compiler->cursor.text + expr->start, -E2BIG,
				    NULL, "more than %d comparisons for the kernel",
				    BPFHOST_CONDITION_TEST_MAX);
	for (int i = 0; i < count; i++) {
		const struct expr_test *test = &expr->tests[chosen[i]];
		struct bpfhost_condition_test *out = &compiler->out->tests[i];
		int err = compile_test(compiler, test, out);

		if (err)
			return err;
		out->next_true = number_of(chosen, count, follow(expr, test->next_true));
		out->next_false = number_of(chosen, count, follow(expr, test->next_false));
	}
	compiler->out->test_count = (uint32_t)count;
	return 0;
}

int bpfhost_condition_compile(const struct bpfhost_expr *expr, bpfhost_place_fn place, void *ctx,
			      struct bpfhost_condition *ret_condition, struct bpfhost_error *err)
{
	struct bpfhost_condition condition = { 0 };
	struct compiler compiler = {
		.expr = expr,
		.place = place,
		.ctx = ctx,
		.out = &condition,
		.cursor = { .text = expr->text, .at = expr->text, .err = err },
	};
	uint16_t first = expr->bound ? follow(expr, 0) : EXPR_FAILS;
	int failed;

	if (first == EXPR_FAILS) {
		condition.test_count = 1;
		condition.tests[0].next_true = BPFHOST_CONDITION_FAILS;
		condition.tests[0].next_false = BPFHOST_CONDITION_FAILS;
	} else {
		failed = compile_tests(&compiler, first);
		if (failed)
			return failed;
	}
	*ret_condition = condition;
	return 0;
}
