/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "log/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char out[LOG_LINE_MAX];

static struct bpfhost_log_record record_of(const char *format, uint32_t nargs)
{
	struct bpfhost_log_record record = { .nargs = nargs, .pointers = ~0U };

	assert_true(strlen(format) <= sizeof(record.format));
	memcpy(record.format, format, strlen(format));
	return record;
}

static void expect(const char *format, uint64_t value, const char *wanted)
{
	struct bpfhost_log_record record = record_of(format, 1);
	size_t length;

	record.args[0].value = value;
	length = log_format(&record, out, sizeof(out));
	assert_string_equal(out, wanted);
	assert_int_equal(length, strlen(out));
}

static void expect_bytes(const char *format, const void *bytes, size_t size, const char *wanted)
{
	struct bpfhost_log_record record = record_of(format, 1);

	record.args[0].value = 0xffff8880deadbeef;
	memcpy(record.args[0].bytes, bytes, size);
	log_format(&record, out, sizeof(out));
	assert_string_equal(out, wanted);
}

static void test_numbers(void **state)
{
	(void)state;
	expect("%d", (uint64_t)-5, "-5");
	expect("%i", 0x1ffffffff, "-1");
	expect("%ld", 0x1ffffffff, "8589934591");
	expect("%lld", INT64_MIN, "-9223372036854775808");
	expect("%hd", 0x18000, "-32768");
	expect("%hhd", 0x1ff, "-1");
	expect("%u", (uint64_t)-1, "4294967295");
	expect("%hu", (uint64_t)-1, "65535");
	expect("%hhu", (uint64_t)-1, "255");
	expect("%zu", (uint64_t)-1, "18446744073709551615");
	expect("%llu", (uint64_t)-1, "18446744073709551615");
	expect("%x", 0xBEEF, "beef");
	expect("%X", 0xBEEF, "BEEF");
	expect("%#x", 0xBEEF, "0xbeef");
	expect("%#010x", 0xBEEF, "0x0000beef");
	expect("%lx", 0x123456789a, "123456789a");
	expect("[%5d]", 42, "[   42]");
	expect("[%-5d]", 42, "[42   ]");
	expect("[%05d]", (uint64_t)-42, "[-0042]");
	expect("[%+d % d]", 42, "[+42 %!d(missing)]");
	expect("%c", 'A', "A");
	expect("%c", 033, "\\x1b");
	expect("%p", 0xffff888012345678, "0xffff888012345678");
	expect("100%% %d", 7, "100% 7");
	expect("%d\n", 7, "7");
	expect("[%99999999999d]", 7,
	       "[                                                               7]");
}

/* Behind a number lies what an older record left there. */
static void expect_number(const char *format, const char *wanted)
{
	struct bpfhost_log_record record = record_of(format, 1);

	record.pointers = ~1U;
	record.args[0].value = 77;
	memset(record.args[0].bytes, 'O', sizeof(record.args[0].bytes));
	log_format(&record, out, sizeof(out));
	assert_string_equal(out, wanted);
}

static void test_numbers_in_place_of_pointers(void **state)
{
	(void)state;
	expect_number("%d", "77");
	expect_number("%p", "0x4d");
	expect_number("%s", "%!s(77)");
	expect_number("%pI4.", "%!pI4(77).");
	expect_number("%pI6c", "%!pI6c(77)");
	expect_number("%pMU", "%!pMU(77)");
	expect_number("%8phC", "%!phC(77)");
}

static void test_behind_pointers(void **state)
{
	static const uint8_t v4[] = { 192, 168, 0, 1 };
	static const uint8_t v6[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	static const uint8_t mac[] = { 2, 0, 0x5e, 0x10, 0xab, 0xff };

	(void)state;
	expect_bytes("%pI4:", v4, 4, "192.168.0.1:");
	expect_bytes("%pI6", v6, 16, "2001:0db8:0000:0000:0000:0000:0000:0001");
	expect_bytes("%pI6c", v6, 16, "2001:db8::1");
	expect_bytes("%pM", mac, 6, "02:00:5e:10:ab:ff");
	expect_bytes("%pMU", mac, 6, "02:00:5E:10:AB:FF");
	expect_bytes("%6ph", mac, 6, "02 00 5e 10 ab ff");
	expect_bytes("%6phC", mac, 6, "02:00:5e:10:ab:ff");
	expect_bytes("%6phD", mac, 6, "02-00-5e-10-ab-ff");
	expect_bytes("%6phN", mac, 6, "02005e10abff");
	expect_bytes("%phx", mac, 6, "02x");
	expect_bytes("%s", "open", 5, "open");
	expect_bytes("[%6s]", "open", 5, "[  open]");
	expect_bytes("[%-6s]", "open", 5, "[open  ]");
	expect_bytes("%s", "a\x1b[2J\xff\n", 8, "a\\x1b[2J\\xff\\n");
	expect("%s", 0, "(null)");
}

static void test_wrong_counts(void **state)
{
	struct bpfhost_log_record record = record_of("%d %s %pI6c", 0);

	(void)state;
	log_format(&record, out, sizeof(out));
	assert_string_equal(out, "%!d(missing) %!s(missing) %!p(missing)");
	record = record_of("x", 3);
	log_format(&record, out, sizeof(out));
	assert_string_equal(out, "x%!(3 more)");
	record = record_of("%q %", 0);
	log_format(&record, out, sizeof(out));
	assert_string_equal(out, "%!q(unknown) %!(unknown)");
	record = record_of("%u", UINT32_MAX);
	log_format(&record, out, sizeof(out));
	assert_string_equal(out, "0%!(7 more)");
}

static void test_cut(void **state)
{
	struct bpfhost_log_record record = record_of("%d and %d", 2);
	char text[8];

	(void)state;
	assert_int_equal(log_format(&record, text, sizeof(text)), 7);
	assert_string_equal(text, "0 and 0");
	assert_int_equal(log_format(&record, text, 4), 3);
	assert_string_equal(text, "0 a");
	assert_int_equal(log_format(&record, text, 1), 0);
}

static void test_file(void **state)
{
	struct bpfhost_log_record record = { 0 };

	(void)state;
	memset(record.file, 'f', sizeof(record.file));
	record.file[0] = '\n';
	assert_int_equal(log_format_file(&record, out, sizeof(out)), 49);
	assert_memory_equal(out, "\\nfff", 5);
}

static void test_random_records(void **state)
{
	static const char letters[] = "%%%%%%%%dixXucsphlzIM46UcCDN0123456789-+# a\n\xff";
	struct bpfhost_log_record *record = malloc(sizeof(*record));
	uint32_t seed = 3;

	(void)state;
	for (int round = 0; round < 50000; round++) {
		unsigned char *bytes = (unsigned char *)record;
		size_t length, size = 1 + (size_t)(round % 2 ? LOG_LINE_MAX - 1 : round % 300);

		for (size_t i = 0; i < sizeof(*record); i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = (unsigned char)(seed >> 24);
		}
		for (size_t i = 0; i < sizeof(record->format); i++) {
			seed = seed * 1664525 + 1013904223;
			record->format[i] = letters[(seed >> 16) % (sizeof(letters) - 1)];
		}
		record->nargs = round % 3 ? record->nargs % 10 : record->nargs;
		length = log_format(record, out, size);
		assert_true(length < size && !out[length]);
		for (size_t i = 0; i < length; i++)
			assert_true(out[i] >= 0x20 && out[i] < 0x7f);
	}
	free(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_numbers_in_place_of_pointers),
		cmocka_unit_test(test_behind_pointers),
		cmocka_unit_test(test_wrong_counts),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_random_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
