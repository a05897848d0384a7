/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Binding resolves the names of one test after the other. A name is first looked for among the
 * fields; what is none may be an enumerator of the field beside it, and so may a quoted word beside a
 * number. What remains of a side is one field with a mask, or one constant; a field is put on the left,
 * two constants are compared now.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpfhost/nearest.h>

#include "expr_internal.h"

enum { NAMES_MAX = 4, CANDIDATES_MAX = 4096 };

struct name {
	const struct expr_name *source;
	struct bpfhost_operand operand;
	bool known;
};

struct binder {
	struct grammar_cursor cursor; /* for complaints */
	const struct bpfhost_resolver *resolver;
	void *ctx;
	struct name names[NAMES_MAX]; /* of the test: those of the left side, then the right */
	unsigned int name_count;
};

static const char *place(const struct binder *binder, uint32_t offset)
{
	return binder->cursor.text + offset;
}

/* The nearest of the words, asked for one by one so that nothing is allocated. */
static const char *nearest_word(const struct binder *binder, const char *field, const char *word)
{
	const char *best[2] = { NULL, NULL };

	if (!binder->resolver->candidate)
		return NULL;
	for (uint32_t i = 0; i < CANDIDATES_MAX; i++) {
		best[1] = binder->resolver->candidate(binder->ctx, field, i);
		if (!best[1])
			break;
		best[0] = bpfhost_nearest(word, best, 2);
	}
	return best[0];
}

/* Adds the word that was probably meant, if any, to the complaint that was just made. */
static int suggest(const struct binder *binder, uint32_t offset, const char *near)
{
	struct bpfhost_error first;

	if (!near || !binder->cursor.err)
		return -ENOENT;
	first = *binder->cursor.err;
	bpfhost_error_set(binder->cursor.err, offset, "%.200s; did you mean \"%.128s\"?",
			  first.text, near);
	return -ENOENT;
}

static int refuse_name(const struct binder *binder, const struct expr_name *name,
		       const char *partner)
{
	const char *near = partner ? nearest_word(binder, partner, name->text) : NULL;
	const char *at = place(binder, name->offset);

	if (!near)
		near = nearest_word(binder, NULL, name->text);
	grammar_fail(&binder->cursor, at, 0, NULL, "unknown name \"%.*s\"",
		     GRAMMAR_WORD(name->text, strlen(name->text)));
	return suggest(binder, name->offset, near);
}

static bool is_field(const struct name *name)
{
	return name->known && name->operand.kind != BPFHOST_OPERAND_ENUMERATOR &&
	       name->operand.kind != BPFHOST_OPERAND_MISSING;
}

static int resolver_failed(const struct binder *binder, const struct expr_name *name, int err)
{
	return grammar_fail(&binder->cursor, place(binder, name->offset), err, NULL,
			    "failed to resolve \"%.*s\": %s",
			    GRAMMAR_WORD(name->text, strlen(name->text)), strerror(-err));
}

static int resolve_fields(struct binder *binder)
{
	for (unsigned int i = 0; i < binder->name_count; i++) {
		struct name *name = &binder->names[i];
		int err = binder->resolver->field(binder->ctx, name->source->text, &name->operand);

		if (err && err != -ENOENT)
			return resolver_failed(binder, name->source, err);
		name->known = !err;
	}
	return 0;
}

/* Looks for a name among the enumerators of the test's fields. */
static int resolve_enumerator(struct binder *binder, struct name *name)
{
	const char *partner = NULL;

	for (unsigned int i = 0; i < binder->name_count; i++) {
		int err = -ENOENT;

		if (!is_field(&binder->names[i]))
			continue;
		partner = binder->names[i].source->text;
		if (binder->resolver->enumerator)
			err = binder->resolver->enumerator(binder->ctx, partner, name->source->text,
							   &name->operand);
		if (err && err != -ENOENT)
			return resolver_failed(binder, name->source, err);
		name->known = !err && name->operand.kind == BPFHOST_OPERAND_ENUMERATOR;
		if (name->known)
			return 0;
	}
	return refuse_name(binder, name->source, partner);
}

