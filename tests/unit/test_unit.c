/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <bpfhost/unit.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

struct row {
	const char *text;
	uint64_t number;
};

struct refusal {
	const char *text;
	int code;
	const char *says;
};

typedef int parse_fn(const char *text, uint64_t *ret_number, struct bpfhost_error *err);

static void expect_rows(parse_fn *parse, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct bpfhost_error err = { 0 };
		uint64_t number = 77;
		int ret = parse(rows[i].text, &number, &err);

		if (ret || number != rows[i].number)
			fail_msg("\"%s\" gives %d, %llu, %s", rows[i].text, ret,
				 (unsigned long long)number, err.text);
	}
}

static void expect_refusals(parse_fn *parse, const struct refusal *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct bpfhost_error err = { 0 };
		uint64_t number = 77;
		int ret = parse(rows[i].text, &number, &err);

		if (ret != rows[i].code || number != 77 || !strstr(err.text, rows[i].says))
			fail_msg("\"%s\" gives %d, %llu, %s", rows[i].text, ret,
				 (unsigned long long)number, err.text);
	}
}

static void sizes(void **state)
{
	static const struct row rows[] = {
		{ "0", 0 },
		{ "4096", 4096 },
		{ "7B", 7 },
		{ "1k", 1024 },
		{ "1K", 1024 },
		{ "1KiB", 1024 },
		{ "64MiB", 67108864 },
		{ "2M", 2097152 },
		{ "2m", 2097152 },
		{ "1GiB", 1073741824 },
		{ "3G", 3221225472 },
		{ "1.5KiB", 1536 },
		{ "0.5k", 512 },
		{ "007", 7 },
		{ "18446744073709551615", UINT64_MAX },
		{ "17179869183GiB", 17179869183ULL << 30 },
	};
	static const struct refusal refusals[] = {
		{ "", -EINVAL, "not a size" },
		{ "MiB", -EINVAL, "not a size" },
		{ "-1", -EINVAL, "not a size" },
		{ "+1", -EINVAL, "not a size" },
		{ " 1", -EINVAL, "not a size" },
		{ "1 MiB", -EINVAL, "no known unit" },
		{ "1MB", -EINVAL, "known are B, KiB" },
		{ "1mib", -EINVAL, "no known unit" },
		{ "0x10", -EINVAL, "no known unit" },
		{ "1e3", -EINVAL, "no known unit" },
		{ "1.", -EINVAL, "after its point" },
		{ "1.K", -EINVAL, "after its point" },
		{ "1.5", -EINVAL, "finer" },
		{ "0.3K", -EINVAL, "finer" },
		{ "1.0000000000000000K", -EINVAL, "too many digits" },
		{ "18446744073709551616", -ERANGE, "too large" },
		{ "17179869184GiB", -ERANGE, "too large" },
		{ "17179869183.9999999995GiB", -EINVAL, "finer" },
		{ "99999999999999999999999999999999999999K", -ERANGE, "too large" },
	};

	(void)state;
	expect_rows(bpfhost_parse_size, rows, ARRAY_SIZE(rows));
	expect_refusals(bpfhost_parse_size, refusals, ARRAY_SIZE(refusals));
}

static void times(void **state)
{
	static const struct row rows[] = {
		{ "0", 0 },
		{ "0.0", 0 },
		{ "0s", 0 },
		{ "1ns", 1 },
		{ "1us", 1000 },
		{ "250ms", 250000000 },
		{ "10s", 10000000000 },
		{ "1.5s", 1500000000 },
		{ "2m", 120000000000 },
		{ "1h", 3600000000000 },
		{ "0.5h", 1800000000000 },
		{ "0.000000001s", 1 },
		{ "18446744073709551615ns", UINT64_MAX },
		{ "18446744073.709551615s", UINT64_MAX },
	};
	static const struct refusal refusals[] = {
		{ "", -EINVAL, "not a time" },
		{ "s", -EINVAL, "not a time" },
		{ "10", -EINVAL, "write \"10s\"" },
		{ "0.5", -EINVAL, "no unit" },
		{ "-1s", -EINVAL, "not a time" },
		{ "1sec", -EINVAL, "known are ns, us" },
		{ "1S", -EINVAL, "no known unit" },
		{ "1.5ns", -EINVAL, "finer" },
		{ "0.0000000001s", -EINVAL, "finer" },
		{ ".5s", -EINVAL, "not a time" },
		{ "18446744073.709551616s", -ERANGE, "too large" },
		{ "5124096h", -ERANGE, "too large" },
	};

	(void)state;
	expect_rows(bpfhost_parse_time, rows, ARRAY_SIZE(rows));
	expect_refusals(bpfhost_parse_time, refusals, ARRAY_SIZE(refusals));
}

static void texts(void **state)
{
	static const struct row times[] = {
		{ "0", 0 },
		{ "1ns", 1 },
		{ "100ms", 100000000 },
		{ "90s", 90000000000 },
		{ "1h", 3600000000000 },
		{ "18446744073709551615ns", UINT64_MAX },
	};
	static const struct row sizes[] = {
		{ "0", 0 },
		{ "1B", 1 },
		{ "64KiB", 65536 },
		{ "1536MiB", 1536ULL << 20 },
		{ "2GiB", 2ULL << 30 },
	};
	char buf[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		bpfhost_time_text(times[i].number, buf, sizeof(buf));
		assert_string_equal(buf, times[i].text);
	}
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		bpfhost_size_text(sizes[i].number, buf, sizeof(buf));
		assert_string_equal(buf, sizes[i].text);
	}
}

static int parse_small(const char *text, uint64_t *ret_number, struct bpfhost_error *err)
{
	return bpfhost_parse_number(text, 1, 100, ret_number, err);
}

static void numbers(void **state)
{
	static const struct row rows[] = { { "1", 1 }, { "100", 100 }, { "042", 42 } };
	static const struct refusal refusals[] = {
		{ "0", -ERANGE, "1 to 100" },
		{ "101", -ERANGE, "1 to 100" },
		{ "99999999999999999999", -ERANGE, "out of range" },
		{ "", -EINVAL, "whole number" },
		{ "1.0", -EINVAL, "whole number" },
		{ "1k", -EINVAL, "whole number" },
		{ "-1", -EINVAL, "whole number" },
	};

	(void)state;
	expect_rows(parse_small, rows, ARRAY_SIZE(rows));
	expect_refusals(parse_small, refusals, ARRAY_SIZE(refusals));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(times),
		cmocka_unit_test(texts),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
