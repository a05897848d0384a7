/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/condition_compile.h>
#include <bpfhost/expr.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A name's first letter says what it is, so that the fuzzer finds all types. */
static const char letters[] = "uifsvwamg";

static int resolve(void *ctx, const char *name, struct bpfhost_operand *operand)
{
	static const enum bpfhost_operand_kind kinds[] = {
		BPFHOST_OPERAND_UINT,    BPFHOST_OPERAND_INT,     BPFHOST_OPERAND_FLOAT,
		BPFHOST_OPERAND_STRING,  BPFHOST_OPERAND_IPV4,    BPFHOST_OPERAND_IPV6,
		BPFHOST_OPERAND_ADDRESS, BPFHOST_OPERAND_MISSING, BPFHOST_OPERAND_ENUMERATOR,
	};
	const char *found = strchr(letters, *name);

	(void)ctx;
	if (!found)
		return -ENOENT;
	*operand = (struct bpfhost_operand){
		.kind = kinds[found - letters],
		.slot = (uint32_t)(found - letters),
		.value = UINT64_MAX,
		.is_signed = true,
	};
	return 0;
}

static int resolve_enumerator(void *ctx, const char *field, const char *name,
			      struct bpfhost_operand *operand)
{
	(void)ctx;
	(void)field;
	if (*name != 'E')
		return -ENOENT;
	*operand = (struct bpfhost_operand){ .kind = BPFHOST_OPERAND_ENUMERATOR, .value = 2 };
	return 0;
}

static const char *candidate(void *ctx, const char *field, uint32_t index)
{
	static const char *const names[] = { "uint", "int", "string", "address" };

	(void)ctx;
	(void)field;
	return index < 4 ? names[index] : NULL;
}

static void read_value(void *ctx, uint32_t slot, struct bpfhost_value *value)
{
	static const uint8_t bytes[16] = "aabaabaaabaabaa";
	static const uint8_t kinds[] = { BPFHOST_VALUE_UINT,    BPFHOST_VALUE_INT,
					 BPFHOST_VALUE_FLOAT,   BPFHOST_VALUE_STRING,
					 BPFHOST_VALUE_ADDRESS, BPFHOST_VALUE_ADDRESS,
					 BPFHOST_VALUE_ADDRESS };

	(void)ctx;
	value->kind = kinds[slot];
	value->data = bytes;
	value->size = slot == 4 ? 4 : slot == 3 ? 15 : 16;
	if (slot < 2)
		value->int_value = -3;
	if (slot == 2)
		value->float_value = 2.5;
}

static int place(void *ctx, uint32_t slot, struct bpfhost_load *load)
{
	static const uint8_t kinds[] = { BPFHOST_LOAD_UINT,   BPFHOST_LOAD_INT,  BPFHOST_LOAD_NONE,
					 BPFHOST_LOAD_CHARS,  BPFHOST_LOAD_IPV4, BPFHOST_LOAD_IPV6,
					 BPFHOST_LOAD_ADDRESS };

	(void)ctx;
	*load = (struct bpfhost_load){ .kind = kinds[slot], .size = 8 };
	return 0;
}

/* Jumps lead forward, and to what there is. */
static void check(const struct bpfhost_condition *condition)
{
	for (uint32_t i = 0; i < condition->test_count; i++) {
		const struct bpfhost_condition_test *test = &condition->tests[i];

		if (test->next_true < BPFHOST_CONDITION_HOLDS &&
		    (test->next_true <= i || test->next_true >= condition->test_count))
			abort();
		if (test->next_false < BPFHOST_CONDITION_HOLDS &&
		    (test->next_false <= i || test->next_false >= condition->test_count))
			abort();
		if (test->string && test->string >= condition->string_count)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct bpfhost_resolver resolver = { resolve, resolve_enumerator, candidate };
	struct bpfhost_condition condition;
	struct bpfhost_expr *expr = NULL;
	struct bpfhost_error err = { 0 };
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (!bpfhost_expr_parse(text, &expr, &err) &&
	    !bpfhost_expr_bind(expr, &resolver, NULL, &err)) {
		bpfhost_expr_eval(expr, read_value, NULL);
		if (!bpfhost_condition_compile(expr, place, NULL, &condition, &err))
			check(&condition);
	} else if (!*err.text) {
		abort();
	}
	bpfhost_expr_free(expr);
	free(text);
	return 0;
}
