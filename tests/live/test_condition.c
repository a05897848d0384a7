/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Conditions must mean the same in the kernel and in user space. Each case is one expression and
 * one record: a table of cases whose answer is written beside them, then random ones, where
 * the two evaluators are held against each other. The strings are made of few letters, so that
 * patterns almost match, and the numbers lie around those of the record.
 *
 * Usage: test_condition [FILE], FILE being the compiled condition.bpf.c, by default
 * condition.bpf.o beside this program. Exit status 77 without the privilege to load programs.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <bpfhost/condition_compile.h>

#include "condition_record.h"

enum { RANDOM_CASES = 5000, TIMED_RUNS = 1000000 };

struct field {
	const char *name;
	enum bpfhost_operand_kind operand;
	struct bpfhost_load load;
};

static const struct field fields[] = {
	{ "a8", BPFHOST_OPERAND_UINT, { BPFHOST_LOAD_UINT, 0, 1, 0 } },
	{ "a16", BPFHOST_OPERAND_UINT, { BPFHOST_LOAD_UINT, 0, 2, 2 } },
	{ "a32", BPFHOST_OPERAND_UINT, { BPFHOST_LOAD_UINT, 0, 4, 4 } },
	{ "a64", BPFHOST_OPERAND_UINT, { BPFHOST_LOAD_UINT, 0, 8, 8 } },
	{ "s8", BPFHOST_OPERAND_INT, { BPFHOST_LOAD_INT, 0, 1, 16 } },
	{ "s16", BPFHOST_OPERAND_INT, { BPFHOST_LOAD_INT, 0, 2, 18 } },
	{ "s32", BPFHOST_OPERAND_INT, { BPFHOST_LOAD_INT, 0, 4, 20 } },
	{ "s64", BPFHOST_OPERAND_INT, { BPFHOST_LOAD_INT, 0, 8, 24 } },
	{ "chars", BPFHOST_OPERAND_STRING, { BPFHOST_LOAD_CHARS, 0, 16, 32 } },
	{ "data", BPFHOST_OPERAND_STRING, { BPFHOST_LOAD_DATA_LOC, 0, 0, 48 } },
	{ "rel", BPFHOST_OPERAND_STRING, { BPFHOST_LOAD_REL_LOC, 0, 0, 52 } },
	{ "user", BPFHOST_OPERAND_STRING, { BPFHOST_LOAD_USER_STR, 0, 0, 56 } },
	{ "kernel",
	  BPFHOST_OPERAND_STRING,
	  { BPFHOST_LOAD_KERNEL_STR, 0, 0, RECORD_KERNEL_POINTER } },
	{ "v4", BPFHOST_OPERAND_IPV4, { BPFHOST_LOAD_IPV4, 0, 0, 72 } },
	{ "v6", BPFHOST_OPERAND_IPV6, { BPFHOST_LOAD_IPV6, 0, 0, 76 } },
	{ "w4", BPFHOST_OPERAND_IPV4, { BPFHOST_LOAD_IPV4, 0, 0, 92 } },
	{ "w6", BPFHOST_OPERAND_IPV6, { BPFHOST_LOAD_IPV6, 0, 0, 96 } },
	{ "bad", BPFHOST_OPERAND_STRING, { BPFHOST_LOAD_USER_STR, 0, 0, 112 } },
	{ "any4", BPFHOST_OPERAND_ADDRESS, { BPFHOST_LOAD_ADDRESS, 0, 0, 128 } },
	{ "any6", BPFHOST_OPERAND_ADDRESS, { BPFHOST_LOAD_ADDRESS, 0, 0, 144 } },
	{ "has", BPFHOST_OPERAND_UINT, { BPFHOST_LOAD_UINT, 1, 4, 160 } },
	{ "lacks", BPFHOST_OPERAND_UINT, { BPFHOST_LOAD_UINT, 32, 4, 164 } },
	{ "lacks4", BPFHOST_OPERAND_ADDRESS, { BPFHOST_LOAD_ADDRESS, 32, 0, 128 } },
	{ "gone", BPFHOST_OPERAND_MISSING, { 0 } },
};

enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

enum { PRESENT = 168 };
enum { DATA_TEXT = 256, REL_TEXT = 768, TEXT_SPACE = 500 };

