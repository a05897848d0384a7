/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The parser writes tests in jump form at once. A condition that is still being read is the number
 * of its first test and two lists of jumps without a target yet: those taken when it holds, and
 * those taken when it does not. The lists are threaded through the jumps' own fields. `&&` points
 * the left one's true jumps at the right one's first test and joins their false jumps, `||` does
 * the reverse, `!` swaps the lists. Recursion goes with parentheses only, and is bounded.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "expr_internal.h"

enum { END_OF_LIST = 0xffff };

struct jumps {
	uint16_t first, last; /* a jump is named by 2 * test + is_true */
};

struct item {
	bool is_condition;
	uint16_t start;
	struct jumps yes, no;
	struct expr_side side; /* where it is a value */
	const char *at;
};

struct parser {
	struct grammar_cursor *cursor;
	struct bpfhost_expr *expr;
	unsigned int depth;
};

static int parse_or(struct parser *parser, struct item *item);

static uint16_t *jump_of(struct bpfhost_expr *expr, uint16_t jump)
{
	struct expr_test *test = &expr->tests[jump / 2];

	return jump & 1 ? &test->next_true : &test->next_false;
}

static void point(struct bpfhost_expr *expr, struct jumps jumps, uint16_t target)
{
	for (uint16_t jump = jumps.first; jump != END_OF_LIST;) {
		uint16_t *field = jump_of(expr, jump);

		jump = *field;
		*field = target;
	}
}

static struct jumps join(struct bpfhost_expr *expr, struct jumps a, struct jumps b)
{
	*jump_of(expr, a.last) = b.first;
	return (struct jumps){ a.first, b.last };
}

static struct expr_test *add_test(struct parser *parser)
{
	struct bpfhost_expr *expr = parser->expr;

	if (expr->test_count == expr->test_capacity) {
		uint32_t capacity = expr->test_capacity ? expr->test_capacity * 2 : 4;
		struct expr_test *tests = reallocarray(expr->tests, capacity, sizeof(*tests));

		if (!tests)
			return NULL;
		expr->tests = tests;
		expr->test_capacity = capacity;
	}
	return memset(&expr->tests[expr->test_count++], 0, sizeof(struct expr_test));
}

/* Makes a condition of a test, RIGHT being NULL for truthiness. */
static int make_test(struct parser *parser, struct item *item, enum expr_op op, const char *at,
		     const struct expr_side *right)
{
	struct expr_test *test = add_test(parser);
	uint16_t jump;

	if (!test)
		return grammar_fail(parser->cursor, at, -ENOMEM, NULL, "out of memory");
	test->parsed_op = op;
	test->offset = (uint32_t)(at - parser->cursor->text);
	test->parsed_left = item->side;
	if (right)
		test->parsed_right = *right;
	test->next_true = END_OF_LIST;
	test->next_false = END_OF_LIST;
	item->is_condition = true;
	item->start = (uint16_t)(parser->expr->test_count - 1);
	jump = (uint16_t)(item->start * 2);
	item->no = (struct jumps){ jump, jump };
	item->yes = (struct jumps){ jump | 1, jump | 1 };
	return 0;
}

static int make_condition(struct parser *parser, struct item *item)
{
	return item->is_condition ? 0 : make_test(parser, item, EXPR_TRUTH, item->at, NULL);
}

static int parse_parentheses(struct parser *parser, struct item *item)
{
	const char *at = parser->cursor->at++;
	int err;

	if (++parser->depth > BPFHOST_EXPR_DEPTH_MAX)
		return grammar_fail(parser->cursor, at, -E2BIG, NULL,
				    "parentheses more than %d deep", BPFHOST_EXPR_DEPTH_MAX);
	err = parse_or(parser, item);
	if (err)
		return err;
	parser->depth--;
	if (!grammar_accept(parser->cursor, ")"))
		return grammar_fail(parser->cursor, parser->cursor->at, -EINVAL, NULL,
				    "the ')' is missing for the '(' of column %u, expected",
				    (unsigned int)(at - parser->cursor->text) + 1);
	return 0;
}

static void negate(struct item *item)
{
	struct jumps yes = item->yes;

	item->yes = item->no;
	item->no = yes;
}

static int parse_term(struct parser *parser, struct item *item)
{
	unsigned int negations = 0;
	int err;

	grammar_skip_space(parser->cursor);
	item->at = parser->cursor->at;
	while (grammar_accept(parser->cursor, "!"))
		negations++;
	grammar_skip_space(parser->cursor);
	if (*parser->cursor->at == '(') {
		err = parse_parentheses(parser, item);
	} else {
		item->is_condition = false;
		err = expr_read_literal(parser->expr, parser->cursor, &item->side);
	}
	if (err || !negations)
		return err;
	err = make_condition(parser, item);
	if (!err && negations & 1)
		negate(item);
	return err;
}

