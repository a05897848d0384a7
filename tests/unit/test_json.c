/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "sink/json.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#define RECORD_SIZE 128

static char out[SINK_LINE_MAX];

static const struct bpfhost_event header = {
	.time_ns = 6,
	.type = 7,
	.cpu = 3,
	.pid = 41,
	.tid = 42,
	.uid = 1000,
	.comm = "python3",
};

/* 2026-01-02T03:04:05Z */
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
	assert_int_equal(sink_type_new(schema, "pg", "usdt", &type), 0);
	free(schema);
	bpfhost_schema_free(builder);
	return type;
}

static const char *line_of(const struct sink_type *type, const void *record)
{
	struct sink_clock clock = wall();
	size_t size = json_encoder.event(&clock, type, record, RECORD_SIZE, out);

	assert_true(size > 0 && size < json_encoder.bound(type));
	assert_int_equal(out[size - 1], '\n');
	out[size - 1] = 0;
	return out;
}

static void test_whole_line(void **state)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(7, "python:gc__start", 128);
	unsigned char record[RECORD_SIZE] = { 0 };
	struct sink_type *type;

	(void)state;
	bpfhost_schema_field(builder, "generation", BPFHOST_INT, 64, 4, 1);
	type = type_of(builder);
	memcpy(record, &header, sizeof(header));
	record[64] = 2;
	assert_string_equal(
		line_of(type, record),
		"{\"time\":\"2026-01-02T03:04:05.000000006Z\",\"kind\":\"event\",\"instance\":\"pg\","
		"\"plugin\":\"usdt\",\"event\":\"python:gc__start\",\"cpu\":3,\"pid\":41,\"tid\":42,"
		"\"uid\":1000,\"comm\":\"python3\",\"data\":{\"generation\":2}}");
	sink_type_free(type);
}

/* A line is the same whatever line the encoder wrote before. */
static void expect_same_after(struct sink_clock *clock, const struct sink_type *type,
			      const struct bpfhost_event *event)
{
	unsigned char record[RECORD_SIZE] = { 0 };
	char again[RECORD_SIZE + 4096];
	size_t size;

	memcpy(record, event, sizeof(*event));
	size = json_encoder.event(clock, type, record, RECORD_SIZE, again);
	assert_true(size > 0 && size < sizeof(again));
	again[size - 1] = 0;
	assert_string_equal(again, line_of(type, record));
}

static void test_tasks_in_turn(void **state)
{
	struct sink_type *type = type_of(bpfhost_schema_new(7, "e", 64));
	struct bpfhost_event event = header;
	struct sink_clock clock = wall();

	(void)state;
	expect_same_after(&clock, type, &event);
	expect_same_after(&clock, type, &event);
	event.pid++;
	expect_same_after(&clock, type, &event);
	event.tid = UINT32_MAX;
	expect_same_after(&clock, type, &event);
	event.uid = 0;
	expect_same_after(&clock, type, &event);
	memset(event.comm, 1, sizeof(event.comm)); /* the longest: \u0001 */
	expect_same_after(&clock, type, &event);
	expect_same_after(&clock, type, &event);
	event.comm[15] = (char)0xff;
	expect_same_after(&clock, type, &event);
	expect_same_after(&clock, type, &event);
	assert_non_null(strstr(out, "\"bytes_replaced\":[\"comm\"]"));
	expect_same_after(&clock, type, &header);
	assert_null(strstr(out, "bytes_replaced"));
	sink_type_free(type);
}

static void test_no_task_and_no_fields(void **state)
{
	struct sink_type *type = type_of(bpfhost_schema_new(7, "packet", 64));
	struct bpfhost_event event = header;
	unsigned char record[RECORD_SIZE] = { 0 };
	struct sink_clock clock = wall();

	(void)state;
	event.flags = BPFHOST_EVENT_NO_TASK;
	memcpy(record, &event, sizeof(event));
	assert_non_null(strstr(line_of(type, record), "\"cpu\":3,\"data\":{}}"));
	assert_null(strstr(out, "pid"));
	assert_null(strstr(out, "comm"));
	assert_int_equal(json_encoder.event(&clock, type, record, 63, out), 0);
	sink_type_free(type);
}