struct state {
	struct bpf_object *object;
	struct condition_case now;
	char user_text[TEXT_SPACE];
	int map;
	uint64_t seed;
};

static uint32_t roll(struct state *state, uint32_t limit)
{
	state->seed = state->seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state->seed >> 33) % limit;
}

static int resolve(void *ctx, const char *name, struct bpfhost_operand *operand)
{
	(void)ctx;
	for (uint32_t i = 0; i < FIELD_COUNT; i++) {
		if (strcmp(fields[i].name, name))
			continue;
		*operand = (struct bpfhost_operand){ .kind = fields[i].operand, .slot = i };
		return 0;
	}
	return -ENOENT;
}

static int place(void *ctx, uint32_t slot, struct bpfhost_load *load)
{
	(void)ctx;
	*load = fields[slot].load;
	return 0;
}

static void read_text(const struct state *state, uint32_t slot, struct bpfhost_value *value)
{
	const struct bpfhost_load *load = &fields[slot].load;
	const uint8_t *record = state->now.record;
	const uint8_t *text = record + load->offset;
	uint32_t loc, most = load->size;

	memcpy(&loc, record + load->offset, sizeof(loc));
	if (load->kind == BPFHOST_LOAD_DATA_LOC || load->kind == BPFHOST_LOAD_REL_LOC) {
		text = record + (loc & 0xffff);
		text += load->kind == BPFHOST_LOAD_REL_LOC ? load->offset + 4 : 0;
		most = loc >> 16;
	} else if (load->kind == BPFHOST_LOAD_USER_STR) {
		text = (const uint8_t *)state->user_text;
		most = TEXT_SPACE;
	} else if (load->kind == BPFHOST_LOAD_KERNEL_STR) {
		text = record + RECORD_KERNEL_TEXT;
		most = TEXT_SPACE;
	}
	value->kind = BPFHOST_VALUE_STRING;
	value->data = text;
	value->size = (uint32_t)strnlen((const char *)text, most);
}

static void read_number(const struct state *state, uint32_t slot, struct bpfhost_value *value)
{
	const struct bpfhost_load *load = &fields[slot].load;
	unsigned int shift = 64 - load->size * 8;

	value->uint_value = 0;
	memcpy(&value->uint_value, state->now.record + load->offset, load->size);
	value->kind = BPFHOST_VALUE_UINT;
	if (load->kind != BPFHOST_LOAD_INT)
		return;
	value->kind = BPFHOST_VALUE_INT;
	value->int_value = (int64_t)(value->uint_value << shift) >> shift;
}

static void read_value(void *ctx, uint32_t slot, struct bpfhost_value *value)
{
	const struct state *state = ctx;

	if (!strcmp(fields[slot].name, "bad") || fields[slot].load.present == 32)
		return;
	switch (fields[slot].operand) {
	case BPFHOST_OPERAND_UINT:
	case BPFHOST_OPERAND_INT:
		read_number(state, slot, value);
		return;
	case BPFHOST_OPERAND_STRING:
		read_text(state, slot, value);
		return;
	default:
		value->kind = BPFHOST_VALUE_ADDRESS;
		value->data = state->now.record + fields[slot].load.offset;
		value->size = fields[slot].operand == BPFHOST_OPERAND_IPV4 ? 4 : 16;
		if (!strcmp(fields[slot].name, "any4")) {
			value->data = (const uint8_t *)value->data + 12;
			value->size = 4;
		}
	}
}

static int run_program(struct state *state, const char *name)
{
	struct bpf_program *program = bpf_object__find_program_by_name(state->object, name);
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	uint32_t key = 0;

	assert_non_null(program);
	assert_int_equal(bpf_map_update_elem(state->map, &key, &state->now, BPF_ANY), 0);
	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(program), &opts), 0);
	assert_in_range(opts.retval, 0, 1);
	return (int)opts.retval;
}

static struct bpfhost_expr *bind(const char *text)
{
	static const struct bpfhost_resolver resolver = { .field = resolve };
	struct bpfhost_error err = { 0 };
	struct bpfhost_expr *expr = NULL;

	if (bpfhost_expr_parse(text, &expr, &err) || bpfhost_expr_bind(expr, &resolver, NULL, &err))
		fail_msg("%s: %s", text, err.text);
	return expr;
}