static void collect_names(struct binder *binder, const struct expr_side *side)
{
	if (side->kind != EXPR_NAME)
		return;
	for (int i = 0; i < side->name_count; i++)
		binder->names[binder->name_count++] = (struct name){ .source = &side->names[i] };
}

/* Returns 1 when the event lacks a field of the test, so that it needs no further look. */
static int resolve_names(struct binder *binder, const struct expr_test *test)
{
	int err;

	memset(binder->names, 0, sizeof(binder->names));
	binder->name_count = 0;
	collect_names(binder, &test->parsed_left);
	if (test->parsed_op != EXPR_TRUTH)
		collect_names(binder, &test->parsed_right);
	err = resolve_fields(binder);
	if (err)
		return err;
	for (unsigned int i = 0; i < binder->name_count; i++)
		if (binder->names[i].known &&
		    binder->names[i].operand.kind == BPFHOST_OPERAND_MISSING)
			return 1;
	for (unsigned int i = 0; i < binder->name_count && !err; i++)
		if (!binder->names[i].known)
			err = resolve_enumerator(binder, &binder->names[i]);
	return err;
}

static void bind_constant(const struct expr_side *side, struct expr_bound *bound)
{
	bound->kind = side->kind;
	bound->length = side->length;
	bound->negative = side->negative;
	if (side->kind == EXPR_NUMBER)
		bound->value = side->value;
	else if (side->kind == EXPR_FLOAT)
		bound->real = side->real;
	else if (side->kind == EXPR_STRING)
		bound->string = side->string;
	else
		bound->address = side->address;
}

static bool can_be_masked(enum bpfhost_operand_kind kind)
{
	return kind == BPFHOST_OPERAND_UINT || kind == BPFHOST_OPERAND_INT;
}

/* One name is the field, another one or the mask is what it is cut to. */
static int bind_names(const struct binder *binder, const struct name *names,
		      const struct expr_side *side, struct expr_bound *bound)
{
	const struct name *field = NULL;
	uint64_t constant = side->masked ? side->mask : UINT64_MAX;
	bool joined = side->masked || side->name_count > 1;

	for (int i = 0; i < side->name_count; i++) {
		if (!is_field(&names[i]))
			constant &= names[i].operand.value;
		else if (field)
			return grammar_fail(&binder->cursor, place(binder, side->offset), -EINVAL,
					    NULL, "'&' takes one field, not two");
		else
			field = &names[i];
	}
	if (!field) {
		bound->kind = EXPR_NUMBER;
		bound->value = constant;
		bound->negative = !joined && names[0].operand.is_signed && (int64_t)constant < 0;
		return 0;
	}
	if (joined && !can_be_masked(field->operand.kind))
		return grammar_fail(&binder->cursor, place(binder, field->source->offset), -EINVAL,
				    NULL, "'&' needs a whole number, which \"%s\" is not",
				    field->source->text);
	bound->kind = EXPR_NAME;
	bound->field = field->operand.kind;
	bound->slot = field->operand.slot;
	bound->name = field->source->text;
	bound->masked = joined;
	bound->mask = constant;
	return 0;
}

static int bind_side(const struct binder *binder, const struct name *names,
		     const struct expr_side *side, struct expr_bound *bound)
{
	memset(bound, 0, sizeof(*bound));
	if (side->kind == EXPR_NAME)
		return bind_names(binder, names, side, bound);
	bind_constant(side, bound);
	return 0;
}

enum class {
	CLASS_NUMBER,
	CLASS_STRING,
	CLASS_ADDRESS,
};

static enum class class_of(const struct expr_bound *side) {
	if (side->kind == EXPR_STRING) return CLASS_STRING;
	if (side->kind == EXPR_ADDRESS) return CLASS_ADDRESS;
	if (side->kind != EXPR_NAME || side->field <= BPFHOST_OPERAND_FLOAT) return CLASS_NUMBER;
	return side->field == BPFHOST_OPERAND_STRING ? CLASS_STRING : CLASS_ADDRESS;
}