/* A record has only those optional fields whose bit is set. */
static void test_optional_fields(void **state)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(7, "e", RECORD_SIZE);
	struct bpfhost_event event = header;
	unsigned char record[RECORD_SIZE] = { 0 };
	struct sink_type *type;

	(void)state;
	bpfhost_schema_present(builder, 64);
	bpfhost_schema_field(builder, "a", BPFHOST_UINT, 68, 1, 1);
	bpfhost_schema_optional(builder, 0);
	bpfhost_schema_field(builder, "b", BPFHOST_UINT, 69, 1, 1);
	bpfhost_schema_optional(builder, 31);
	bpfhost_schema_field(builder, "c", BPFHOST_STRING, 70, 4, 1);
	bpfhost_schema_optional(builder, 5);
	type = type_of(builder);
	event.flags = BPFHOST_EVENT_TRUNCATED;
	memcpy(record, &event, sizeof(event));
	memcpy(record + 70, "\xff\xff\xff\xff", 4);
	assert_non_null(strstr(line_of(type, record), "\"data\":{}}"));
	record[67] = 0x80;
	assert_non_null(strstr(line_of(type, record), "\"data\":{\"b\":0}}"));
	record[64] = 0x01;
	assert_non_null(strstr(line_of(type, record), "\"data\":{\"a\":0,\"b\":0}}"));
	sink_type_free(type);
}

/* What stands behind "data": for one field of this kind with these bytes. */
static void expect_names(int kind, uint32_t size, uint32_t count, const void *bytes, uint16_t flags,
			 const char *const *names, const uint64_t *values, uint32_t field_flags,
			 const char *wanted)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(7, "e", RECORD_SIZE);
	struct bpfhost_event event = header;
	unsigned char record[RECORD_SIZE] = { 0 };
	struct sink_type *type;

	bpfhost_schema_field(builder, "x", kind, 64, size, count);
	bpfhost_schema_flags(builder, field_flags);
	for (int i = 0; names && names[i]; i++)
		bpfhost_schema_value(builder, names[i], values[i]);
	type = type_of(builder);
	event.flags = flags;
	memcpy(record, &event, sizeof(event));
	memcpy(record + 64, bytes, (size_t)size * count);
	assert_string_equal(strstr(line_of(type, record), "\"data\":{") + 8, wanted);
	sink_type_free(type);
}

static void expect(int kind, uint32_t size, uint32_t count, const void *bytes, const char *wanted)
{
	expect_names(kind, size, count, bytes, 0, NULL, NULL, 0, wanted);
}

static void test_numbers(void **state)
{
	const int64_t smallest = INT64_MIN;
	const uint64_t largest = UINT64_MAX, tens[] = { 9, 10, 99, 100, 999999999, 1000000000 };
	const int32_t error = -2;
	const double doubles[] = { 0.1, 1e300, NAN, -INFINITY, 3 };
	const float single = 0.1f;

	(void)state;
	expect(BPFHOST_INT, 8, 1, &smallest, "\"x\":-9223372036854775808}}");
	expect(BPFHOST_UINT, 8, 1, &largest, "\"x\":18446744073709551615}}");
	expect(BPFHOST_UINT, 8, 6, tens, "\"x\":[9,10,99,100,999999999,1000000000]}}");
	expect(BPFHOST_INT, 1, 3, "\xff\x80\x7f", "\"x\":[-1,-128,127]}}");
	expect(BPFHOST_INT, 2, 1, "\xfe\xff", "\"x\":-2}}");
	expect(BPFHOST_HEX, 8, 1, &largest, "\"x\":\"0xffffffffffffffff\"}}");
	expect(BPFHOST_HEX, 1, 3, "\x00\x0f\x10", "\"x\":[\"0x0\",\"0xf\",\"0x10\"]}}");
	expect(BPFHOST_POINTER, 4, 1, "\x78\x56\x34\x12", "\"x\":\"0x12345678\"}}");
	expect(BPFHOST_ERRNO, 4, 1, &error, "\"x\":-2}}");
	expect(BPFHOST_BOOL, 1, 3, "\0\1\2", "\"x\":[false,true,true]}}");
	expect(BPFHOST_PORT_BE, 2, 1, "\x01\xbb", "\"x\":443}}");
	expect(BPFHOST_NS, 8, 1, &tens[5], "\"x\":1000000000}}");
	expect(BPFHOST_FLOAT, 8, 5, doubles, "\"x\":[0.1,1e+300,null,null,3]}}");
	expect(BPFHOST_FLOAT, 4, 1, &single, "\"x\":0.1}}");
}

