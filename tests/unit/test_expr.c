/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <bpfhost/expr.h>

/* One event with a field of each kind. */
enum slot {
	FD,
	BIG,
	MINUS,
	FLAGS,
	FAMILY,
	RATIO,
	NOT_A_NUMBER,
	COMM,
	PATH,
	EMPTY,
	SADDR,
	DADDR,
	SADDR6,
	PEER,
	ABSENT,
	GONE,
	SLOT_COUNT,
};

static const struct field {
	const char *name;
	enum bpfhost_operand_kind kind;
} fields[SLOT_COUNT] = {
	[FD] = { "fd", BPFHOST_OPERAND_UINT },
	[BIG] = { "big", BPFHOST_OPERAND_UINT },
	[MINUS] = { "minus", BPFHOST_OPERAND_INT },
	[FLAGS] = { "flags", BPFHOST_OPERAND_UINT },
	[FAMILY] = { "family", BPFHOST_OPERAND_UINT },
	[RATIO] = { "ratio", BPFHOST_OPERAND_FLOAT },
	[NOT_A_NUMBER] = { "nan", BPFHOST_OPERAND_FLOAT },
	[COMM] = { "comm", BPFHOST_OPERAND_STRING },
	[PATH] = { "path", BPFHOST_OPERAND_STRING },
	[EMPTY] = { "empty", BPFHOST_OPERAND_STRING },
	[SADDR] = { "saddr", BPFHOST_OPERAND_IPV4 },
	[DADDR] = { "daddr", BPFHOST_OPERAND_IPV4 },
	[SADDR6] = { "saddr6", BPFHOST_OPERAND_IPV6 },
	[PEER] = { "peer", BPFHOST_OPERAND_ADDRESS },
	[ABSENT] = { "absent", BPFHOST_OPERAND_UINT },
	[GONE] = { "gone", BPFHOST_OPERAND_MISSING },
};

static const uint8_t loopback6[16] = { [15] = 1 };

static struct bpfhost_value text_value(const char *text)
{
	return (struct bpfhost_value){ .kind = BPFHOST_VALUE_STRING,
				       .size = (uint32_t)strlen(text),
				       .data = text };
}

static struct bpfhost_value address_value(const void *bytes, uint32_t size)
{
	return (struct bpfhost_value){ .kind = BPFHOST_VALUE_ADDRESS, .size = size, .data = bytes };
}

static void read_value(void *ctx, uint32_t slot, struct bpfhost_value *value)
{
	struct bpfhost_value number = { .kind = BPFHOST_VALUE_UINT };

	++*(int *)ctx;
	number.uint_value = slot == FD       ? 7
			    : slot == BIG    ? UINT64_MAX
			    : slot == FLAGS  ? 0x42
			    : slot == FAMILY ? 2
					     : 0;
	switch (slot) {
	case MINUS:
		*value = (struct bpfhost_value){ .kind = BPFHOST_VALUE_INT, .int_value = -1 };
		return;
	case RATIO:
	case NOT_A_NUMBER:
		value->kind = BPFHOST_VALUE_FLOAT;
		value->float_value = slot == RATIO ? 2.5 : NAN;
		return;
	case COMM:
		*value = text_value("nginx");
		return;
	case PATH:
		*value = text_value("/etc/nginx/nginx.conf");
		return;
	case EMPTY:
		*value = (struct bpfhost_value){ .kind = BPFHOST_VALUE_STRING };
		return;
	case SADDR:
	case PEER:
		*value = address_value("\x0a\x01\x02\x03", 4);
		return;
	case DADDR:
		*value = address_value("\x0a\x01\x02\x04", 4);
		return;
	case SADDR6:
		*value = address_value(loopback6, 16);
		return;
	case ABSENT:
		return;
	default:
		*value = number;
	}
}

static int resolve(void *ctx, const char *name, struct bpfhost_operand *operand)
{
	(void)ctx;
	if (!strcmp(name, "trouble"))
		return -EIO;
	for (uint32_t i = 0; i < SLOT_COUNT; i++) {
		if (strcmp(name, fields[i].name))
			continue;
		*operand = (struct bpfhost_operand){ .kind = fields[i].kind, .slot = i };
		return 0;
	}
	return -ENOENT;
}

