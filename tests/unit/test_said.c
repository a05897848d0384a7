/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A worker's words: a verifier's megabytes pass, a flood does not, and what was dropped is counted. */
#include "supervisor/said.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SECOND 1000000000ULL
#define LINE   1000U

/* How many lines go at this moment, up to so many. */
static uint64_t admitted(struct said *said, uint64_t lines, uint64_t now)
{
	uint64_t n = 0;

	while (lines--)
		n += said_admit(said, LINE, now);
	return n;
}

static void test_much_at_once(void **state)
{
	struct said said = { 0 };
	(void)state;

	assert_int_equal(admitted(&said, 3000, SECOND), 3000);
	assert_int_equal(said_take_dropped(&said), 0);
}

static void test_a_flood_is_cut(void **state)
{
	struct said said = { 0 };
	uint64_t lines = 0, first, second;
	(void)state;

	first = admitted(&said, 100000, SECOND);
	assert_in_range(first, 3000, SAID_AT_ONCE / LINE);
	assert_int_equal(said_take_dropped(&said), 100000 - first);
	assert_int_equal(said_take_dropped(&said), 0);
	second = admitted(&said, 100000, 2 * SECOND);
	assert_in_range(second, SAID_A_SECOND / LINE / 2, SAID_A_SECOND / LINE);
	/* Asked a million times a second, it is about the same. */
	for (uint64_t now = 2 * SECOND; now < 3 * SECOND; now += SECOND / 1000000)
		lines += said_admit(&said, LINE, now);
	assert_in_range(lines, second - second / 10, second + 1);
}

static void test_time_makes_it_good(void **state)
{
	struct said said = { 0 };
	(void)state;

	admitted(&said, 100000, SECOND);
	assert_in_range(admitted(&said, 100000, 3600 * SECOND), 3000, SAID_AT_ONCE / LINE);
	assert_in_range(admitted(&said, 100000, UINT64_MAX), 3000, SAID_AT_ONCE / LINE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_much_at_once),
		cmocka_unit_test(test_a_flood_is_cut),
		cmocka_unit_test(test_time_makes_it_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