static int refuse_condition(struct parser *parser, const struct item *item, const char *at,
			    const char *op)
{
	const char *hint = *item->at == '!' ? "write !(a == b)" : "use && or ||";

	if (!item->is_condition)
		return 0;
	return grammar_fail(parser->cursor, at, -EINVAL, hint,
			    "a comparison cannot be an operand of '%s'", op);
}

/* LEFT becomes what both have in common: a name and a mask, two names, or a number. */
static bool combine(struct expr_side *left, const struct expr_side *right)
{
	bool is_name = left->kind == EXPR_NAME;

	if ((!is_name && left->kind != EXPR_NUMBER) ||
	    (right->kind != EXPR_NAME && right->kind != EXPR_NUMBER))
		return false;
	if (!is_name && right->kind == EXPR_NUMBER) {
		left->value &= right->value;
		left->negative = false;
		return true;
	}
	if (left->name_count + right->name_count > 2)
		return false;
	if (!is_name || right->kind == EXPR_NUMBER) {
		uint64_t mask = is_name ? right->value : left->value;

		left->mask = (left->masked ? left->mask : UINT64_MAX) & mask;
		left->masked = true;
	}
	if (right->masked) {
		left->mask = (left->masked ? left->mask : UINT64_MAX) & right->mask;
		left->masked = true;
	}
	for (int i = 0; i < right->name_count; i++)
		left->names[left->name_count++] = right->names[i];
	left->kind = EXPR_NAME;
	return true;
}

static int parse_value(struct parser *parser, struct item *item)
{
	struct grammar_cursor *cursor = parser->cursor;
	int err = parse_term(parser, item);

	while (!err) {
		const char *at;
		struct item right;

		grammar_skip_space(cursor);
		at = cursor->at;
		if (at[0] != '&' || at[1] == '&')
			return 0;
		cursor->at++;
		err = refuse_condition(parser, item, at, "&");
		if (!err)
			err = parse_term(parser, &right);
		if (!err)
			err = refuse_condition(parser, &right, at, "&");
		if (!err && !combine(&item->side, &right.side))
			err = grammar_fail(cursor, at, -EINVAL, NULL,
					   "'&' takes one field and whole numbers");
	}
	return err;
}

static const struct {
	const char *text;
	enum expr_op op;
} operators[] = {
	{ "==", EXPR_EQ }, { "!=", EXPR_NE }, { "<=", EXPR_LE },   { ">=", EXPR_GE },
	{ "<", EXPR_LT },  { ">", EXPR_GT },  { "~", EXPR_MATCH },
};

static const char *read_operator(struct grammar_cursor *cursor, enum expr_op *op)
{
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		if (grammar_accept(cursor, operators[i].text)) {
			*op = operators[i].op;
			return operators[i].text;
		}
	}
	*op = EXPR_IN;
	return grammar_accept_word(cursor, "in") ? "in" : NULL;
}

static int check_prefix(struct parser *parser, const char *at, struct expr_side *side)
{
	struct expr_address address;

	if (side->kind == EXPR_STRING && expr_read_address(side->string, side->length, &address)) {
		side->kind = EXPR_ADDRESS;
		side->address = address;
	}
	if (side->kind == EXPR_ADDRESS)
		return 0;
	return grammar_fail(parser->cursor, at, -EINVAL, NULL,
			    "'in' takes an address prefix such as 10.0.0.0/8");
}

static int check_pattern(struct parser *parser, const char *at, const struct expr_side *side)
{
	const char *star;

	if (side->kind != EXPR_STRING)
		return grammar_fail(parser->cursor, at, -EINVAL, NULL,
				    "'~' takes a pattern in double quotes");
	star = side->length ? strchr(side->string + 1, '*') : NULL;
	if (star && star[1])
		return grammar_fail(parser->cursor, at, -EINVAL, NULL,
				    "a pattern holds '*' only as its first and its last letter");
	return 0;
}

static int parse_test(struct parser *parser, struct item *item)
{
	struct item right;
	enum expr_op op;
	const char *at, *name;
	int err = parse_value(parser, item);

	if (err)
		return err;
	grammar_skip_space(parser->cursor);
	at = parser->cursor->at;
	name = read_operator(parser->cursor, &op);
	if (!name)
		return 0;
	err = refuse_condition(parser, item, at, name);
	if (!err)
		err = parse_value(parser, &right);
	if (!err)
		err = refuse_condition(parser, &right, at, name);
	if (!err && op == EXPR_IN)
		err = check_prefix(parser, right.at, &right.side);
	if (!err && op == EXPR_MATCH)
		err = check_pattern(parser, right.at, &right.side);
	return err ? err : make_test(parser, item, op, at, &right.side);
}

