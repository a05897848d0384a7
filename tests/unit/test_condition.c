/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <bpfhost/condition_compile.h>

static const struct field {
	const char *name;
	enum bpfhost_operand_kind kind;
	struct bpfhost_load load;
} fields[] = {
	{ "fd", BPFHOST_OPERAND_UINT, { BPFHOST_LOAD_UINT, 0, 4, 16 } },
	{ "ret", BPFHOST_OPERAND_INT, { BPFHOST_LOAD_INT, 0, 8, 24 } },
	{ "comm", BPFHOST_OPERAND_STRING, { BPFHOST_LOAD_CHARS, 0, 16, 32 } },
	{ "path", BPFHOST_OPERAND_STRING, { BPFHOST_LOAD_USER_STR, 0, 0, 48 } },
	{ "saddr", BPFHOST_OPERAND_IPV4, { BPFHOST_LOAD_IPV4, 0, 0, 56 } },
	{ "saddr6", BPFHOST_OPERAND_IPV6, { BPFHOST_LOAD_IPV6, 0, 0, 60 } },
	{ "daddr", BPFHOST_OPERAND_IPV4, { BPFHOST_LOAD_IPV4, 0, 0, 76 } },
	{ "gone", BPFHOST_OPERAND_MISSING, { 0 } },
	{ "ratio", BPFHOST_OPERAND_FLOAT, { 0 } },
	{ "peer", BPFHOST_OPERAND_ADDRESS, { BPFHOST_LOAD_ADDRESS, 3, 0, 96 } },
	{ "odd", BPFHOST_OPERAND_UINT, { BPFHOST_LOAD_UINT, 0, 3, 0 } },
	{ "sign", BPFHOST_OPERAND_UINT, { BPFHOST_LOAD_INT, 0, 4, 0 } },
	{ "far", BPFHOST_OPERAND_UINT, { BPFHOST_LOAD_UINT, 0, 4, 65536 } },
	{ "hidden", BPFHOST_OPERAND_UINT, { 0 } },
};

enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

static int resolve(void *ctx, const char *name, struct bpfhost_operand *operand)
{
	(void)ctx;
	for (uint32_t i = 0; i < FIELD_COUNT; i++) {
		if (strcmp(fields[i].name, name))
			continue;
		*operand = (struct bpfhost_operand){ .kind = fields[i].kind, .slot = i };
		return 0;
	}
	return -ENOENT;
}

static int place(void *ctx, uint32_t slot, struct bpfhost_load *load)
{
	(void)ctx;
	*load = fields[slot].load;
	return strcmp(fields[slot].name, "hidden") ? 0 : -ENOTSUP;
}

static int compile(const char *text, struct bpfhost_condition *condition, struct bpfhost_error *err)
{
	static const struct bpfhost_resolver resolver = { .field = resolve };
	struct bpfhost_expr *expr = NULL;
	int failed;

	if (bpfhost_expr_parse(text, &expr, err) || bpfhost_expr_bind(expr, &resolver, NULL, err))
		fail_msg("%s: %s", text, err->text);
	failed = bpfhost_condition_compile(expr, place, NULL, condition, err);
	bpfhost_expr_free(expr);
	return failed;
}

static struct bpfhost_condition compiled(const char *text)
{
	struct bpfhost_condition condition;
	struct bpfhost_error err = { 0 };

	if (compile(text, &condition, &err))
		fail_msg("%s: %s", text, err.text);
	return condition;
}

static void refuse(const char *text, int code, const char *sentence)
{
	struct bpfhost_condition condition;
	struct bpfhost_error err = { 0 };

	assert_int_equal(compile(text, &condition, &err), code);
	assert_string_equal(err.text, sentence);
}