/* Returns what both evaluators say, or -1 for an expression that is too much for the kernel. */
static int evaluate(struct state *state, const char *text, const char *program)
{
	struct bpfhost_expr *expr = bind(text);
	struct bpfhost_error err = { 0 };
	int here, there = -1;
	int failed;

	failed = bpfhost_condition_compile(expr, place, NULL, &state->now.condition, &err);
	state->now.condition.present = PRESENT;
	here = bpfhost_expr_eval(expr, read_value, state);
	bpfhost_expr_free(expr);
	if (failed == -E2BIG)
		return -1;
	if (failed)
		fail_msg("%s: %s", text, err.text);
	there = run_program(state, program);
	if (here != there)
		fail_msg("user space says %d, the kernel %d: %s", here, there, text);
	return here;
}

static void put(struct state *state, const char *name, const void *bytes, size_t size)
{
	for (int i = 0; i < FIELD_COUNT; i++)
		if (!strcmp(fields[i].name, name))
			memcpy(state->now.record + fields[i].load.offset, bytes, size);
}

static void put_texts(struct state *state, const char *data, const char *rel)
{
	const char *user = state->user_text;
	uint64_t bad = 16;
	uint32_t loc;

	loc = (uint32_t)strlen(data) << 16 | DATA_TEXT;
	put(state, "data", &loc, 4);
	loc = (uint32_t)(strlen(rel) + 1) << 16 | (REL_TEXT - (52 + 4));
	put(state, "rel", &loc, 4);
	memcpy(state->now.record + DATA_TEXT, data, strlen(data));
	strcpy((char *)state->now.record + REL_TEXT, rel);
	put(state, "user", &user, 8);
	put(state, "bad", &bad, 8);
}

static void fill_fixed(struct state *state)
{
	static const uint8_t v4[] = { 10, 1, 2, 3 }, w4[] = { 10, 1, 2, 4 };
	static const uint8_t v6[16] = { 0xfe, 0x80, [15] = 1 };
	static const uint8_t mapped[16] = { [10] = 0xff, 0xff, 10, 1, 2, 3 };
	int64_t minus = -1;
	uint64_t big = UINT64_MAX;

	memset(&state->now, 'z', sizeof(state->now));
	put(state, "a8", &(uint8_t){ 200 }, 1);
	put(state, "a16", &(uint16_t){ 40000 }, 2);
	put(state, "a32", &(uint32_t){ 7 }, 4);
	put(state, "a64", &big, 8);
	put(state, "s8", &minus, 1);
	put(state, "s16", &(int16_t){ 300 }, 2);
	put(state, "s32", &(int32_t){ INT32_MIN }, 4);
	put(state, "s64", &minus, 8);
	put(state, "chars", "0123456789abcdef", 16);
	memcpy(state->now.record + PRESENT, &(uint32_t){ 1 }, 4);
	put(state, "any4", mapped, 16);
	put(state, "any6", v6, 16);
	put(state, "has", &(uint32_t){ 5 }, 4);
	put(state, "v4", v4, 4);
	put(state, "w4", w4, 4);
	put(state, "v6", v6, 16);
	put(state, "w6", v6, 16);
	put_texts(state, "/etc/passwd", "/etc/nginx/nginx.conf");
	strcpy(state->user_text, "/very/long/path/whose/name/has/more/than/sixty-four/bytes/in/it/"
				 "and/ends/with/aabaabaaab.conf");
	strcpy((char *)state->now.record + RECORD_KERNEL_TEXT, "");
}

