/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "sink/put.h"
#include "sink/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RECORD_SIZE 128

static char out[65536];

static const struct bpfhost_event header = { .time_ns = 123456789, .pid = 4711, .comm = "bash" };

static struct sink_clock wall(void)
{
	struct sink_clock clock;

	sink_clock_init(&clock, 1767323045LL * 1000000000, false);
	return clock;
}

static struct sink_type *type_of(struct bpfhost_schema_builder *builder)
{
	struct bpfhost_schema *schema;
	struct sink_type *type;

	assert_int_equal(bpfhost_schema_finish(builder, &schema), 0);
	assert_int_equal(sink_type_new(schema, "hello", "hello", &type), 0);
	free(schema);
	bpfhost_schema_free(builder);
	return type;
}

static const char *line_of(const struct sink_encoder *encoder, const struct sink_type *type,
			   const void *record)
{
	struct sink_clock clock = wall();
	size_t size = encoder->event(&clock, type, record, RECORD_SIZE, out);

	assert_true(size > 0 && size <= encoder->bound(type));
	assert_int_equal(out[size - 1], '\n');
	out[size - 1] = 0;
	return out;
}

static void test_whole_line(void **state)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(7, "exec", RECORD_SIZE);
	unsigned char record[RECORD_SIZE] = { 0 };
	struct sink_type *type;

	(void)state;
	bpfhost_schema_field(builder, "fd", BPFHOST_INT, 64, 4, 1);
	bpfhost_schema_field(builder, "path", BPFHOST_STRING, 68, 16, 1);
	type = type_of(builder);
	memcpy(record, &header, sizeof(header));
	record[64] = 7;
	memcpy(record + 68, "/tmp/a b", 9);
	assert_string_equal(line_of(&text_encoder, type, record),
			    "03:04:05.123456 hello/exec                 bash[4711]              "
			    " fd=7 path=\"/tmp/a b\"");
	assert_non_null(strstr(line_of(&text_color_encoder, type, record), "\033[2mfd=\033[0m7 "));
	memcpy(record + 30, &(uint16_t){ BPFHOST_EVENT_NO_TASK }, 2);
	assert_null(strstr(line_of(&text_encoder, type, record), "bash"));
	sink_type_free(type);
}

static void expect_names(int kind, uint32_t size, uint32_t count, const void *bytes, uint16_t flags,
			 const char *const *names, const char *wanted)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(7, "e", RECORD_SIZE);
	struct bpfhost_event event = header;
	unsigned char record[RECORD_SIZE] = { 0 };
	struct sink_type *type;

	bpfhost_schema_field(builder, "x", kind, 64, size, count);
	for (int i = 0; names && names[i]; i++)
		bpfhost_schema_value(builder, names[i], 1ULL << i);
	type = type_of(builder);
	event.flags = flags;
	memcpy(record, &event, sizeof(event));
	memcpy(record + 64, bytes, (size_t)size * count);
	assert_string_equal(strstr(line_of(&text_encoder, type, record), " x=") + 3, wanted);
	sink_type_free(type);
}

static void expect(int kind, uint32_t size, uint32_t count, const void *bytes, const char *wanted)
{
	expect_names(kind, size, count, bytes, 0, NULL, wanted);
}

static void test_values(void **state)
{
	static const char *const names[] = { "A", "B", NULL };
	const uint64_t spans[] = { 0, 999, 1000, 1234567, 61000000001ULL };
	const int64_t results[] = { -2, 5, -512, -4000, INT64_MIN };
	static const unsigned char in_either[32] = { [10] = 0xff, 0xff, 1,    2,       3,
						     4,           0xfe, 0x80, [31] = 1 };
	static const unsigned char in6[28] = { 10, 0, 1, 0xbb, [23] = 1 };

	(void)state;
	expect(BPFHOST_NS, 8, 5, spans, "[0ns,999ns,1.000us,1.234ms,61.000s]");
	expect(BPFHOST_ERRNO, 8, 5, results, "[ENOENT,5,ERESTARTSYS,-4000,-9223372036854775808]");
	expect_names(BPFHOST_FLAGS, 1, 4, "\x00\x01\x03\x12", 0, names, "[0x0,A,A|B,B|0x10]");
	expect_names(BPFHOST_ENUM, 1, 3, "\x01\x02\x03", 0, names, "[A,B,3]");
	expect(BPFHOST_SOCKADDR, 8, 1, "\2\0\0\x50\1\2\3\4", "1.2.3.4:80");
	expect(BPFHOST_SOCKADDR, 28, 1, in6, "[::1]:443");
	expect(BPFHOST_SOCKADDR, 8, 1, "\1\0/run/a", "unix:/run/a");
	expect(BPFHOST_SOCKADDR, 2, 1, "\x10\0", "family:AF_NETLINK");
	expect(BPFHOST_SOCKADDR, 2, 1, "\0\0", "none");
	expect(BPFHOST_ADDRESS, 16, 2, in_either, "[1.2.3.4,fe80::1]");
	expect(BPFHOST_MAC, 6, 1, "\1\2\3\4\5\6", "01:02:03:04:05:06");
	expect(BPFHOST_COUNTED, 8, 1, "\x09\0\0\0\1\2\3\4", "01020304...");
	expect(BPFHOST_COUNTED, 8, 2, "\4\0\0\0\1\2\3\4\5\0\0\0\1\2\3\4", "[01020304,01020304...]");
	expect(BPFHOST_CHAR, 1, 2, "R\0", "[R,\"\"]");
}