static void test_one_number(void **state)
{
	struct bpfhost_condition condition = compiled("7 > fd & 0xf");
	struct bpfhost_condition_test *test = &condition.tests[0];

	(void)state;
	assert_int_equal(condition.test_count, 1);
	assert_int_equal(condition.string_count, 0);
	assert_int_equal(test->left.kind, BPFHOST_LOAD_UINT);
	assert_int_equal(test->left.size, 4);
	assert_int_equal(test->left.offset, 16);
	assert_int_equal(test->right.kind, BPFHOST_LOAD_NONE);
	assert_true(test->masked);
	assert_int_equal(test->mask, 0xf);
	assert_int_equal(test->value, 7);
	assert_false(test->negative);
	assert_int_equal(test->accept, BPFHOST_CONDITION_LESS);
	assert_int_equal(test->next_true, BPFHOST_CONDITION_HOLDS);
	assert_int_equal(test->next_false, BPFHOST_CONDITION_FAILS);
}

static void test_operators(void **state)
{
	enum { EQ = BPFHOST_CONDITION_EQUAL, LT = BPFHOST_CONDITION_LESS };
	enum { GT = BPFHOST_CONDITION_GREATER };

	(void)state;
	assert_int_equal(compiled("ret == -1").tests[0].accept, EQ);
	assert_true(compiled("ret == -1").tests[0].negative);
	assert_int_equal(compiled("ret != 1").tests[0].accept, LT | GT);
	assert_int_equal(compiled("ret").tests[0].accept, LT | GT);
	assert_int_equal(compiled("ret < 1").tests[0].accept, LT);
	assert_int_equal(compiled("ret <= 1").tests[0].accept, LT | EQ);
	assert_int_equal(compiled("ret > fd").tests[0].accept, GT);
	assert_int_equal(compiled("ret > fd").tests[0].right.offset, 16);
	assert_int_equal(compiled("ret >= 1").tests[0].accept, GT | EQ);
}

static void test_jumps(void **state)
{
	struct bpfhost_condition condition = compiled("(fd == 1 || fd == 2) && !(ret < 0)");

	(void)state;
	assert_int_equal(condition.test_count, 3);
	assert_int_equal(condition.tests[0].next_true, 2);
	assert_int_equal(condition.tests[0].next_false, 1);
	assert_int_equal(condition.tests[1].next_true, 2);
	assert_int_equal(condition.tests[1].next_false, BPFHOST_CONDITION_FAILS);
	assert_int_equal(condition.tests[2].next_true, BPFHOST_CONDITION_FAILS);
	assert_int_equal(condition.tests[2].next_false, BPFHOST_CONDITION_HOLDS);
}

static void test_known_outcomes_vanish(void **state)
{
	struct bpfhost_condition condition = compiled("1 == 2 || gone == 3 || fd == 7 && 1");

	(void)state;
	assert_int_equal(condition.test_count, 1);
	assert_int_equal(condition.tests[0].value, 7);
	assert_int_equal(condition.tests[0].next_true, BPFHOST_CONDITION_HOLDS);
	assert_int_equal(compiled("1 || fd == 7").test_count, 0);
	assert_int_equal(compiled("!gone").test_count, 0);
	condition = compiled("gone && fd == 7");
	assert_int_equal(condition.test_count, 1);
	assert_int_equal(condition.tests[0].accept, 0);
	assert_int_equal(condition.tests[0].next_false, BPFHOST_CONDITION_FAILS);
}

static void test_strings(void **state)
{
	struct bpfhost_condition condition = compiled("comm == \"sh\" || path ~ \"*aabaaab*\"");

	(void)state;
	assert_int_equal(condition.string_count, 2);
	assert_int_equal(condition.tests[1].string, 1);
	assert_int_equal(condition.strings[0].glob, BPFHOST_GLOB_WHOLE);
	assert_int_equal(condition.strings[0].length, 2);
	assert_memory_equal(condition.strings[0].text, "sh", 3);
	assert_int_equal(condition.strings[1].glob, BPFHOST_GLOB_PART);
	assert_memory_equal(condition.strings[1].text, "aabaaab", 8);
	assert_memory_equal(condition.strings[1].fail, "\0\1\0\1\2\2\3", 7);
	assert_int_equal(compiled("path ~ \"a*\"").strings[0].glob, BPFHOST_GLOB_PREFIX);
	assert_int_equal(compiled("path ~ \"*a\"").strings[0].glob, BPFHOST_GLOB_SUFFIX);
	assert_int_equal(compiled("path ~ \"*\"").strings[0].length, 0);
	assert_int_equal(compiled("path ~ \"*\"").strings[0].glob, BPFHOST_GLOB_PART);
}