static const struct {
	const char *text;
	int expected;
} table[] = {
	{ "a32 == 7", 1 },
	{ "a32 == 8", 0 },
	{ "a32 != 7", 0 },
	{ "a32", 1 },
	{ "!a32", 0 },
	{ "a8 == 200 && a16 == 40000", 1 },
	{ "a8 == 201 || a16 == 40000", 1 },
	{ "a8 == 201 || a16 == 40001", 0 },
	{ "a64 > 0x7fffffffffffffff", 1 },
	{ "a64 == -1", 0 },
	{ "s64 == -1", 1 },
	{ "s64 < a32", 1 },
	{ "s64 != a64", 1 },
	{ "s8 < 0 && s32 < -2147483647", 1 },
	{ "s8 & 0xff == 255", 1 },
	{ "a32 & 2", 1 },
	{ "a32 & 8", 0 },
	{ "(a32 & 6) == 6", 1 },
	{ "s16 >= 300 && s16 <= 300", 1 },
	{ "0 > s8", 1 },
	{ "chars == \"0123456789abcdef\"", 1 },
	{ "chars == \"0123456789abcde\"", 0 },
	{ "chars ~ \"*def\"", 1 },
	{ "data == \"/etc/passwd\"", 1 },
	{ "data ~ \"/etc/*\"", 1 },
	{ "data ~ \"*word\"", 0 },
	{ "data ~ \"*passwd\"", 1 },
	{ "rel ~ \"*.conf\"", 1 },
	{ "rel != \"x\"", 1 },
	{ "user ~ \"*sixty-four*\"", 1 },
	{ "user ~ \"*.conf\"", 1 },
	{ "user ~ \"*aabaaab.conf\"", 1 },
	{ "user ~ \"*aabaaab\"", 0 },
	{ "user ~ \"/very/long/path/whose/name/has/more/than/sixty-four/*\"", 1 },
	{ "kernel == \"\"", 1 },
	{ "kernel ~ \"*\"", 1 },
	{ "kernel != \"a\"", 1 },
	{ "bad == \"\"", 0 },
	{ "bad != \"x\"", 0 },
	{ "bad ~ \"*\"", 0 },
	{ "!(bad ~ \"*\")", 1 },
	{ "gone == 1 || gone != 1", 0 },
	{ "!(gone == 1) && a32 == 7", 1 },
	{ "v4 == 10.1.2.3", 1 },
	{ "v4 in 10.0.0.0/8", 1 },
	{ "v4 in 10.1.2.0/31", 0 },
	{ "v4 in 10.1.2.2/31", 1 },
	{ "v4 in 0.0.0.0/0", 1 },
	{ "v4 == w4 || v6 != w6", 0 },
	{ "v4 != w4 && v6 == w6", 1 },
	{ "v6 in fe80::/10 && v6 != ::1", 1 },
	{ "v6 in fe80::/127 && v6 in fe80::1/128", 1 },
	{ "v6 in fe80::/128", 0 },
	{ "any4 == 10.1.2.3 && any4 in 10.0.0.0/8", 1 },
	{ "any4 in 11.0.0.0/8 || any4 != 10.1.2.3", 0 },
	{ "any4 in ::/0 || any4 == ::ffff:10.1.2.3", 0 },
	{ "any4 != ::1", 1 },
	{ "any6 in ::/0 && any6 in fe80::/10", 1 },
	{ "any6 in 0.0.0.0/0", 0 },
	{ "any6 == any6 && any4 != any6", 1 },
	{ "has == 5 && !(lacks == 5)", 1 },
	{ "lacks == 5 || lacks != 5 || lacks || has == lacks", 0 },
	{ "lacks4 == 10.1.2.3 || any4 == lacks4", 0 },
	{ "1 == 2 || a32 == 7", 1 },
	{ "1 == 2 && a32 == 7", 0 },
	{ "1 || a32 == 8", 1 },
};

static void test_table(void **ctx)
{
	struct state *state = *ctx;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		int holds;

		fill_fixed(state);
		holds = evaluate(state, table[i].text, "evaluate");
		if (holds != table[i].expected)
			fail_msg("%s: %d", table[i].text, holds);
	}
}

static void test_stack(void **ctx)
{
	struct state *state = *ctx;

	fill_fixed(state);
	assert_int_equal(evaluate(state, "a32 == 7 && v4 in 10.0.0.0/8", "evaluate_stack"), 1);
	assert_int_equal(evaluate(state, "chars ~ \"*9*\" && s8 == 1", "evaluate_stack"), 0);
}

static void test_no_condition_holds(void **ctx)
{
	struct state *state = *ctx;

	fill_fixed(state);
	memset(&state->now.condition, 0, sizeof(state->now.condition));
	assert_int_equal(run_program(state, "evaluate"), 1);
}

static void random_text(struct state *state, char *text, uint32_t most)
{
	uint32_t length = roll(state, 3) ? roll(state, 8) : roll(state, most);

	for (uint32_t i = 0; i < length; i++)
		text[i] = "aab"[roll(state, 3)];
	text[length] = '\0';
}

