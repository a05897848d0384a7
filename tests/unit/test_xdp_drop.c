/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rules of the xdp plugin's `drop`: as text, and as the table that is looked up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "drop_rules.h"
#include "drop_table.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* ---- text ---------------------------------------------------------------------------------------- */

static int add_lines(struct xdp_rules *rules, const char *text, struct bpfhost_error *err)
{
	return xdp_rules_add_lines(rules, text, strlen(text), err);
}

static void test_reads_prefixes(void **state)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "  10.0.0.0/8\t", "10.0.0.0/8" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
		{ "1.2.3.4/32", "1.2.3.4" },
		{ "!10.1.0.0/16", "!10.1.0.0/16" },
		{ "! 10.1.0.0/16", "!10.1.0.0/16" },
		{ "2001:db8::/32", "2001:db8::/32" },
		{ "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
		{ "::/0", "::/0" },
		{ "!::1", "!::1" },
		{ "fe80::/10 # local", "fe80::/10" },
		{ "2001:db8::8000:0:0:0/65", "2001:db8:0:0:8000::/65" },
		{ "::ffff:10.0.0.0/104", "10.0.0.0/8" },
		{ "::ffff:10.0.0.1", "10.0.0.1" },
		{ "::ffff:0:0/96", "0.0.0.0/0" },
		{ "10.0.0.0/8\r", "10.0.0.0/8" },
	};
	struct bpfhost_error err = { 0 };
	char shown[XDP_PREFIX_TEXT];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct xdp_rules rules = { 0 };

		if (xdp_rules_add(&rules, cases[i].text, strlen(cases[i].text), 1, &err))
			fail_msg("%s: %s", cases[i].text, err.text);
		assert_int_equal(rules.prefix_count, 1);
		xdp_prefix_text(&rules.prefixes[0], shown, sizeof(shown));
		assert_string_equal(shown, cases[i].shown);
		xdp_rules_free(&rules);
	}
}

static void test_refuses_with_the_right_thing(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "10.1.2.3/8", "write 10.0.0.0/8, or 10.1.2.3 for the one address" },
		{ "2001:db8::1/32", "write 2001:db8::/32, or 2001:db8::1" },
		{ "2001:db8::1/127", "write 2001:db8::/127" },
		{ "!10.1.2.3/8", "write !10.0.0.0/8" },
		{ "10.0.0.0/33", "a length from 0 to 32" },
		{ "10.0.0.0/", "a length from 0 to 32" },
		{ "10.0.0.0/08", "a length from 0 to 32" },
		{ "10.0.0.0/8.0", "a length from 0 to 32" },
		{ "::/129", "a length from 0 to 128" },
		{ "::/99999999999999999999", "a length from 0 to 128" },
		{ "10.0.0.0/255.0.0.0", "write 10.0.0.0/8" },
		{ "10.0.0.0/255.0.255.0", "a length from 0 to 32" },
		{ "10.0.0", "write all four numbers" },
		{ "10/8", "write all four numbers" },
		{ "10.0.0.*", "a prefix is written as" },
		{ "10.0.0.1-10.0.0.9", "a range as the prefixes" },
		{ "010.001.000.009", "leave out the zeros" },
		{ "fe80::1%eth0", "leave out the interface" },
		{ "10.0.0.256", "is no address" },
		{ "1:2:3", "is no address" },
		{ "mail.example.org", "names of hosts are not looked up" },
		{ "localhost", "names of hosts are not looked up" },
		{ "!localhost", "names of hosts are not looked up" },
		{ "!", "is no address" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct xdp_rules rules = { 0 };
		struct bpfhost_error err = { 0 };

		if (xdp_rules_add(&rules, cases[i].text, strlen(cases[i].text), 1, &err) != -EINVAL)
			fail_msg("%s is taken", cases[i].text);
		if (!strstr(err.text, cases[i].says))
			fail_msg("%s: '%s' does not say '%s'", cases[i].text, err.text,
				 cases[i].says);
		xdp_rules_free(&rules);
	}
}