static void expect_text(const char *text, const char *wanted)
{
	expect(BPFHOST_STRING, (uint32_t)strlen(text) + 1, 1, text, wanted);
}

static void test_hostile_strings(void **state)
{
	const uint16_t cut = BPFHOST_EVENT_TRUNCATED;

	(void)state;
	expect_text("plain", "plain");
	expect_text("", "\"\"");
	expect_text("a\"b\\", "\"a\\\"b\\\\\"");
	expect_text("\x1b[2J\n\r\t", "\"\\x1b[2J\\n\\r\\t\"");
	expect_text("\x7f\xff\xc3", "\"\\x7f\\xff\\xc3\"");
	expect_text("\xc3\xa4\xe2\x82\xac", "\xc3\xa4\xe2\x82\xac");
	expect_text("\xe2\x80\xae"
		    "evil",
		    "\"\\u202eevil\"");
	expect_text("\xe2\x81\xa6x", "\"\\u2066x\"");
	expect_text("a\xc2\xa0"
		    "b=\xe3\x85\xa4",
		    "\"a\\u00a0b=\\u3164\"");
	expect_text("\xd7\x90\xd8\xa7", "\xd7\x90\xd8\xa7"); /* letters, whichever way they go */
	expect_text("\xc2\x9bm", "\"\\u009bm\"");
	expect_text("\xf3\xa0\x80\x81x", "\"\\U0e0001x\"");
	expect_names(BPFHOST_STRING, 4, 1, "abcd", cut, NULL, "abcd...");
	expect_names(BPFHOST_STRING, 4, 1, "abc\0", cut, NULL, "abc");
}

/* No byte of a record ends up as a control character, and room always suffices. */
static void test_random_bytes(void **state)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(7, "e\xff\xff", RECORD_SIZE);
	struct sink_type *type;
	unsigned char record[RECORD_SIZE];
	uint32_t seed = 7;

	(void)state;
	bpfhost_schema_field(builder, "s", BPFHOST_STRING, 64, 32, 1);
	bpfhost_schema_field(builder, "a", BPFHOST_SOCKADDR, 96, 28, 1);
	bpfhost_schema_field(builder, "c", BPFHOST_CHAR, 124, 1, 4);
	type = type_of(builder);
	for (int round = 0; round < 50000; round++) {
		for (int i = 0; i < RECORD_SIZE; i++) {
			seed = seed * 1664525 + 1013904223;
			record[i] = round % 2 ? (unsigned char)(seed >> 24)
					      : "\x1b\xff\xe2\x80\xae\n\"\x01"[seed >> 24 & 7];
		}
		record[96] = (unsigned char)(round % 11);
		record[97] = 0;
		line_of(&text_encoder, type, record);
		for (const char *p = out; *p; p++)
			assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
		assert_null(strstr(out, "\xe2\x80\xae"));
	}
	sink_type_free(type);
}

static void test_notices(void **state)
{
	struct sink_notice notice = { SINK_LOST, 1, "hello", "hello", "ring", 128, 123456789 };
	struct sink_clock clock = wall();

	(void)state;
	out[text_encoder.notice(&clock, &notice, out)] = 0;
	assert_string_equal(out, "03:04:05.123456 -- 128 events lost here (ring) hello cpu 1\n");
	notice.cpu = SINK_CPU_UNKNOWN;
	notice.kind = SINK_RESTART;
	notice.reason = "SIGSEGV\n in poll";
	out[text_encoder.notice(&clock, &notice, out)] = 0;
	assert_string_equal(out, "03:04:05.123456 -- started again (SIGSEGV\\n in poll) hello\n");
	out[text_color_encoder.notice(&clock, &notice, out)] = 0;
	assert_int_equal(out[0], 033);
}

static void test_digits(void **state)
{
	char text[32], wanted[32];
	uint64_t value = 1;

	(void)state;
	for (int shift = 0; shift < 64; shift++) {
		for (int64_t add = -2; add <= 2; add++) {
			value = (1ULL << shift) + (uint64_t)add;
			*put_u64(text, value) = 0;
			snprintf(wanted, sizeof(wanted), "%llu", (unsigned long long)value);
			assert_string_equal(text, wanted);
		}
	}
	for (value = 1; value < 10000000000000000000ULL; value *= 10) {
		for (int64_t add = -1; add <= 1; add++) {
			*put_u64(text, value + (uint64_t)add) = 0;
			snprintf(wanted, sizeof(wanted), "%llu",
				 (unsigned long long)(value + (uint64_t)add));
			assert_string_equal(text, wanted);
		}
		if (value > 1000000000000000000ULL)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_line),      cmocka_unit_test(test_values),
		cmocka_unit_test(test_hostile_strings), cmocka_unit_test(test_random_bytes),
		cmocka_unit_test(test_notices),         cmocka_unit_test(test_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