static void fill_random(struct state *state)
{
	static const int64_t numbers[] = { 0, 1, -1, 7, 127, 128, INT32_MIN, INT64_MIN, INT64_MAX };
	char data[200], rel[200];

	memset(state->now.record, 0, sizeof(state->now.record));
	for (int i = 0; i < 8; i++) {
		int64_t number = numbers[roll(state, 9)];

		memcpy(state->now.record + fields[i].load.offset, &number, fields[i].load.size);
	}
	for (int i = 72; i < 112; i++)
		state->now.record[i] = (uint8_t)roll(state, 2);
	random_text(state, data, 150);
	put(state, "chars", data, 16);
	random_text(state, data, 150);
	random_text(state, rel, 150);
	put_texts(state, data, rel);
	random_text(state, state->user_text, 150);
	random_text(state, (char *)state->now.record + RECORD_KERNEL_TEXT, 150);
}

static const char *const comparisons[] = { "==", "!=", "<", "<=", ">", ">=" };

static void random_number_test(struct state *state, char *out, size_t size)
{
	static const char *const numbers[] = { "0",
					       "1",
					       "-1",
					       "7",
					       "127",
					       "128",
					       "-2147483648",
					       "-9223372036854775808",
					       "255",
					       "65535",
					       "0xffffffffffffffff",
					       "s32" };
	const char *name = fields[roll(state, 8)].name;
	const char *op = comparisons[roll(state, 6)];
	const char *right = numbers[roll(state, 12)];

	if (roll(state, 4))
		snprintf(out, size, "%s %s %s", name, op, right);
	else if (roll(state, 2))
		snprintf(out, size, "%s & 0x%x %s %s", name, roll(state, 300), op, right);
	else
		snprintf(out, size, "%s%s", roll(state, 2) ? "!" : "", name);
}

static void random_text_test(struct state *state, char *out, size_t size)
{
	static const char *const names[] = { "chars", "data", "rel", "user", "kernel", "bad" };
	char text[BPFHOST_EXPR_STRING_MAX + 1];
	const char *name = names[roll(state, 6)];
	uint32_t glob = roll(state, 6);

	random_text(state, text, 60);
	if (glob < 4)
		snprintf(out, size, "%s ~ \"%s%s%s\"", name, glob & 2 ? "*" : "", text,
			 glob & 1 ? "*" : "");
	else
		snprintf(out, size, "%s %s \"%s\"", name, glob == 4 ? "==" : "!=", text);
}

static void random_address_test(struct state *state, char *out, size_t size)
{
	const char *op = roll(state, 2) ? "==" : "!=";

	switch (roll(state, 5)) {
	case 0:
		snprintf(out, size, "v4 in %u.%u.%u.%u/%u", roll(state, 2), roll(state, 2),
			 roll(state, 2), roll(state, 2), roll(state, 33));
		return;
	case 1:
		snprintf(out, size, "v6 in %x:%x:%x::%x/%u", roll(state, 2) + 256 * roll(state, 2),
			 roll(state, 2) + 256 * roll(state, 2), roll(state, 2), roll(state, 2),
			 roll(state, 129));
		return;
	case 2:
		snprintf(out, size, "w4 %s %u.%u.%u.%u", op, roll(state, 2), roll(state, 2),
			 roll(state, 2), roll(state, 2));
		return;
	case 3:
		snprintf(out, size, "w4 %s v4", op);
		return;
	default:
		snprintf(out, size, "gone == %u", roll(state, 2));
		return;
	}
}

static void random_test(struct state *state, char *out, size_t size)
{
	switch (roll(state, 4)) {
	case 0:
	case 1:
		random_number_test(state, out, size);
		return;
	case 2:
		random_text_test(state, out, size);
		return;
	default:
		random_address_test(state, out, size);
		return;
	}
}