static void test_reads_a_file(void **state)
{
	static const char text[] = "# rules\n\n 10.0.0.0/8 # all\n"
				   "proto == \"udp\" && dport == 53 # DNS\n"
				   "iface ~ \"#*\"\n!(proto == \"tcp\")\n!10.0.0.1";
	struct xdp_rules rules = { .items = 2 };
	struct xdp_duplicates duplicates;
	struct bpfhost_error err = { 0 };
	char place[32];

	(void)state;
	assert_int_equal(add_lines(&rules, text, &err), 0);
	assert_int_equal(rules.prefix_count, 2);
	assert_int_equal(rules.prefixes[0].rule, 5);
	assert_int_equal(rules.prefixes[1].rule, 9);
	assert_true(rules.prefixes[1].is_exception);
	assert_int_equal(rules.expression_count, 3);
	assert_string_equal(rules.expressions[0].text, "proto == \"udp\" && dport == 53");
	assert_string_equal(rules.expressions[1].text, "iface ~ \"#*\"");
	assert_string_equal(rules.expressions[2].text, "!(proto == \"tcp\")");
	xdp_rules_place(&rules, 9, place, sizeof(place));
	assert_string_equal(place, "line 7");
	xdp_rules_place(&rules, 2, place, sizeof(place));
	assert_string_equal(place, "rule 2 of drop");
	assert_int_equal(xdp_rules_settle(&rules, &duplicates, &err), 0);
	assert_int_equal(duplicates.count, 0);
	xdp_rules_free(&rules);
}

static void test_names_the_line(void **state)
{
	struct xdp_rules rules = { 0 };
	struct bpfhost_error err = { 0 };

	(void)state;
	assert_int_equal(add_lines(&rules, "10.0.0.0/8\n\n10.1.2.3/8\n", &err), -EINVAL);
	assert_memory_equal(err.text, "line 3: '10.1.2.3/8' has bits", 29);
	xdp_rules_free(&rules);
	assert_int_equal(xdp_rules_add_lines(&rules, "10.0.0.\0", 8, &err), -EINVAL);
	assert_non_null(strstr(err.text, "line 1: a byte of zero"));
	xdp_rules_free(&rules);
}

static void test_tells_duplicates(void **state)
{
	struct xdp_rules rules = { 0 };
	struct xdp_duplicates duplicates;
	struct bpfhost_error err = { 0 };

	(void)state;
	assert_int_equal(add_lines(&rules, "10.0.0.0/8\n::1\n::1\n10.0.0.0/8\n10.0.0.0/9", &err),
			 0);
	assert_int_equal(xdp_rules_settle(&rules, &duplicates, &err), 0);
	assert_int_equal(rules.prefix_count, 3);
	assert_int_equal(duplicates.count, 2);
	assert_int_equal(duplicates.first, 3);
	assert_int_equal(duplicates.of, 2);
	xdp_rules_free(&rules);
}

static void test_refuses_contradictions(void **state)
{
	struct xdp_rules rules = { 0 };
	struct xdp_duplicates duplicates;
	struct bpfhost_error err = { 0 };

	(void)state;
	assert_int_equal(add_lines(&rules, "10.0.0.0/8\n::1\n!10.0.0.0/8", &err), 0);
	assert_int_equal(xdp_rules_settle(&rules, &duplicates, &err), -EINVAL);
	assert_string_equal(err.text,
			    "line 3: !10.0.0.0/8 contradicts line 1: 10.0.0.0/8; leave out "
			    "one of them");
	xdp_rules_free(&rules);
}

static void test_has_limits(void **state)
{
	struct xdp_rules rules = { 0 };
	struct bpfhost_error err = { 0 };
	static char longest[XDP_RULE_MAX + 2];
	int ret = 0;

	(void)state;
	memset(longest, '(', sizeof(longest) - 1);
	assert_int_equal(add_lines(&rules, longest, &err), -EINVAL);
	assert_non_null(strstr(err.text, "less than 4096 bytes"));
	for (uint32_t i = 0; i <= XDP_EXPRESSIONS_MAX; i++)
		ret = xdp_rules_add(&rules, "ttl == 1", 8, i + 1, &err);
	assert_int_equal(ret, -E2BIG);
	assert_non_null(strstr(err.text, "more than 64 rules with expressions"));
	for (uint32_t i = 0; i <= XDP_PREFIXES_MAX; i++)
		ret = xdp_rules_add(&rules, "10.0.0.0/8", 10, i + 1, &err);
	assert_int_equal(ret, -E2BIG);
	assert_non_null(strstr(err.text, "more than 1000000 addresses"));
	xdp_rules_free(&rules);
}

/* ---- the table -------------------------------------------------------------------------------------- */

static uint64_t seed = 88172645463325252ULL;