static const char *const enumerators[] = { "AF_UNIX", "AF_INET", "AF_NONE" };

static int resolve_enumerator(void *ctx, const char *field, const char *name,
			      struct bpfhost_operand *operand)
{
	(void)ctx;
	if (strcmp(field, "family") && strcmp(field, "flags") && strcmp(field, "minus"))
		return -ENOENT;
	for (uint32_t i = 0; i < 3; i++) {
		if (strcmp(name, enumerators[i]))
			continue;
		*operand = (struct bpfhost_operand){ .kind = BPFHOST_OPERAND_ENUMERATOR,
						     .value = i == 2 ? UINT64_MAX : i + 1,
						     .is_signed = i == 2 };
		return 0;
	}
	return -ENOENT;
}

static const char *candidate(void *ctx, const char *field, uint32_t index)
{
	(void)ctx;
	if (field)
		return !strcmp(field, "family") && index < 3 ? enumerators[index] : NULL;
	return index < SLOT_COUNT ? fields[index].name : NULL;
}

static const struct bpfhost_resolver resolver = {
	.field = resolve,
	.enumerator = resolve_enumerator,
	.candidate = candidate,
};

/* Returns whether TEXT holds, and how many fields were read for it. */
static bool holds(const char *text, int *ret_reads)
{
	struct bpfhost_error err = { 0 };
	struct bpfhost_expr *expr = NULL;
	bool result;

	*ret_reads = 0;
	if (bpfhost_expr_parse(text, &expr, &err) || bpfhost_expr_bind(expr, &resolver, NULL, &err))
		fail_msg("%s: %s", text, err.text);
	assert_string_equal(bpfhost_expr_text(expr), text);
	result = bpfhost_expr_eval(expr, read_value, ret_reads);
	bpfhost_expr_free(expr);
	return result;
}

struct row {
	const char *text;
	bool expected;
};

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int reads;

		if (holds(rows[i].text, &reads) != rows[i].expected)
			fail_msg("%s: not %d", rows[i].text, rows[i].expected);
	}
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void test_numbers(void **state)
{
	static const struct row rows[] = {
		{ "fd == 7", true },
		{ "fd==7", true },
		{ " ( fd == 7 ) ", true },
		{ "fd != 7", false },
		{ "fd < 7", false },
		{ "fd <= 7", true },
		{ "fd > 6", true },
		{ "fd >= 8", false },
		{ "7 == fd", true },
		{ "6 < fd", true },
		{ "8 <= fd", false },
		{ "fd == 0x7", true },
		{ "fd == 0b111", true },
		{ "fd == 0o7", true },
		{ "fd == 07", true },
		{ "flags == 0102", true },
		{ "flags == 0X42", true },
		{ "fd > -1", true },
		{ "fd", true },
		{ "!fd", false },
		{ "!!fd", true },
		{ "1 < 2", true },
		{ "1 == -1", false },
		{ "fd == big", false },
	};
	int reads;

	(void)state;
	CHECK(rows);
	assert_true(holds("0 || 1", &reads));
	assert_int_equal(reads, 0);
}

static void test_sign(void **state)
{
	static const struct row rows[] = {
		{ "minus < fd", true },
		{ "minus < big", true },
		{ "minus == big", false },
		{ "minus != big", true },
		{ "minus == -1", true },
		{ "minus == 0xffffffffffffffff", false },
		{ "big == 18446744073709551615", true },
		{ "big > 9223372036854775808", true },
		{ "big == -1", false },
		{ "big > -9223372036854775808", true },
		{ "minus > -9223372036854775808", true },
		{ "minus & 0xff == 255", true },
		{ "minus & -1 == big", true },
		{ "-0 == 0", true },
		{ "minus == AF_NONE", true },
	};

	(void)state;
	CHECK(rows);
}