static const char *const class_names[] = {
	[CLASS_NUMBER] = "a number",
	[CLASS_STRING] = "a string",
	[CLASS_ADDRESS] = "an address",
};

/* "\"comm\" (a string)" or "a string", into BUF. */
static const char *describe(const struct expr_bound *side, char *buf, size_t size)
{
	const char *class = class_names[class_of(side)];

	if (side->kind == EXPR_NAME)
		snprintf(buf, size, "\"%.64s\" (%s)", side->name, class);
	else
		snprintf(buf, size, "%s", class);
	return buf;
}

static int refuse_types(const struct binder *binder, const struct expr_test *test)
{
	char left[128], right[128];

	return grammar_fail(&binder->cursor, place(binder, test->offset), -EINVAL, NULL,
			    "cannot compare %s with %s", describe(&test->left, left, sizeof(left)),
			    describe(&test->right, right, sizeof(right)));
}

/* A quoted address beside an address is one. */
static void adapt(struct expr_bound *side, const struct expr_bound *other)
{
	struct expr_address address;

	if (side->kind != EXPR_STRING || class_of(other) != CLASS_ADDRESS)
		return;
	if (!expr_read_address(side->string, side->length, &address))
		return;
	side->kind = EXPR_ADDRESS;
	side->address = address;
}

static int refuse_word(const struct binder *binder, const struct expr_name *name, const char *field)
{
	const char *near = nearest_word(binder, field, name->text);

	grammar_fail(&binder->cursor, place(binder, name->offset), -ENOENT, NULL,
		     "\"%s\" has no value \"%.*s\"", field,
		     GRAMMAR_WORD(name->text, strlen(name->text)));
	return suggest(binder, name->offset, near);
}

static bool has_words(const struct binder *binder, const char *field)
{
	return binder->resolver->enumerator && binder->resolver->candidate &&
	       binder->resolver->candidate(binder->ctx, field, 0);
}

/* A quoted word beside a number is the name of one of its values: proto == "tcp". */
static int adapt_word(const struct binder *binder, struct expr_bound *side,
		      const struct expr_side *parsed, const struct expr_bound *other)
{
	struct bpfhost_operand operand = { 0 };
	struct expr_name name = { .offset = parsed->offset };
	int err;

	if (side->kind != EXPR_STRING || other->kind != EXPR_NAME ||
	    class_of(other) != CLASS_NUMBER || !has_words(binder, other->name))
		return 0;
	name.text = side->string;
	err = binder->resolver->enumerator(binder->ctx, other->name, name.text, &operand);
	if (err == -ENOENT)
		return refuse_word(binder, &name, other->name);
	if (err)
		return resolver_failed(binder, &name, err);
	*side = (struct expr_bound){
		.kind = EXPR_NUMBER,
		.value = operand.value,
		.negative = operand.is_signed && (int64_t)operand.value < 0,
	};
	return 0;
}

/* 4, 6, or 0 where only the event tells. */
static int family_of(const struct expr_bound *side)
{
	if (side->kind == EXPR_ADDRESS)
		return side->address.size == 4 ? 4 : 6;
	if (side->field == BPFHOST_OPERAND_IPV4)
		return 4;
	return side->field == BPFHOST_OPERAND_IPV6 ? 6 : 0;
}

static bool is_prefix(const struct expr_bound *side)
{
	return side->kind == EXPR_ADDRESS && side->address.bits < side->address.size * 8;
}

static int check_addresses(const struct binder *binder, const struct expr_test *test)
{
	int left = family_of(&test->left);
	int right = family_of(&test->right);
	const char *at = place(binder, test->offset);

	if (test->op != EXPR_EQ && test->op != EXPR_NE && test->op != EXPR_IN)
		return grammar_fail(&binder->cursor, at, -EINVAL, NULL,
				    "addresses are compared with ==, != and in only");
	if (test->op != EXPR_IN && (is_prefix(&test->left) || is_prefix(&test->right)))
		return grammar_fail(&binder->cursor, at, -EINVAL, "use in",
				    "an address is not equal to a prefix");
	if (left && right && left != right)
		return grammar_fail(&binder->cursor, at, -EINVAL, NULL,
				    "an IPv%d address is never an IPv%d address", left, right);
	return 0;
}