static void test_addresses(void **state)
{
	static const unsigned char mapped[16] = { [10] = 0xff, 0xff, 1, 2, 3, 4 };
	static const unsigned char doc[16] = { 0x20, 1, 0xd, 0xb8, [7] = 1, [15] = 1 };
	static const unsigned char one_zero[16] = {
		0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1
	};
	static const unsigned char tail[16] = { 0xfe, 0x80 };

	(void)state;
	expect(BPFHOST_IPV4, 4, 2, "\x7f\0\0\x01\xff\xff\xff\xff",
	       "\"x\":[\"127.0.0.1\",\"255.255.255.255\"]}}");
	expect(BPFHOST_IPV6, 16, 1, mapped, "\"x\":\"::ffff:1.2.3.4\"}}");
	expect(BPFHOST_ADDRESS, 16, 1, mapped, "\"x\":\"1.2.3.4\"}}");
	expect(BPFHOST_ADDRESS, 16, 1, doc, "\"x\":\"2001:db8:0:1::1\"}}");
	expect(BPFHOST_IPV6, 16, 1, doc, "\"x\":\"2001:db8:0:1::1\"}}");
	expect(BPFHOST_IPV6, 16, 1, one_zero, "\"x\":\"1:0:1:1:1:1:1:1\"}}");
	expect(BPFHOST_IPV6, 16, 1, tail, "\"x\":\"fe80::\"}}");
	expect(BPFHOST_IPV6, 16, 1, (unsigned char[16]){ 0 }, "\"x\":\"::\"}}");
	expect(BPFHOST_IPV6, 16, 1, (unsigned char[16]){ [15] = 1 }, "\"x\":\"::1\"}}");
	expect(BPFHOST_MAC, 6, 1, "\x02\x00\x5e\x10\x00\xff", "\"x\":\"02:00:5e:10:00:ff\"}}");
}

static void test_socket_addresses(void **state)
{
	unsigned char in6[28] = { 10, 0, 0, 80, [8] = 0xfe, 0x80, [23] = 1 };

	(void)state;
	expect(BPFHOST_SOCKADDR, 28, 1, "\2\0\0\x50\1\2\3\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
	       "\"x\":{\"family\":\"AF_INET\",\"addr\":\"1.2.3.4\",\"port\":80}}}");
	expect(BPFHOST_SOCKADDR, 28, 1, in6,
	       "\"x\":{\"family\":\"AF_INET6\",\"addr\":\"fe80::1\",\"port\":80}}}");
	expect(BPFHOST_SOCKADDR, 8, 1, "\1\0/tmp/a",
	       "\"x\":{\"family\":\"AF_UNIX\",\"path\":\"/tmp/a\"}}}");
	expect(BPFHOST_SOCKADDR, 8, 1, "\1\0\0abc\0",
	       "\"x\":{\"family\":\"AF_UNIX\",\"path\":\"@abc\"}}}");
	expect(BPFHOST_SOCKADDR, 3, 1, "\1\0\0", "\"x\":{\"family\":\"AF_UNIX\",\"path\":\"\"}}}");
	expect(BPFHOST_SOCKADDR, 2, 1, "\2\0", "\"x\":{\"family\":\"AF_INET\"}}}");
	expect(BPFHOST_SOCKADDR, 4, 1, "\xd2\4\0", "\"x\":{\"family\":1234}}}");
	expect(BPFHOST_SOCKADDR, 4, 1, "\0\0\0", "\"x\":null}}");
}