static void test_mask(void **state)
{
	static const struct row rows[] = {
		{ "flags & 0x40", true },         { "flags & 1", false },
		{ "flags & 0x42 == 0x42", true }, { "(flags & 0x42) == 0x42", true },
		{ "0x42 == flags & 0x42", true }, { "0x40 & flags", true },
		{ "!(flags & 0x40)", false },     { "flags & 0x43 & 1", false },
		{ "flags & AF_INET", true },      { "AF_UNIX & flags", false },
		{ "flags & AF_INET & 1", false }, { "6 & 3 == 2", true },
		{ "fd & 3 == flags & 3", false }, { "flags & 3 < fd & 3", true },
	};

	(void)state;
	CHECK(rows);
}

static void test_floats(void **state)
{
	static const struct row rows[] = {
		{ "ratio == 2.5", true },  { "ratio > 2", true },
		{ "ratio < 3", true },     { "fd > 6.5", true },
		{ "fd == 7.0", true },     { "fd < 7.25", true },
		{ "minus < -0.5", true },  { "minus > -1.5", true },
		{ "minus == -1.0", true }, { "big < 18446744073709551616.0", true },
		{ "big > 1e19", true },    { "big > 1e300", false },
		{ "big > -1e300", true },  { "ratio", true },
		{ "nan == nan", false },   { "nan < 1", false },
		{ "nan != 1", true },      { "1 > nan", false },
		{ "2.5 > -2.5e-1", true }, { "big == 1.8446744073709551615e19", false },
	};

	(void)state;
	CHECK(rows);
}

static void test_strings(void **state)
{
	static const struct row rows[] = {
		{ "comm == \"nginx\"", true },   { "comm != \"nginx\"", false },
		{ "\"nginx\" == comm", true },   { "comm == \"ngin\\x78\"", true },
		{ "comm == \"nginxx\"", false }, { "comm ~ \"nginx\"", true },
		{ "comm ~ \"ng*\"", true },      { "comm ~ \"*nx\"", true },
		{ "comm ~ \"*gi*\"", true },     { "comm ~ \"*gx*\"", false },
		{ "comm ~ \"*\"", true },        { "comm ~ \"**\"", true },
		{ "comm ~ \"nginx*\"", true },   { "comm ~ \"nginx-*\"", false },
		{ "path ~ \"*.conf\"", true },   { "empty == \"\"", true },
		{ "empty ~ \"*\"", true },       { "empty ~ \"a*\"", false },
		{ "comm == path", false },       { "comm != path", true },
		{ "\"a\" == \"a\"", true },
	};

	(void)state;
	CHECK(rows);
}

static void test_addresses(void **state)
{
	static const struct row rows[] = {
		{ "saddr == 10.1.2.3", true },
		{ "saddr == \"10.1.2.3\"", true },
		{ "10.1.2.3 == saddr", true },
		{ "saddr != 10.1.2.3", false },
		{ "saddr in 10.0.0.0/8", true },
		{ "saddr in \"10.0.0.0/8\"", true },
		{ "saddr in 11.0.0.0/8", false },
		{ "saddr in 10.1.2.2/31", true },
		{ "saddr in 10.1.2.9/24", true },
		{ "saddr in 0.0.0.0/0", true },
		{ "saddr in 10.1.2.3", true },
		{ "saddr == daddr", false },
		{ "saddr != daddr", true },
		{ "saddr6 == ::1", true },
		{ "saddr6 in ::/64", true },
		{ "saddr6 in fe80::/10", false },
		{ "saddr6 != a::b", true },
		{ "saddr6 in ::ffff:0.0.0.0/96", false },
		{ "peer in 10.0.0.0/8 && peer != ::1", true },
		{ "peer in fe80::/10", false },
		{ "peer == saddr", true },
		{ "peer != saddr6", true },
	};

	(void)state;
	CHECK(rows);
}

static void test_enumerators(void **state)
{
	static const struct row rows[] = {
		{ "family == AF_INET", true },    { "AF_INET == family", true },
		{ "family != AF_UNIX", true },    { "AF_UNIX < family", true },
		{ "gone == AF_ANYTHING", false }, { "family == \"AF_INET\"", true },
		{ "\"AF_UNIX\" < family", true }, { "family != \"AF_NONE\"", true },
		{ "gone == \"AF_INET\"", false },
	};

	(void)state;
	CHECK(rows);
}

