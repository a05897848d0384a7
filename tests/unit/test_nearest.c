/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <bpfhost/nearest.h>

static const char *const words[] = {
	"u8", "u16", "u32", "u64", "str", NULL, "filename", "AF_INET"
};

enum { COUNT = sizeof(words) / sizeof(words[0]) };

static void test_distance(void **state)
{
	(void)state;
	assert_int_equal(bpfhost_distance("", "", 10), 0);
	assert_int_equal(bpfhost_distance("abc", "abc", 10), 0);
	assert_int_equal(bpfhost_distance("abc", "abd", 10), 2);
	assert_int_equal(bpfhost_distance("abc", "acb", 10), 2);
	assert_int_equal(bpfhost_distance("abc", "ab", 10), 2);
	assert_int_equal(bpfhost_distance("abc", "xabc", 10), 2);
	assert_int_equal(bpfhost_distance("abc", "aBc", 10), 1);
	assert_int_equal(bpfhost_distance("kitten", "sitting", 10), 6);
	assert_int_equal(bpfhost_distance("", "abc", 10), 6);
}

static void test_distance_stops_at_the_limit(void **state)
{
	(void)state;
	assert_int_equal(bpfhost_distance("kitten", "sitting", 5), 6);
	assert_int_equal(bpfhost_distance("kitten", "sitting", 4), 5);
	assert_int_equal(bpfhost_distance("a", "abcdefgh", 4), 5);
}

static void test_nearest(void **state)
{
	(void)state;
	assert_string_equal(bpfhost_nearest("u33", words, COUNT), "u32");
	assert_string_equal(bpfhost_nearest("u23", words, COUNT), "u32");
	assert_string_equal(bpfhost_nearest("filenmae", words, COUNT), "filename");
	assert_string_equal(bpfhost_nearest("file_name", words, COUNT), "filename");
	assert_string_equal(bpfhost_nearest("FILENAME", words, COUNT), "filename");
	assert_string_equal(bpfhost_nearest("af_inet", words, COUNT), "AF_INET");
	assert_string_equal(bpfhost_nearest("u64", words, COUNT), "u64");
	assert_string_equal(bpfhost_nearest("u9", words, COUNT), "u8");
}

static void test_nothing_near(void **state)
{
	(void)state;
	assert_null(bpfhost_nearest("", words, COUNT));
	assert_null(bpfhost_nearest("x", words, COUNT));
	assert_null(bpfhost_nearest("zz", words, COUNT));
	assert_null(bpfhost_nearest("completely", words, COUNT));
	assert_null(bpfhost_nearest("u33", words, 0));
}

static void test_exact_word_wins_then_the_first(void **state)
{
	static const char *const two[] = { "PID", "pid", "Pid" };

	(void)state;
	assert_string_equal(bpfhost_nearest("pid", two, 3), "pid");
	assert_string_equal(bpfhost_nearest("pId", two, 3), "PID");
}

static void test_long_words(void **state)
{
	char longest[BPFHOST_NEAREST_MAX + 1], longer[BPFHOST_NEAREST_MAX + 2];
	const char *candidates[] = { longest, longer };

	(void)state;
	memset(longest, 'a', sizeof(longest));
	memset(longer, 'a', sizeof(longer));
	longest[sizeof(longest) - 1] = '\0';
	longer[sizeof(longer) - 1] = '\0';
	assert_null(bpfhost_nearest(longer, candidates, 2));
	assert_ptr_equal(bpfhost_nearest(longest, candidates, 2), longest);
	assert_int_equal(bpfhost_distance(longest, longer, 10), 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_distance_stops_at_the_limit),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_nothing_near),
		cmocka_unit_test(test_exact_word_wins_then_the_first),
		cmocka_unit_test(test_long_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