static void test_names(void **state)
{
	static const char *const modes[] = { "NONE", "READ", "WRITE", "BOTH", NULL };
	static const uint64_t masks[] = { 0, 1, 2, 12 };
	static const char *const states[] = { "GONE", "\"B\"", "A", NULL };
	static const uint64_t values[] = { (uint64_t)-1, 7, 1 };

	(void)state;
	expect_names(BPFHOST_FLAGS, 1, 6, "\x00\x01\x03\x0c\x14\x40", 0, modes, masks, 0,
		     "\"x\":[\"NONE\",\"READ\",\"READ|WRITE\",\"BOTH\",20,64]}}");
	expect_names(BPFHOST_FLAGS, 4, 1, "\x41\0\0\x80", 0, modes, masks, 0,
		     "\"x\":\"READ|0x80000040\"}}");
	expect_names(BPFHOST_FLAGS, 1, 1, "", 0, modes + 1, masks + 1, 0, "\"x\":0}}");
	expect_names(BPFHOST_ENUM, 1, 4, "\xff\x07\x01\xfe", 0, states, values,
		     BPFHOST_FIELD_SIGNED, "\"x\":[\"GONE\",\"\\\"B\\\"\",\"A\",-2]}}");
	expect_names(BPFHOST_ENUM, 1, 1, "\xfe", 0, states, values, 0, "\"x\":254}}");
}

static void test_strings(void **state)
{
	const uint16_t cut = BPFHOST_EVENT_TRUNCATED;

	(void)state;
	expect(BPFHOST_STRING, 12, 1, "a\"b\\c\n\x1b\0zzzz", "\"x\":\"a\\\"b\\\\c\\n\\u001b\"}}");
	expect(BPFHOST_STRING, 4, 1, "abcd", "\"x\":\"abcd\"}}");
	expect(BPFHOST_STRING, 10, 1,
	       "a\x7f"
	       "2345678\x7f",
	       "\"x\":\"a\\u007f2345678\\u007f\"}}");
	expect_names(BPFHOST_STRING, 4, 1, "abcd", cut, NULL, NULL, 0,
		     "\"x\":\"abcd\"},\"truncated\":[\"x\"]}");
	expect_names(BPFHOST_STRING, 4, 1, "abc\0", cut, NULL, NULL, 0, "\"x\":\"abc\"}}");
	expect(BPFHOST_STRING, 8, 1, "\xc3\xa4\xff\xe2\x82\xac\xed\xa0",
	       "\"x\":\"\xc3\xa4\xef\xbf\xbd\xe2\x82\xac\xef\xbf\xbd\xef\xbf\xbd\"},"
	       "\"bytes_replaced\":[\"x\"]}");
	expect(BPFHOST_STRING, 10, 1, "\xe2\x80\xae\xf3\xa0\x80\x81\xd7\x90",
	       "\"x\":\"\\u202e\\udb40\\udc01\xd7\x90\"}}");
	expect(BPFHOST_STRING, 15, 1, "0123456789\xf0\x9f\x98\x80",
	       "\"x\":\"0123456789\xf0\x9f\x98\x80\"}}");
	expect(BPFHOST_CHAR, 1, 3, "R\0\"", "\"x\":[\"R\",\"\",\"\\\"\"]}}");
	expect(BPFHOST_BYTES, 3, 1, "\x00\xab\x10", "\"x\":\"00ab10\"}}");
	expect(BPFHOST_COUNTED, 8, 1, "\2\0\0\0\xaa\xbb\xcc\xdd", "\"x\":\"aabb\"}}");
	expect_names(BPFHOST_COUNTED, 6, 1, "\xff\xff\xff\xff\xaa\xbb", cut, NULL, NULL, 0,
		     "\"x\":\"aabb\"},\"truncated\":[\"x\"]}");
}