static void test_missing(void **state)
{
	static const struct row rows[] = {
		{ "gone", false },         { "gone == 0", false },    { "gone != 0", false },
		{ "!gone", true },         { "absent", false },       { "absent == 0", false },
		{ "absent != 0", false },  { "!absent", true },       { "!(absent != 0)", true },
		{ "fd != absent", false }, { "absent != fd", false }, { "gone ~ \"*\"", false },
		{ "gone in ::/0", false }, { "gone || fd", true },    { "absent & 1 == 0", false },
	};

	(void)state;
	CHECK(rows);
}

static void test_logic(void **state)
{
	static const struct row rows[] = {
		{ "fd == 7 && flags == 0x42", true },
		{ "fd == 8 && flags == 0x42 || family == 2", true },
		{ "family == 2 || fd == 8 && flags == 0", true },
		{ "(family == 2 || fd == 7) && flags == 0", false },
		{ "!(fd == 7 && flags == 0)", true },
		{ "!(fd == 8 || flags == 0)", true },
		{ "!(!(fd == 7) || !(flags == 0x42))", true },
		{ "!fd || !flags", false },
		{ "(fd) && ((flags))", true },
		{ "fd&&flags||0", true },
		{ "1 == 2 || fd == 7", true },
		{ "!(1 == 1) || fd == 8", false },
	};

	(void)state;
	CHECK(rows);
}

static void test_reads_only_what_matters(void **state)
{
	int reads;

	(void)state;
	assert_false(holds("fd == 8 && flags && family", &reads));
	assert_int_equal(reads, 1);
	assert_true(holds("fd == 7 || flags && family", &reads));
	assert_int_equal(reads, 1);
	assert_true(holds("fd == 8 || flags && family", &reads));
	assert_int_equal(reads, 3);
}

/* a OP (b OP c) and (a OP b) OP c with every negation, operator and truth value, against C. */
static void check_formula(unsigned int bits)
{
	static const char *const names[3][2] = { { "fd == 8", "fd == 7" },
						 { "flags == 8", "flags == 66" },
						 { "family == 8", "family == 2" } };
	static const char *const ops[2] = { "||", "&&" };
	bool a = bits & 1, b = bits & 2, c = bits & 4, first = bits & 8, second = bits & 16;
	bool negated = bits & 32, to_left = bits & 64;
	bool inner, value;
	char text[128];
	int reads;

	if (to_left) {
		inner = (first ? a && b : a || b) != negated;
		value = second ? inner && c : inner || c;
		snprintf(text, sizeof(text), "%s(%s %s %s) %s %s", negated ? "!" : "", names[0][a],
			 ops[first], names[1][b], ops[second], names[2][c]);
	} else {
		inner = (second ? b && c : b || c) != negated;
		value = first ? a && inner : a || inner;
		snprintf(text, sizeof(text), "%s %s %s(%s %s %s)", names[0][a], ops[first],
			 negated ? "!" : "", names[1][b], ops[second], names[2][c]);
	}
	if (holds(text, &reads) != value)
		fail_msg("%s: not %d", text, value);
}

static void test_all_small_formulas(void **state)
{
	(void)state;
	for (unsigned int bits = 0; bits < 128; bits++)
		check_formula(bits);
}

static void refuse(const char *text, int code, const char *sentence)
{
	struct bpfhost_error err = { 0 };
	struct bpfhost_expr *expr = NULL;
	int failed = bpfhost_expr_parse(text, &expr, &err);
	int reads = 0;

	if (!failed) {
		failed = bpfhost_expr_bind(expr, &resolver, NULL, &err);
		assert_false(bpfhost_expr_eval(expr, read_value, &reads));
	}
	bpfhost_expr_free(expr);
	assert_string_equal(err.text, sentence);
	assert_int_equal(failed, code);
}