/* Tests joined to the left: ((a && b) || !(c)) ... */
static void random_expression(struct state *state, char *out, size_t size)
{
	uint32_t count = 1 + roll(state, roll(state, 3) ? 4 : 12);
	char joined[4096], one[256];

	random_test(state, out, size);
	for (uint32_t i = 1; i < count; i++) {
		const char *op = roll(state, 2) ? "&&" : "||";

		random_test(state, one, sizeof(one));
		if (roll(state, 2))
			snprintf(joined, sizeof(joined), "%.3000s %s %s", out, op, one);
		else
			snprintf(joined, sizeof(joined), "%s(%.3000s) %s !(%s)",
				 roll(state, 2) ? "!" : "", out, op, one);
		snprintf(out, size, "%s", joined);
	}
}

static void test_random(void **ctx)
{
	struct state *state = *ctx;
	int seen[3] = { 0 };

	for (int i = 0; i < RANDOM_CASES; i++) {
		char text[4096];

		fill_random(state);
		random_expression(state, text, sizeof(text));
		seen[evaluate(state, text, "evaluate") + 1]++;
	}
	print_message("random expressions: %d held, %d did not, %d were too large\n", seen[2],
		      seen[1], seen[0]);
	assert_true(seen[2] > RANDOM_CASES / 5);
	assert_true(seen[1] > RANDOM_CASES / 5);
}

static uint32_t nanoseconds(struct state *state, const char *name, const char *text)
{
	struct bpf_program *program = bpf_object__find_program_by_name(state->object, name);
	struct bpfhost_expr *expr = bind(text);
	char packet[64] = { 0 };
	uint32_t key = 0;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet),
		    .repeat = TIMED_RUNS);

	fill_fixed(state);
	assert_int_equal(bpfhost_condition_compile(expr, place, NULL, &state->now.condition, NULL),
			 0);
	bpfhost_expr_free(expr);
	assert_int_equal(bpf_map_update_elem(state->map, &key, &state->now, BPF_ANY), 0);
	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(program), &opts), 0);
	return opts.duration;
}

/* Prints what a rejected event costs; asserts only that it is not out of all proportion. */
static void test_time(void **ctx)
{
	static const char *const texts[] = { "a32 == 8",          "a32 != 7 || a8 == 1 || s16 == 2",
					     "v4 in 11.0.0.0/8",  "data == \"/bin/sh\"",
					     "data ~ \"*.conf\"", "user ~ \"*.config\"" };
	uint32_t empty = nanoseconds(*ctx, "timed_empty", "a32 == 8");

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		uint32_t cost = nanoseconds(*ctx, "timed", texts[i]);

		print_message("%-40s %u ns\n", texts[i], cost > empty ? cost - empty : 0);
		assert_true(cost < 20000);
	}
}

static int set_up(void **ctx)
{
	*ctx = calloc(1, sizeof(struct state));
	return *ctx ? 0 : -1;
}

static struct bpf_object *load(const char *path, int *ret_err)
{
	struct bpf_object *object = bpf_object__open(path);

	*ret_err = object ? bpf_object__load(object) : -errno;
	if (!*ret_err)
		return object;
	bpf_object__close(object);
	return NULL;
}

static int tear_down(void **ctx)
{
	struct state *state = *ctx;

	bpf_object__close(state->object);
	free(state);
	return 0;
}

static const char *object_path(int argc, char **argv, char buf[PATH_MAX])
{
	ssize_t length = readlink("/proc/self/exe", buf, PATH_MAX - 32);

	if (argc > 1 || length < 0)
		return argv[argc - 1];
	buf[length] = '\0';
	dirname(buf);
	return strcat(buf, "/condition.bpf.o");
}

static const char *path_of_object; /* cmocka hands nothing to a group's set-up */

static int set_up_loaded(void **ctx)
{
	struct state *state;
	int err;

	if (set_up(ctx))
		return -1;
	state = *ctx;
	state->seed = 42;
	state->object = load(path_of_object, &err);
	if (!state->object)
		return -1;
	state->map = bpf_object__find_map_fd_by_name(state->object, "cases");
	return state->map < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_stack),
		cmocka_unit_test(test_no_condition_holds),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_time),
	};
	struct bpf_object *object;
	char path[PATH_MAX];
	int err;

	path_of_object = object_path(argc, argv, path);
	object = load(path_of_object, &err);
	if (err == -EPERM || err == -EACCES) {
		puts("skipped: needs CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN");
		return 77;
	}
	bpf_object__close(object);
	return cmocka_run_group_tests(tests, set_up_loaded, tear_down) ? 1 : 0;
}
