/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef GRAMMAR_EXPR_INTERNAL_H
#define GRAMMAR_EXPR_INTERNAL_H

#include <bpfhost/expr.h>

#include "cursor.h"

/*
 * An expression is one array of tests in the order of the text, and each test says which one comes
 * next when it holds and when it does not. Jumps only lead forward, so evaluation is a loop without
 * a stack, and `&&`, `||`, `!` and parentheses exist in the jumps alone.
 */
enum {
	EXPR_HOLDS = 0xfffe,
	EXPR_FAILS = 0xffff,
};

enum expr_op {
	EXPR_TRUTH,
	EXPR_EQ,
	EXPR_NE,
	EXPR_LT,
	EXPR_LE,
	EXPR_GT,
	EXPR_GE,
	EXPR_MATCH,
	EXPR_IN,
};

enum expr_kind {
	EXPR_NUMBER,
	EXPR_FLOAT,
	EXPR_STRING,
	EXPR_ADDRESS,
	EXPR_NAME, /* as parsed: not yet resolved; as bound: a field */
};

struct expr_address {
	uint8_t bytes[16];
	uint8_t size; /* 4 or 16 */
	uint8_t bits; /* of the prefix */
};

struct expr_name {
	const char *text;
	uint32_t offset;
};

/* One side of a test as it was parsed. NAME has one name, or two joined by `&`; MASK is what
 * numbers it was joined with by `&` have in common. */
struct expr_side {
	enum expr_kind kind;
	uint8_t name_count;
	bool masked;
	bool negative;   /* NUMBER: the number is below zero, and value its two's complement */
	uint32_t offset; /* into the text */
	uint32_t length; /* STRING */
	struct expr_name names[2];
	uint64_t mask;
	union {
		uint64_t value;
		double real;
		const char *string;
		struct expr_address address;
	};
};

/* One side with its names resolved. */
struct expr_bound {
	enum expr_kind kind;
	enum bpfhost_operand_kind field; /* NAME: what it is */
	uint32_t slot;
	uint32_t length;
	bool masked;
	bool negative;
	uint64_t mask;
	const char *name;
	union {
		uint64_t value;
		double real;
		const char *string;
		struct expr_address address;
	};
};

enum expr_state {
	EXPR_TEST,
	EXPR_NEVER, /* known beforehand; both next ones are still right */
	EXPR_ALWAYS,
};

enum expr_glob {
	EXPR_GLOB_WHOLE,
	EXPR_GLOB_PREFIX,
	EXPR_GLOB_SUFFIX,
	EXPR_GLOB_PART,
};

struct expr_test {
	uint16_t next_true;
	uint16_t next_false;
	uint8_t state; /* enum expr_state */
	uint8_t op;    /* enum expr_op as bound: no TRUTH, the field on the left */
	uint8_t glob;  /* enum expr_glob of MATCH */
	uint8_t parsed_op;
	uint32_t offset; /* of the operator */
	struct expr_bound left, right;
	struct expr_side parsed_left, parsed_right;
};

struct bpfhost_expr {
	char *text; /* the whole text that offsets count in */
	char *pool; /* names and strings, each with its NUL */
	size_t pool_used;
	struct expr_test *tests;
	uint32_t test_count;
	uint32_t test_capacity;
	uint32_t start; /* of the expression in text */
	bool bound;
};

/* Parses from the cursor to the end of the text. */
int expr_parse_cursor(struct grammar_cursor *cursor, struct bpfhost_expr **ret_expr);

/* Reads a name, number, string or address. Names and strings go to the expression's pool. */
int expr_read_literal(struct bpfhost_expr *expr, struct grammar_cursor *cursor,
		      struct expr_side *side);

/* "10.0.0.1", "fe80::/10", ... that fills LENGTH bytes of TEXT. Bits behind the prefix are set to
 * zero. Returns whether it is one. */
bool expr_read_address(const char *text, size_t length, struct expr_address *address);

/* Whether two constants fulfil the test's operator. */
bool expr_test_constant(const struct expr_test *test);

#endif