static void test_syntax_errors(void **state)
{
	(void)state;
	refuse("", -EINVAL, "the text ends where a field or a value must follow at column 1");
	refuse("fd ==", -EINVAL, "the text ends where a field or a value must follow at column 6");
	refuse("fd = 7", -EINVAL, "unexpected \"=\" at column 4; use ==");
	refuse("fd and 7", -EINVAL, "unexpected \"and\" at column 4; use &&");
	refuse("fd | 7", -EINVAL, "unexpected \"|\" at column 4; use ||");
	refuse("fd)", -EINVAL, "unexpected \")\" at column 3; no '(' is open");
	refuse("(fd", -EINVAL, "the ')' is missing for the '(' of column 1, expected at column 4");
	refuse("1 < fd < 8", -EINVAL, "unexpected \"<\" at column 8");
	refuse("(1 < fd) < 8", -EINVAL,
	       "a comparison cannot be an operand of '<' at column 10; use && or ||");
	refuse("!fd == 7", -EINVAL,
	       "a comparison cannot be an operand of '==' at column 5; write !(a == b)");
	refuse("fd == 'a'", -EINVAL,
	       "''' where a field or a value must follow at column 7; "
	       "strings are written in double quotes");
	refuse("fd == 12abc", -EINVAL, "malformed number \"12abc\" at column 7");
	refuse("fd == 08", -EINVAL, "malformed number \"08\" at column 7");
	refuse("fd == 0x", -EINVAL, "malformed number \"0x\" at column 7");
	refuse("fd == 18446744073709551616", -EINVAL, "number beyond 64 bits at column 7");
	refuse("fd == -9223372036854775809", -EINVAL, "number below -2^63 at column 7");
	refuse("fd == -x", -EINVAL, "a number must follow '-' at column 7");
	refuse("saddr == 10.1.2.300", -EINVAL, "malformed address \"10.1.2.300\" at column 10");
	refuse("saddr in 10.0.0.0/33", -EINVAL, "malformed address \"10.0.0.0/33\" at column 10");
	refuse("saddr in 7", -EINVAL,
	       "'in' takes an address prefix such as 10.0.0.0/8 at column 10");
	refuse("comm ~ 7", -EINVAL, "'~' takes a pattern in double quotes at column 8");
	refuse("comm ~ \"a*b\"", -EINVAL,
	       "a pattern holds '*' only as its first and its last letter at column 8");
	refuse("fd & comm & flags", -EINVAL, "'&' takes one field and whole numbers at column 11");
	refuse("fd & 1.5", -EINVAL, "'&' takes one field and whole numbers at column 4");
	refuse("comm == \"a", -EINVAL, "the closing '\"' is missing of the string at column 9");
}

static void test_binding_errors(void **state)
{
	(void)state;
	refuse("fdd == 7", -ENOENT, "unknown name \"fdd\" at column 1; did you mean \"fd\"?");
	refuse("fd == 7 && famly == 2", -ENOENT,
	       "unknown name \"famly\" at column 12; did you mean \"family\"?");
	refuse("family == AF_INT", -ENOENT,
	       "unknown name \"AF_INT\" at column 11; did you mean \"AF_INET\"?");
	refuse("family == \"AF_INT\"", -ENOENT,
	       "\"family\" has no value \"AF_INT\" at column 11; did you mean \"AF_INET\"?");
	refuse("fd == \"AF_INET\"", -EINVAL,
	       "cannot compare \"fd\" (a number) with a string at column 4");
	refuse("zzzzzz == 1", -ENOENT, "unknown name \"zzzzzz\" at column 1");
	refuse("fd == AF_INET", -ENOENT, "unknown name \"AF_INET\" at column 7");
	refuse("comm == 7", -EINVAL,
	       "cannot compare \"comm\" (a string) with a number at column 6");
	refuse("7 == comm", -EINVAL,
	       "cannot compare a number with \"comm\" (a string) at column 3");
	refuse("fd == saddr", -EINVAL,
	       "cannot compare \"fd\" (a number) with \"saddr\" (an address) at column 4");
	refuse("fd in ::/0", -EINVAL,
	       "cannot compare \"fd\" (a number) with an address at column 4");
	refuse("saddr == \"nonsense\"", -EINVAL,
	       "cannot compare \"saddr\" (an address) with a string at column 7");
	refuse("comm", -EINVAL, "\"comm\" (a string) needs a comparison at column 1");
	refuse("comm < \"a\"", -EINVAL, "strings are compared with ==, != and ~ only at column 6");
	refuse("saddr < 10.0.0.1", -EINVAL,
	       "addresses are compared with ==, != and in only at column 7");
	refuse("saddr == 10.0.0.0/8", -EINVAL,
	       "an address is not equal to a prefix at column 7; use in");
	refuse("saddr in ::/0", -EINVAL, "an IPv4 address is never an IPv6 address at column 7");
	refuse("comm & 1", -EINVAL, "'&' needs a whole number, which \"comm\" is not at column 1");
	refuse("ratio & 1", -EINVAL,
	       "'&' needs a whole number, which \"ratio\" is not at column 1");
	refuse("fd & flags", -EINVAL, "'&' takes one field, not two at column 1");
	refuse("trouble == 1", -EIO,
	       "failed to resolve \"trouble\": Input/output error at column 1");
}

