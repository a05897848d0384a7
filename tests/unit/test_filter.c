/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "filter/filter.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RECORD_SIZE 192

static unsigned char record[RECORD_SIZE];

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

static struct sink_type *opens(void)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(7, "opens", RECORD_SIZE);

	bpfhost_schema_field(builder, "fd", BPFHOST_INT, 64, 4, 1);
	bpfhost_schema_field(builder, "state", BPFHOST_ENUM, 68, 1, 1);
	bpfhost_schema_value(builder, "IDLE", 0);
	bpfhost_schema_value(builder, "BUSY", 1);
	bpfhost_schema_field(builder, "mode", BPFHOST_FLAGS, 70, 2, 1);
	bpfhost_schema_value(builder, "READ", 1);
	bpfhost_schema_value(builder, "WRITE", 2);
	bpfhost_schema_field(builder, "path", BPFHOST_STRING, 72, 16, 1);
	bpfhost_schema_field(builder, "v4", BPFHOST_IPV4, 88, 4, 1);
	bpfhost_schema_field(builder, "v6", BPFHOST_IPV6, 92, 16, 1);
	bpfhost_schema_field(builder, "peer", BPFHOST_SOCKADDR, 108, 28, 1);
	bpfhost_schema_field(builder, "mac", BPFHOST_MAC, 136, 6, 1);
	bpfhost_schema_field(builder, "port", BPFHOST_PORT_BE, 142, 2, 1);
	bpfhost_schema_field(builder, "load", BPFHOST_FLOAT, 144, 8, 1);
	bpfhost_schema_field(builder, "ret", BPFHOST_ERRNO, 152, 8, 1);
	bpfhost_schema_field(builder, "data", BPFHOST_COUNTED, 160, 12, 1);
	bpfhost_schema_field(builder, "many", BPFHOST_UINT, 172, 4, 2);
	bpfhost_schema_field(builder, "a.b", BPFHOST_UINT, 180, 4, 1);
	return type_of(builder);
}

static struct sink_type *closes(void)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(8, "closes", RECORD_SIZE);

	bpfhost_schema_field(builder, "latency_ns", BPFHOST_NS, 64, 8, 1);
	bpfhost_schema_field(builder, "path", BPFHOST_UINT, 72, 8, 1);
	bpfhost_schema_present(builder, 176);
	bpfhost_schema_field(builder, "peer", BPFHOST_ADDRESS, 160, 16, 1);
	bpfhost_schema_optional(builder, 4);
	return type_of(builder);
}

static void fill(uint16_t flags)
{
	const struct bpfhost_event header = { .cpu = 3,
					      .pid = 41,
					      .tid = 42,
					      .uid = 1000,
					      .cgroup = 77,
					      .flags = flags,
					      .comm = "python3" };

	memset(record, 0, sizeof(record));
	memcpy(record, &header, sizeof(header));
	memcpy(record + 64, &(int32_t){ -7 }, 4);
	record[68] = 1;
	record[70] = 3;
	memcpy(record + 72, "/etc/passwd", 12);
	memcpy(record + 88, "\x0a\0\0\1", 4);
	memcpy(record + 92, "\x20\1\x0d\xb8", 4);
	memcpy(record + 108, "\2\0\0\x50\x0a\0\0\2", 8);
	memcpy(record + 136, "\2\0\0\0\0\1", 6);
	memcpy(record + 142, "\1\xbb", 2);
	memcpy(record + 144, &(double){ 0.5 }, 8);
	memcpy(record + 152, &(int64_t){ -2 }, 8);
	memcpy(record + 160, "\3\0\0\0GET", 7);
}

static bool passes(const char *text, const struct sink_type *type)
{
	struct bpfhost_error err = { 0 };
	struct filter_bound *bound;
	struct filter *filter;
	bool result;

	if (filter_new(text, &filter, &err))
		fail_msg("%s", err.text);
	assert_int_equal(filter_bind(filter, type, &bound), 0);
	filter_free(filter);
	result = filter_passes(bound, record, sizeof(record));
	assert_false(filter_passes(bound, record, 100));
	filter_bound_free(bound);
	return result;
}

static void test_header(void **state)
{
	struct sink_type *type = opens();

	(void)state;
	fill(0);
	assert_true(passes("cpu == 3 && pid == 41 && tid == 42 && uid == 1000", type));
	assert_false(passes("pid == 42", type));
	assert_true(passes("cgroup == 77", type));
	assert_true(passes("comm == \"python3\"", type));
	assert_true(passes("comm ~ \"py*\"", type));
	assert_false(passes("comm == \"python\"", type));
	assert_true(passes("plugin == \"usdt\" && instance == \"pg\" && event == \"opens\"", type));
	assert_false(passes("event == \"closes\"", type));
	fill(BPFHOST_EVENT_NO_TASK);
	assert_false(passes("pid == 41", type));
	assert_false(passes("pid != 40", type));
	assert_false(passes("comm != \"x\"", type));
	assert_true(passes("cpu == 3", type));
	sink_type_free(type);
}