static void test_marks_of_many(void **state)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(7, "e", RECORD_SIZE);
	struct bpfhost_event event = header;
	unsigned char record[RECORD_SIZE];
	struct sink_type *type;

	(void)state;
	bpfhost_schema_field(builder, "a", BPFHOST_STRING, 64, 2, 1);
	bpfhost_schema_field(builder, "b", BPFHOST_STRING, 66, 2, 1);
	bpfhost_schema_field(builder, "\xc3\xa4\"", BPFHOST_STRING, 68, 2, 1);
	type = type_of(builder);
	event.flags = BPFHOST_EVENT_TRUNCATED;
	memcpy(event.comm, "\xff", 2);
	memset(record, 0xff, sizeof(record));
	memcpy(record, &event, sizeof(event));
	record[66] = 0;
	line_of(type, record);
	assert_non_null(strstr(out, "\"comm\":\"\xef\xbf\xbd\","));
	assert_non_null(strstr(out, "},\"truncated\":[\"a\",\"\xc3\xa4\\\"\"],"
				    "\"bytes_replaced\":[\"comm\",\"a\",\"\xc3\xa4\\\"\"]}"));
	sink_type_free(type);
}

static void test_notices(void **state)
{
	struct sink_notice notice = { SINK_LOST, 1, "pg", "usdt", "ring", 128, 6 };
	struct sink_clock clock = wall();

	(void)state;
	out[json_encoder.notice(&clock, &notice, out)] = 0;
	assert_string_equal(out, "{\"time\":\"2026-01-02T03:04:05.000000006Z\",\"kind\":\"lost\","
				 "\"instance\":\"pg\",\"plugin\":\"usdt\",\"cpu\":1,"
				 "\"data\":{\"count\":128,\"reason\":\"ring\"}}\n");
	notice.kind = SINK_RESTART;
	notice.cpu = SINK_CPU_UNKNOWN;
	notice.count = 1;
	notice.reason = "SIGSEGV in \"poll\"";
	out[json_encoder.notice(&clock, &notice, out)] = 0;
	assert_string_equal(out,
			    "{\"time\":\"2026-01-02T03:04:05.000000006Z\",\"kind\":\"restart\","
			    "\"instance\":\"pg\",\"plugin\":\"usdt\","
			    "\"data\":{\"count\":1,\"reason\":\"SIGSEGV in \\\"poll\\\"\"}}\n");
}

static void test_times(void **state)
{
	struct sink_clock clock = wall();
	uint32_t ns;

	(void)state;
	assert_memory_equal(sink_clock_text(&clock, 999999999, &ns), "2026-01-02T03:04:05", 19);
	assert_int_equal(ns, 999999999);
	assert_memory_equal(sink_clock_text(&clock, 1000000000, &ns), "2026-01-02T03:04:06", 19);
	assert_int_equal(ns, 0);
	assert_memory_equal(sink_clock_text(&clock, 5, &ns), "2026-01-02T03:04:05", 19);
	assert_int_equal(ns, 5);
	sink_clock_init(&clock, 0, false);
	assert_memory_equal(sink_clock_text(&clock, 0, &ns), "1970-01-01T00:00:00", 19);
	assert_memory_equal(sink_clock_text(&clock, UINT64_MAX, &ns), "1970-01-01T00:00:00", 19);
	assert_memory_equal(sink_clock_text(&clock, INT64_MAX, &ns), "2262-04-11T23:47:16", 19);
}

/* Two fields of 65000 one-byte flags with long names cannot fit in any line. */
static void test_too_long_a_line_is_refused(void **state)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(7, "e", 65536);
	struct bpfhost_schema *schema;
	struct sink_type *type;
	char name[100];

	(void)state;
	memset(name, 'n', sizeof(name));
	name[99] = 0;
	bpfhost_schema_field(builder, "x", BPFHOST_ENUM, 64, 1, 65000);
	bpfhost_schema_value(builder, name, 1);
	assert_int_equal(bpfhost_schema_finish(builder, &schema), 0);
	assert_int_equal(sink_type_new(schema, "pg", "usdt", &type), -E2BIG);
	free(schema);
	bpfhost_schema_free(builder);
}

static uint32_t next_random(uint32_t *seed)
{
	return *seed = *seed * 1664525 + 1013904223;
}

