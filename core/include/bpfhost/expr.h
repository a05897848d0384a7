/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BPFHOST_EXPR_H
#define BPFHOST_EXPR_H

#include <stdbool.h>
#include <stdint.h>

#include <bpfhost/error.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Conditions: `if EXPR` of a probe and `--filter EXPR` of the host.
 *
 *	OR     = AND { "||" AND }
 *	AND    = TEST { "&&" TEST }
 *	TEST   = VALUE [ ( "==" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "in" ) VALUE ]
 *	VALUE  = TERM { "&" TERM }
 *	TERM   = NAME | NUMBER | STRING | ADDRESS [ "/" BITS ] | "!" TERM | "(" OR ")"
 *
 * A VALUE without a comparison holds when it is not zero. "&" takes one field and constants. A
 * comparison whose field is missing is false, "!=" too; "!" negates what it stands before.
 */
#define BPFHOST_EXPR_TEXT_MAX   4096
#define BPFHOST_EXPR_DEPTH_MAX  32
#define BPFHOST_EXPR_STRING_MAX 64 /* bytes of a quoted string */

struct bpfhost_expr; /* opaque */

/*
 * Parses TEXT, which is not kept. Returns 0, or -EINVAL, -E2BIG, -ENOMEM with a sentence in *err
 * (may be NULL). *ret_expr is the caller's; it must be bound before it can be evaluated.
 */
int bpfhost_expr_parse(const char *text, struct bpfhost_expr **ret_expr, struct bpfhost_error *err);

void bpfhost_expr_free(struct bpfhost_expr *expr);

enum bpfhost_operand_kind {
	BPFHOST_OPERAND_MISSING, /* known, but not in this event: comparisons are false */
	BPFHOST_OPERAND_UINT,    /* also bool, char, ptr, ports in host order */
	BPFHOST_OPERAND_INT,
	BPFHOST_OPERAND_FLOAT,
	BPFHOST_OPERAND_STRING,
	BPFHOST_OPERAND_IPV4,
	BPFHOST_OPERAND_IPV6,
	BPFHOST_OPERAND_ADDRESS,    /* v4 or v6, known with each event only */
	BPFHOST_OPERAND_ENUMERATOR, /* a constant: value, is_signed */
};

/* What a name stands for. SLOT is the resolver's own number of a field, handed back as it is. */
struct bpfhost_operand {
	enum bpfhost_operand_kind kind;
	uint32_t slot;
	uint64_t value; /* ENUMERATOR: two's complement where is_signed */
	bool is_signed;
};

/*
 * How a user of expressions explains its names. Strings belong to the callee and must live until
 * bpfhost_expr_bind() returns. Return 0, or -ENOENT for a name that is not known (it gets the
 * "did you mean" sentence), or another -errno, which ends the binding.
 */
struct bpfhost_resolver {
	/* A field, or a constant that needs no partner. */
	int (*field)(void *ctx, const char *name, struct bpfhost_operand *ret_operand);
	/* An enumerator of FIELD, the name on the other side of the operator. May be NULL. */
	int (*enumerator)(void *ctx, const char *field, const char *name,
			  struct bpfhost_operand *ret_operand);
	/* The INDEX-th field (FIELD is NULL) or enumerator of FIELD that there is, NULL after the
	 * last: for suggestions. May be NULL. */
	const char *(*candidate)(void *ctx, const char *field, uint32_t index);
};

/*
 * Gives the names their meaning and checks the types. Binding again, to another event, replaces
 * the earlier binding; after an error the expression evaluates to false. Returns 0 or -ENOENT
 * (unknown name), -EINVAL (types do not fit), or what the resolver returned.
 */
int bpfhost_expr_bind(struct bpfhost_expr *expr, const struct bpfhost_resolver *resolver, void *ctx,
		      struct bpfhost_error *err);

/* For a resolver's enumerators: ret == ENOENT, where ret holds the negative of it. 0 or -ENOENT. */
int bpfhost_expr_errno(const char *name, struct bpfhost_operand *ret_operand);

enum bpfhost_value_kind {
	BPFHOST_VALUE_MISSING,
	BPFHOST_VALUE_UINT,
	BPFHOST_VALUE_INT,
	BPFHOST_VALUE_FLOAT,
	BPFHOST_VALUE_STRING,  /* data, size: without the NUL */
	BPFHOST_VALUE_ADDRESS, /* data, size: 4 or 16 bytes in network order */
};

struct bpfhost_value {
	enum bpfhost_value_kind kind;
	uint32_t size;
	union {
		uint64_t uint_value;
		int64_t int_value;
		double float_value;
		const void *data; /* must live until bpfhost_expr_eval() returns */
	};
};

/* Reads the field SLOT. A value of another kind than the slot was bound to counts as missing,
 * but for numbers, which are compared as what they are. */
typedef void (*bpfhost_value_fn)(void *ctx, uint32_t slot, struct bpfhost_value *ret_value);

/* Whether a bound expression holds. Makes no allocation and no system call, needs no stack to
 * speak of, and reads each field only when the answer depends on it. */
bool bpfhost_expr_eval(const struct bpfhost_expr *expr, bpfhost_value_fn value, void *ctx);

/* The text that was parsed; belongs to the expression. */
const char *bpfhost_expr_text(const struct bpfhost_expr *expr);

#ifdef __cplusplus
}
#endif

#ifdef __cplusplus
}
#endif

#endif