static int parse_and(struct parser *parser, struct item *item)
{
	int err = parse_test(parser, item);

	while (!err && grammar_accept(parser->cursor, "&&")) {
		struct item right;

		err = make_condition(parser, item);
		if (!err)
			err = parse_test(parser, &right);
		if (!err)
			err = make_condition(parser, &right);
		if (err)
			break;
		point(parser->expr, item->yes, right.start);
		item->yes = right.yes;
		item->no = join(parser->expr, item->no, right.no);
	}
	return err;
}

static int parse_or(struct parser *parser, struct item *item)
{
	int err = parse_and(parser, item);

	while (!err && grammar_accept(parser->cursor, "||")) {
		struct item right;

		err = make_condition(parser, item);
		if (!err)
			err = parse_and(parser, &right);
		if (!err)
			err = make_condition(parser, &right);
		if (err)
			break;
		point(parser->expr, item->no, right.start);
		item->no = right.no;
		item->yes = join(parser->expr, item->yes, right.yes);
	}
	return err;
}

/* What is meant by something that cannot follow a test. */
static int refuse_rest(struct grammar_cursor *cursor)
{
	static const struct {
		const char *found, *hint;
	} hints[] = {
		{ "and", "use &&" }, { "or", "use ||" },        { "=", "use ==" },
		{ "|", "use ||" },   { ")", "no '(' is open" },
	};
	const char *hint = NULL;
	size_t length = grammar_name_length(cursor->at);

	length = length ? length : 1;
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]) && !hint; i++)
		if (strlen(hints[i].found) == length &&
		    !strncmp(cursor->at, hints[i].found, length))
			hint = hints[i].hint;
	return grammar_fail(cursor, cursor->at, -EINVAL, hint, "unexpected \"%.*s\"",
			    GRAMMAR_WORD(cursor->at, length));
}

static int parse_whole(struct parser *parser)
{
	struct item item;
	int err = parse_or(parser, &item);

	if (err)
		return err;
	grammar_skip_space(parser->cursor);
	if (*parser->cursor->at)
		return refuse_rest(parser->cursor);
	err = make_condition(parser, &item);
	if (err)
		return err;
	point(parser->expr, item.yes, EXPR_HOLDS);
	point(parser->expr, item.no, EXPR_FAILS);
	return 0;
}

int expr_parse_cursor(struct grammar_cursor *cursor, struct bpfhost_expr **ret_expr)
{
	struct parser parser = { .cursor = cursor };
	struct bpfhost_expr *expr = calloc(1, sizeof(*expr));
	int err = -ENOMEM;

	if (expr) {
		expr->start = (uint32_t)(cursor->at - cursor->text);
		expr->text = strdup(cursor->text);
		/* Every name has at least one letter, every string two quotes; a string that is
		 * too long is found out behind at most BPFHOST_EXPR_STRING_MAX bytes more. */
		expr->pool = malloc(2 * strlen(cursor->at) + BPFHOST_EXPR_STRING_MAX + 2);
	}
	if (!expr || !expr->text || !expr->pool) {
		grammar_fail(cursor, cursor->at, -ENOMEM, NULL, "out of memory");
	} else {
		parser.expr = expr;
		err = parse_whole(&parser);
	}
	if (err) {
		bpfhost_expr_free(expr);
		return err;
	}
	*ret_expr = expr;
	return 0;
}

int bpfhost_expr_parse(const char *text, struct bpfhost_expr **ret_expr, struct bpfhost_error *err)
{
	struct grammar_cursor cursor = { .text = text, .at = text, .err = err };

	if (strnlen(text, BPFHOST_EXPR_TEXT_MAX + 1) > BPFHOST_EXPR_TEXT_MAX) {
		bpfhost_error_set(err, BPFHOST_EXPR_TEXT_MAX, "expression of more than %d bytes",
				  BPFHOST_EXPR_TEXT_MAX);
		return -E2BIG;
	}
	return expr_parse_cursor(&cursor, ret_expr);
}

void bpfhost_expr_free(struct bpfhost_expr *expr)
{
	if (!expr)
		return;
	free(expr->text);
	free(expr->pool);
	free(expr->tests);
	free(expr);
}

const char *bpfhost_expr_text(const struct bpfhost_expr *expr)
{
	return expr->text + expr->start;
}