static int check_classes(const struct binder *binder, const struct expr_test *test)
{
	enum class class = class_of(&test->left);

	if (test->parsed_op == EXPR_TRUTH && class != CLASS_NUMBER) {
		char left[128];

		return grammar_fail(&binder->cursor, place(binder, test->offset), -EINVAL, NULL,
				    "%s needs a comparison",
				    describe(&test->left, left, sizeof(left)));
	}
	if (class != class_of(&test->right))
		return refuse_types(binder, test);
	if (class == CLASS_ADDRESS)
		return check_addresses(binder, test);
	if (class == CLASS_STRING && test->op != EXPR_EQ && test->op != EXPR_NE &&
	    test->op != EXPR_MATCH)
		return grammar_fail(&binder->cursor, place(binder, test->offset), -EINVAL, NULL,
				    "strings are compared with ==, != and ~ only");
	return 0;
}

static uint8_t flip(uint8_t op)
{
	switch (op) {
	case EXPR_LT:
		return EXPR_GT;
	case EXPR_LE:
		return EXPR_GE;
	case EXPR_GT:
		return EXPR_LT;
	case EXPR_GE:
		return EXPR_LE;
	default:
		return op;
	}
}

/* Puts the field to the left, and a masked one before one without a mask. */
static void order_sides(struct expr_test *test)
{
	struct expr_bound left = test->left;
	bool swap = left.kind != EXPR_NAME && test->right.kind == EXPR_NAME;

	if (left.kind == EXPR_NAME && test->right.kind == EXPR_NAME)
		swap = test->right.masked && !left.masked;
	if (!swap)
		return;
	test->left = test->right;
	test->right = left;
	test->op = flip(test->op);
}

/* Takes the stars off a pattern. */
static void bind_pattern(struct expr_test *test)
{
	struct expr_bound *pattern = &test->right;
	bool first = pattern->length && pattern->string[0] == '*';
	bool last;

	pattern->string += first;
	pattern->length -= first;
	last = pattern->length && pattern->string[pattern->length - 1] == '*';
	pattern->length -= last;
	test->glob = (uint8_t)((first ? EXPR_GLOB_SUFFIX : 0) | (last ? EXPR_GLOB_PREFIX : 0));
}

static int bind_test(struct binder *binder, struct expr_test *test)
{
	int err = resolve_names(binder, test);
	unsigned int left_names = test->parsed_left.name_count;

	test->state = EXPR_NEVER;
	if (err)
		return err < 0 ? err : 0;
	test->op = test->parsed_op == EXPR_TRUTH ? EXPR_NE : test->parsed_op;
	err = bind_side(binder, binder->names, &test->parsed_left, &test->left);
	if (!err)
		err = bind_side(binder, binder->names + left_names, &test->parsed_right,
				&test->right);
	if (err)
		return err;
	adapt(&test->left, &test->right);
	adapt(&test->right, &test->left);
	err = adapt_word(binder, &test->left, &test->parsed_left, &test->right);
	if (!err)
		err = adapt_word(binder, &test->right, &test->parsed_right, &test->left);
	if (!err)
		err = check_classes(binder, test);
	if (err)
		return err;
	if (test->op == EXPR_MATCH)
		bind_pattern(test);
	order_sides(test);
	if (test->left.kind == EXPR_NAME)
		test->state = EXPR_TEST;
	else if (expr_test_constant(test))
		test->state = EXPR_ALWAYS;
	return 0;
}

int bpfhost_expr_bind(struct bpfhost_expr *expr, const struct bpfhost_resolver *resolver, void *ctx,
		      struct bpfhost_error *err)
{
	struct binder binder = {
		.cursor = { .text = expr->text, .at = expr->text, .err = err },
		.resolver = resolver,
		.ctx = ctx,
	};

	expr->bound = false;
	for (uint32_t i = 0; i < expr->test_count; i++) {
		int failed = bind_test(&binder, &expr->tests[i]);

		if (failed)
			return failed;
	}
	expr->bound = true;
	return 0;
}