static void test_addresses(void **state)
{
	struct bpfhost_condition condition = compiled("saddr in 10.1.2.3/12 && saddr6 == fe80::1");

	(void)state;
	assert_int_equal(condition.tests[0].bits, 12);
	assert_memory_equal(condition.tests[0].address, "\x0a\0\0\0", 4);
	assert_int_equal(condition.tests[0].accept, BPFHOST_CONDITION_EQUAL);
	assert_int_equal(condition.tests[1].bits, 128);
	assert_int_equal(condition.tests[1].address[15], 1);
	condition = compiled("peer in 10.0.0.0/8");
	assert_int_equal(condition.tests[0].bits, 104);
	assert_int_equal(condition.tests[0].is_ipv6, 0);
	assert_int_equal(condition.tests[0].left.present, 3);
	assert_memory_equal(condition.tests[0].address, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a", 13);
	condition = compiled("peer in ::/0");
	assert_int_equal(condition.tests[0].bits, 0);
	assert_int_equal(condition.tests[0].is_ipv6, 1);
	condition = compiled("saddr != daddr");
	assert_int_equal(condition.tests[0].bits, 32);
	assert_int_equal(condition.tests[0].right.offset, 76);
}

static void test_refused(void **state)
{
	(void)state;
	refuse("fd > 1.5", -ENOTSUP, "the kernel cannot compare floats at column 4");
	refuse("ratio > 1", -ENOTSUP, "the kernel cannot compare floats at column 7");
	refuse("peer == saddr", -ENOTSUP,
	       "the kernel cannot compare an address of either family with one of one family at "
	       "column 6");
	refuse("comm == path", -ENOTSUP, "the kernel cannot compare two strings at column 6");
	refuse("fd & 1 == ret & 1", -ENOTSUP,
	       "the kernel cannot mask both sides of a comparison at column 8");
	refuse("odd == 1", -EINVAL, "the kernel cannot read \"odd\" as it lies at column 5");
	refuse("sign == 1", -EINVAL, "the kernel cannot read \"sign\" as it lies at column 6");
	refuse("far == 1", -EINVAL, "the kernel cannot read \"far\" as it lies at column 5");
	refuse("hidden", -ENOTSUP,
	       "failed to place \"hidden\" for the kernel: "
	       "Operation not supported at column 1");
}

static void repeat(char *text, const char *piece, int count)
{
	text[0] = '\0';
	for (int i = 0; i < count; i++) {
		strcat(text, i ? " || " : "");
		strcat(text, piece);
	}
}

static void test_limits(void **state)
{
	char text[2048];

	(void)state;
	repeat(text, "fd == 1", 16);
	assert_int_equal(compiled(text).test_count, 16);
	assert_int_equal(compiled(text).tests[15].next_false, BPFHOST_CONDITION_FAILS);
	repeat(text, "fd == 1", 17);
	refuse(text, -E2BIG, "more than 16 comparisons for the kernel at column 1");
	repeat(text, "comm == \"a\"", 8);
	assert_int_equal(compiled(text).string_count, 8);
	repeat(text, "comm == \"a\"", 9);
	refuse(text, -E2BIG, "more than 8 strings for the kernel at column 126");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_number), cmocka_unit_test(test_operators),
		cmocka_unit_test(test_jumps),      cmocka_unit_test(test_known_outcomes_vanish),
		cmocka_unit_test(test_strings),    cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_refused),    cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