static void test_limits(void **state)
{
	char text[BPFHOST_EXPR_TEXT_MAX + 8] = "";
	char string[BPFHOST_EXPR_STRING_MAX + 2] = "";
	int reads;

	(void)state;
	memset(text, '(', 33);
	strcpy(text + 33, "fd");
	refuse(text, -E2BIG, "parentheses more than 32 deep at column 33");
	memset(text, '(', 32);
	memcpy(text + 32, "fd", 2);
	memset(text + 34, ')', 32);
	text[66] = '\0';
	assert_true(holds(text, &reads));

	memset(string, 'a', BPFHOST_EXPR_STRING_MAX);
	snprintf(text, sizeof(text), "comm == \"%s\"", string);
	assert_false(holds(text, &reads));
	snprintf(text, sizeof(text), "comm == \"%sa\"", string);
	refuse(text, -E2BIG, "string of more than 64 bytes at column 9");

	memset(text, ' ', sizeof(text));
	text[BPFHOST_EXPR_TEXT_MAX + 1] = '\0';
	refuse(text, -E2BIG, "expression of more than 4096 bytes");
	bpfhost_expr_free(NULL);
}

static void test_many_tests(void **state)
{
	char text[BPFHOST_EXPR_TEXT_MAX + 1];
	int reads;

	(void)state;
	for (int i = 0; i < BPFHOST_EXPR_TEXT_MAX; i += 4)
		memcpy(text + i, "fd&&", 4);
	strcpy(text + BPFHOST_EXPR_TEXT_MAX - 4, "1");
	assert_true(holds(text, &reads));
	assert_int_equal(reads, 1023);
}

static void test_unbound_and_bound_again(void **state)
{
	struct bpfhost_resolver broken = resolver;
	struct bpfhost_expr *expr = NULL;
	int reads = 0;

	(void)state;
	assert_int_equal(bpfhost_expr_parse("family == AF_INET", &expr, NULL), 0);
	assert_false(bpfhost_expr_eval(expr, read_value, &reads));
	assert_int_equal(bpfhost_expr_bind(expr, &resolver, NULL, NULL), 0);
	assert_true(bpfhost_expr_eval(expr, read_value, &reads));
	broken.enumerator = NULL;
	broken.candidate = NULL;
	assert_int_equal(bpfhost_expr_bind(expr, &broken, NULL, NULL), -ENOENT);
	assert_false(bpfhost_expr_eval(expr, read_value, &reads));
	assert_int_equal(bpfhost_expr_bind(expr, &resolver, NULL, NULL), 0);
	assert_true(bpfhost_expr_eval(expr, read_value, &reads));
	bpfhost_expr_free(expr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_sign),
		cmocka_unit_test(test_mask),
		cmocka_unit_test(test_floats),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_enumerators),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_logic),
		cmocka_unit_test(test_reads_only_what_matters),
		cmocka_unit_test(test_all_small_formulas),
		cmocka_unit_test(test_syntax_errors),
		cmocka_unit_test(test_binding_errors),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_many_tests),
		cmocka_unit_test(test_unbound_and_bound_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