/* One field of each kind, some of them arrays, with names that need escaping. */
static struct sink_type *all_kinds(void)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(7, "all\"\xff", 1024);
	static const struct {
		int kind;
		uint32_t size;
		uint32_t count;
	} fields[] = {
		{ BPFHOST_UINT, 8, 2 },    { BPFHOST_INT, 2, 3 },     { BPFHOST_HEX, 4, 2 },
		{ BPFHOST_POINTER, 8, 1 }, { BPFHOST_BOOL, 1, 2 },    { BPFHOST_CHAR, 1, 7 },
		{ BPFHOST_FLOAT, 4, 3 },   { BPFHOST_FLOAT, 8, 3 },   { BPFHOST_STRING, 64, 2 },
		{ BPFHOST_BYTES, 9, 2 },   { BPFHOST_COUNTED, 9, 2 }, { BPFHOST_IPV4, 4, 2 },
		{ BPFHOST_IPV6, 16, 2 },   { BPFHOST_MAC, 6, 2 },     { BPFHOST_SOCKADDR, 28, 4 },
		{ BPFHOST_ERRNO, 4, 2 },   { BPFHOST_ENUM, 1, 9 },    { BPFHOST_FLAGS, 2, 9 },
		{ BPFHOST_PORT_BE, 2, 2 }, { BPFHOST_NS, 8, 2 },      { BPFHOST_STRING, 33, 1 },
	};
	uint32_t offset = 64;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		char name[32];

		snprintf(name, sizeof(name), "f%zu\"\\\xc3\xa4", i);
		bpfhost_schema_field(builder, name, fields[i].kind, offset, fields[i].size,
				     fields[i].count);
		offset += fields[i].size * fields[i].count;
		for (uint64_t v = 0;
		     v < 5 && fields[i].kind >= BPFHOST_ENUM && fields[i].kind <= BPFHOST_FLAGS;
		     v++)
			bpfhost_schema_value(builder, v % 2 ? "na\"me" : "o\xffther", v * 3);
	}
	return type_of(builder);
}

static const char checker[] =
	"python3 -c 'import sys,json\n"
	"n=0\n"
	"for l in sys.stdin.buffer:\n"
	" assert l[-1:]==b\"\\n\"\n"
	" d=json.loads(l.decode(\"utf-8\",\"strict\"),parse_constant=lambda c: 1/0)\n"
	" assert list(d)[:6]==[\"time\",\"kind\",\"instance\",\"plugin\",\"event\",\"cpu\"], d\n"
	" assert len(d[\"data\"])==21, d\n"
	" assert set(d.get(\"bytes_replaced\",[]))<=set(d[\"data\"])|{\"comm\"}\n"
	" assert set(d.get(\"truncated\",[]))<=set(d[\"data\"])\n"
	" n+=1\n"
	"sys.exit(0 if n==20000 else 3)'";

/* Whatever the bytes are, an independent parser reads the line. */
static void test_random_bytes(void **state)
{
	struct sink_type *type = all_kinds();
	struct sink_clock clock = wall();
	size_t bound = json_encoder.bound(type);
	unsigned char *record = malloc(1024);
	char *line = malloc(bound);
	uint32_t seed = 42;
	FILE *python;

	(void)state;
	if (system("python3 -c 0 >/dev/null 2>&1")) {
		print_message("python3 is missing\n");
		skip();
	}
	python = popen(checker, "w");
	assert_non_null(python);
	for (int round = 0; round < 20000; round++) {
		for (int i = 0; i < 1024; i++) {
			uint32_t r = next_random(&seed) >> 8;

			/* Some rounds are mostly text, some full of what must be escaped. */
			record[i] = round % 3 == 0   ? (unsigned char)r
				    : round % 3 == 1 ? " \"\\\n\x01\x7f\xc3\xa4\xff"[r % 9]
						     : (unsigned char)(r % 20 ? 'a' + r % 26 : r);
		}
		size_t size = json_encoder.event(&clock, type, record, 1024, line);
		assert_true(size > 0 && size <= bound);
		assert_int_equal(fwrite(line, 1, size, python), size);
	}
	assert_int_equal(pclose(python), 0);
	free(record);
	free(line);
	sink_type_free(type);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_line),
		cmocka_unit_test(test_tasks_in_turn),
		cmocka_unit_test(test_no_task_and_no_fields),
		cmocka_unit_test(test_optional_fields),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_socket_addresses),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_marks_of_many),
		cmocka_unit_test(test_notices),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_too_long_a_line_is_refused),
		cmocka_unit_test(test_random_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