static uint64_t draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* As the programs do it. */
static uint32_t look_up(const struct xdp_drop_table *table, uint64_t high, uint64_t low,
			bool is_ipv4)
{
	const struct xdp_drop_head *head = &table->cells[0].head;
	uint32_t root = (uint32_t)(high >> (64 - head->root_bits[is_ipv4]));
	uint32_t at = head->root_cell[is_ipv4] + root / XDP_DROP_ROOTS_A_CELL, depth = 0, next;

	assert_true(at < table->count);
	next = table->cells[at].roots[root % XDP_DROP_ROOTS_A_CELL];
	for (; XDP_DROP_KIND(next) >= XDP_DROP_NODE; depth++) {
		assert_true(depth < XDP_DROP_DEPTH_MAX);
		assert_true(XDP_DROP_NUMBER(next) < table->count);
		next = table->cells[XDP_DROP_NUMBER(next)]
			       .node.next[xdp_drop_way(&table->cells[XDP_DROP_NUMBER(next)].node,
						       XDP_DROP_KIND(next) == XDP_DROP_LOW ? low
											   : high)];
		if (XDP_DROP_KIND(next) == XDP_DROP_LOW)
			high = low;
	}
	return next;
}

static uint64_t mask(unsigned int bits)
{
	return bits >= 64 ? UINT64_MAX : bits ? ~(UINT64_MAX >> bits) : 0;
}

/* The oracle: all prefixes, one after the other. */
static uint32_t search(const struct xdp_rules *rules, uint64_t high, uint64_t low, bool is_ipv4)
{
	uint32_t found = 0;
	int longest = -1;

	for (uint32_t i = 0; i < rules->prefix_count; i++) {
		const struct xdp_prefix *prefix = &rules->prefixes[i];

		if (prefix->is_ipv4 != is_ipv4 || prefix->bits <= longest ||
		    (high & mask(prefix->bits)) != prefix->high ||
		    (low & (prefix->bits > 64 ? mask(prefix->bits - 64U) : 0)) != prefix->low)
			continue;
		longest = prefix->bits;
		found = XDP_DROP_NEXT(prefix->is_exception ? XDP_DROP_EXCEPTION : XDP_DROP_RULE,
				      prefix->rule);
	}
	return found;
}

static void check_address(const struct xdp_rules *rules, const struct xdp_drop_table *table,
			  uint64_t high, uint64_t low, bool is_ipv4)
{
	uint32_t wanted, found;

	if (is_ipv4) {
		high &= 0xffffffff00000000;
		low = 0;
	}
	wanted = search(rules, high, low, is_ipv4);
	found = look_up(table, high, low, is_ipv4);
	if (found != wanted)
		fail_msg("%016llx %016llx: wanted %08x, found %08x", (unsigned long long)high,
			 (unsigned long long)low, wanted, found);
}

/* At both ends of a prefix, beside it, and anywhere. */
static void check_prefix(const struct xdp_rules *rules, const struct xdp_drop_table *table,
			 const struct xdp_prefix *prefix)
{
	uint64_t last_low = prefix->low | ~(prefix->bits > 64 ? mask(prefix->bits - 64U) : 0);
	uint64_t last_high = prefix->high | ~mask(prefix->bits),
		 step = prefix->is_ipv4 ? 1ULL << 32 : 1;
	bool is_ipv4 = prefix->is_ipv4;

	check_address(rules, table, prefix->high, prefix->low, is_ipv4);
	check_address(rules, table, last_high, last_low, is_ipv4);
	check_address(rules, table, prefix->high - (is_ipv4 ? step : !prefix->low), prefix->low - 1,
		      is_ipv4);
	check_address(rules, table, last_high + (is_ipv4 ? step : !(last_low + 1)), last_low + 1,
		      is_ipv4);
	check_address(rules, table, draw(), draw(), is_ipv4);
	check_address(rules, table, prefix->high ^ (draw() & 0xff), prefix->low ^ (draw() & 0xf),
		      is_ipv4);
}

static void check_rules(struct xdp_rules *rules)
{
	struct xdp_drop_table table = { 0 };
	struct xdp_duplicates duplicates;
	struct bpfhost_error err = { 0 };

	if (xdp_rules_settle(rules, &duplicates, &err))
		fail_msg("%s", err.text);
	assert_int_equal(xdp_drop_table_build(rules, &table), 0);
	for (uint32_t i = 0; i < rules->prefix_count; i++)
		check_prefix(rules, &table, &rules->prefixes[i]);
	for (int i = 0; i < 50; i++)
		check_address(rules, &table, draw(), draw(), i & 1);
	check_address(rules, &table, UINT64_MAX, UINT64_MAX, false);
	check_address(rules, &table, UINT64_MAX, UINT64_MAX, true);
	check_address(rules, &table, 0, 0, false);
	check_address(rules, &table, 0, 0, true);
	xdp_drop_table_free(&table);
	xdp_rules_free(rules);
}