static void test_fields(void **state)
{
	struct sink_type *type = opens();

	(void)state;
	fill(0);
	assert_true(passes("fd == -7", type));
	assert_true(passes("fd < 0", type));
	assert_false(passes("fd > 3", type));
	assert_true(passes("state == BUSY", type));
	assert_false(passes("state == IDLE", type));
	assert_true(passes("mode & WRITE", type));
	assert_true(passes("mode & 3 == 3", type));
	assert_true(passes("path == \"/etc/passwd\"", type));
	assert_true(passes("path ~ \"/etc/*\"", type));
	assert_false(passes("path ~ \"/usr/*\"", type));
	assert_true(passes("v4 in 10.0.0.0/8", type));
	assert_false(passes("v4 in 11.0.0.0/8", type));
	assert_true(passes("v6 in 2001:db8::/32", type));
	assert_true(passes("peer in 10.0.0.0/24", type));
	assert_false(passes("peer in 2001:db8::/32", type));
	assert_true(passes("mac == \"02:00:00:00:00:01\"", type));
	assert_true(passes("port == 443", type));
	assert_true(passes("load < 1 && load > 0", type));
	assert_true(passes("ret == ENOENT", type));
	assert_true(passes("ret == -2", type));
	assert_false(passes("ret == EPERM", type));
	assert_true(passes("data == \"GET\"", type));
	sink_type_free(type);
}

static void test_missing_fields(void **state)
{
	struct sink_type *type = closes();

	(void)state;
	fill(0);
	assert_false(passes("fd == -7", type));
	assert_false(passes("fd != -7", type));
	assert_true(passes("fd == -7 || pid == 41", type));
	assert_true(passes("state == BUSY || pid == 41", type));
	assert_true(passes("!(state == BUSY)", type));
	assert_false(passes("path == \"/etc/passwd\" || pid == 41", type));
	sink_type_free(type);
}

static void test_optional_address(void **state)
{
	struct sink_type *type = closes();

	(void)state;
	fill(0);
	memset(record + 160, 0, 24);
	memcpy(record + 170, "\xff\xff\x0a\0\0\1", 6);
	assert_false(passes("peer == 10.0.0.1", type));
	assert_false(passes("peer != 10.0.0.1", type));
	record[176] = 1 << 4;
	assert_true(passes("peer == 10.0.0.1 && peer in 10.0.0.0/8", type));
	assert_false(passes("peer in ::/0", type));
	record[160] = 0xfe;
	assert_true(passes("peer in fe00::/8", type));
	sink_type_free(type);
}

static int known(const char *text, const char *wanted)
{
	const struct sink_type *types[] = { opens(), closes() };
	struct bpfhost_error err = { 0 };
	struct filter *filter;
	int result;

	assert_int_equal(filter_new(text, &filter, &err), 0);
	result = filter_names_known(filter, types, 2, &err);
	filter_free(filter);
	sink_type_free((struct sink_type *)types[0]);
	sink_type_free((struct sink_type *)types[1]);
	if (wanted && !strstr(err.text, wanted))
		fail_msg("\"%s\" is not in \"%s\"", wanted, err.text);
	return result;
}

static void test_known_names(void **state)
{
	(void)state;
	assert_int_equal(known("fd > 3 && latency_ns > 1000000 && comm == \"a\"", NULL), 0);
	assert_int_equal(known("state == BUSY && ret == ENOENT", NULL), 0);
	assert_int_equal(known("latency == 3 || fd == 1", "latency"), -ENOENT);
	assert_int_equal(known("latncy_ns == 3", "did you mean \"latency_ns\""), -ENOENT);
	assert_int_equal(known("insTance == \"a\"", "did you mean \"instance\""), -ENOENT);
	assert_int_equal(known("state == BUZY", "did you mean \"BUSY\""), -ENOENT);
	assert_int_equal(known("state == \"BUSY\"", NULL), 0);
	assert_int_equal(known("state == \"BUZY\"", "did you mean \"BUSY\""), -ENOENT);
	assert_int_equal(known("many == 1", "many"), -ENOENT);
	assert_int_equal(known("comm > 3", ""), -EINVAL);
	/* A string in one type, a number in the other: each fits one. */
	assert_int_equal(known("path == \"/etc/passwd\"", NULL), 0);
	assert_int_equal(known("path == 3", NULL), 0);
	assert_int_equal(known("path == 10.0.0.1", ""), -EINVAL);
}

static void test_syntax(void **state)
{
	struct bpfhost_error err = { 0 };
	struct filter *filter;

	(void)state;
	assert_int_equal(filter_new("pid ==", &filter, &err), -EINVAL);
	assert_true(err.text[0]);
	assert_int_equal(filter_new("", &filter, NULL), -EINVAL);
	filter_free(NULL);
	filter_bound_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),         cmocka_unit_test(test_fields),
		cmocka_unit_test(test_missing_fields), cmocka_unit_test(test_known_names),
		cmocka_unit_test(test_syntax),         cmocka_unit_test(test_optional_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