static void test_looks_up_the_longest(void **state)
{
	static const char *const texts[] = {
		"",
		"0.0.0.0/0",
		"::/0",
		"0.0.0.0/0\n::/0\n!255.255.255.255\n!ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n"
		"!0.0.0.0\n!::",
		"10.0.0.0/8\n!10.1.0.0/16\n10.1.2.0/24\n!10.1.2.3\n10.0.0.0/9\n10.128.0.0/9",
		"::/1\n!8000::/1\n::1\n!::/127\n::/64\n::1:0:0:0:0/64",
		"2001:db8::/64\n2001:db8:0:1::1\n!2001:db8::ffff:ffff:ffff:ffff\n2001:db8:0:1::/65\n"
		"!2001:db8:0:1:8000::/65\n2001:db8:0:2::5\n2001:db8:0:3::",
		"ffff:ffff:ffff:ffff::/64\n!ffff:ffff:ffff:ffff:8000::/65",
	};
	struct bpfhost_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct xdp_rules rules = { 0 };

		assert_int_equal(add_lines(&rules, texts[i], &err), 0);
		check_rules(&rules);
	}
}

/* Few different addresses, so that prefixes lie in one another and beside each other. */
static void add_drawn(struct xdp_rules *rules, uint32_t rule, uint64_t high_bits, uint64_t low_bits)
{
	bool is_ipv4 = draw() & 1;
	char text[XDP_PREFIX_TEXT];
	struct bpfhost_error err;
	struct xdp_prefix prefix = {
		.high = draw() & high_bits,
		.low = is_ipv4 ? 0 : draw() & low_bits,
		.bits = (uint8_t)(draw() % (is_ipv4 ? 33 : 129)),
		.is_ipv4 = is_ipv4,
		.rule = rule,
	};

	prefix.high &= mask(prefix.bits);
	prefix.low &= prefix.bits > 64 ? mask(prefix.bits - 64U) : 0;
	prefix.is_exception = (prefix.high ^ prefix.high >> 13 ^ prefix.low ^ prefix.bits) % 3 == 0;
	xdp_prefix_text(&prefix, text, sizeof(text));
	assert_int_equal(xdp_rules_add(rules, text, strlen(text), rule, &err), 0);
}

static void test_looks_up_what_was_drawn(void **state)
{
	static const uint64_t bits[][2] = {
		{ UINT64_MAX, UINT64_MAX },   { 0x8000000100000001, 0x8000000000000001 },
		{ 0x0f0f000000000000, 0xff }, { 0xf, 0xf00000000000000f },
		{ 0xffffffff00000000, 0 },
	};

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct xdp_rules rules = { 0 };
		uint32_t count = (uint32_t)(draw() % (round % 10 ? 60 : 1500));

		for (uint32_t i = 0; i < count; i++)
			add_drawn(&rules, i + 1, bits[round % 5][0], bits[round % 5][1]);
		check_rules(&rules);
	}
}

/* What is worst: a million of single addresses in one network, every second one. */
static void test_stays_shallow(void **state)
{
	struct xdp_rules rules = { 0 };
	struct xdp_drop_table table = { 0 };
	struct xdp_duplicates duplicates;
	struct bpfhost_error err = { 0 };
	char text[64];

	(void)state;
	for (uint32_t i = 0; i < XDP_PREFIXES_MAX; i++) {
		int length =
			snprintf(text, sizeof(text), "2001:db8::%x:%x", i >> 15, (i & 0x7fff) * 2);

		assert_int_equal(xdp_rules_add(&rules, text, (size_t)length, i + 1, &err), 0);
	}
	assert_int_equal(xdp_rules_settle(&rules, &duplicates, &err), 0);
	assert_int_equal(duplicates.count, 0);
	assert_int_equal(xdp_drop_table_build(&rules, &table), 0);
	for (uint32_t i = 0; i < 10000; i++) {
		uint32_t at = (uint32_t)(draw() % XDP_PREFIXES_MAX);
		uint64_t low = (uint64_t)(at >> 15) << 16 | (at & 0x7fff) * 2;

		assert_int_equal(look_up(&table, 0x20010db800000000, low, false), at + 1);
		assert_int_equal(look_up(&table, 0x20010db800000000, low + 1, false), 0);
	}
	assert_true(table.count < 400000);
	xdp_drop_table_free(&table);
	xdp_rules_free(&rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_prefixes),
		cmocka_unit_test(test_refuses_with_the_right_thing),
		cmocka_unit_test(test_reads_a_file),
		cmocka_unit_test(test_names_the_line),
		cmocka_unit_test(test_tells_duplicates),
		cmocka_unit_test(test_refuses_contradictions),
		cmocka_unit_test(test_has_limits),
		cmocka_unit_test(test_looks_up_the_longest),
		cmocka_unit_test(test_looks_up_what_was_drawn),
		cmocka_unit_test(test_stays_shallow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
