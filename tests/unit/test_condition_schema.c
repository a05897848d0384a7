/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <bpfhost/condition_schema.h>

static struct bpfhost_schema *packets(void)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(7, "packet", 256);
	struct bpfhost_schema *schema = NULL;

	bpfhost_schema_present(builder, 72);
	bpfhost_schema_field(builder, "length", BPFHOST_UINT, 64, 4, 1);
	bpfhost_schema_field(builder, "proto", BPFHOST_ENUM, 68, 2, 1);
	bpfhost_schema_value(builder, "tcp", 6);
	bpfhost_schema_value(builder, "udp", 17);
	bpfhost_schema_field(builder, "smac", BPFHOST_MAC, 80, 6, 1);
	bpfhost_schema_field(builder, "saddr", BPFHOST_ADDRESS, 88, 16, 1);
	bpfhost_schema_optional(builder, 3);
	bpfhost_schema_field(builder, "dport", BPFHOST_UINT, 104, 2, 1);
	bpfhost_schema_optional(builder, 31);
	bpfhost_schema_field(builder, "name", BPFHOST_STRING, 112, 16, 1);
	bpfhost_schema_field(builder, "port", BPFHOST_PORT_BE, 128, 2, 1);
	bpfhost_schema_field(builder, "delta", BPFHOST_INT, 132, 4, 1);
	bpfhost_schema_field(builder, "many", BPFHOST_UINT, 136, 4, 2);
	assert_int_equal(bpfhost_schema_finish(builder, &schema), 0);
	bpfhost_schema_free(builder);
	return schema;
}

static struct bpfhost_condition compiled(const char *text)
{
	struct bpfhost_schema *schema = packets();
	struct bpfhost_condition condition;
	struct bpfhost_error err = { 0 };

	if (bpfhost_condition_for_schema(text, schema, &condition, &err))
		fail_msg("%s: %s", text, err.text);
	free(schema);
	return condition;
}

static void refuse(const char *text, int code, const char *sentence)
{
	struct bpfhost_schema *schema = packets();
	struct bpfhost_condition condition;
	struct bpfhost_error err = { 0 };

	assert_int_equal(bpfhost_condition_for_schema(text, schema, &condition, &err), code);
	assert_string_equal(err.text, sentence);
	free(schema);
}

static void assert_load(const struct bpfhost_load *load, int kind, uint32_t size, uint32_t offset,
			uint8_t present)
{
	assert_int_equal(load->kind, kind);
	assert_int_equal(load->size, size);
	assert_int_equal(load->offset, offset);
	assert_int_equal(load->present, present);
}

static void test_fields(void **state)
{
	struct bpfhost_condition c =
		compiled("length > 9 && delta < -1 && name ~ \"a*\" && dport == 443");

	(void)state;
	assert_int_equal(c.test_count, 4);
	assert_int_equal(c.present, 72);
	assert_load(&c.tests[0].left, BPFHOST_LOAD_UINT, 4, 64, 0);
	assert_load(&c.tests[1].left, BPFHOST_LOAD_INT, 4, 132, 0);
	assert_load(&c.tests[2].left, BPFHOST_LOAD_CHARS, 16, 112, 0);
	assert_load(&c.tests[3].left, BPFHOST_LOAD_UINT, 2, 104, 32);
	assert_int_equal(c.tests[3].value, 443);
}

static void test_names_of_values(void **state)
{
	struct bpfhost_condition c = compiled("proto == \"udp\" || proto == tcp");

	(void)state;
	assert_load(&c.tests[0].left, BPFHOST_LOAD_UINT, 2, 68, 0);
	assert_int_equal(c.tests[0].value, 17);
	assert_int_equal(c.tests[1].value, 6);
}

static void test_addresses(void **state)
{
	struct bpfhost_condition c =
		compiled("saddr in 10.0.0.0/8 && smac == \"02:00:5e:00:00:ff\"");

	(void)state;
	assert_load(&c.tests[0].left, BPFHOST_LOAD_ADDRESS, 16, 88, 4);
	assert_int_equal(c.tests[0].bits, 104);
	assert_load(&c.tests[1].left, BPFHOST_LOAD_UINT, 6, 80, 0);
	assert_int_equal(c.tests[1].value, 0xff00005e0002ULL);
}

static void test_refused(void **state)
{
	(void)state;
	refuse("lenght > 9", -ENOENT,
	       "unknown name \"lenght\" at column 1; did you mean \"length\"?");
	refuse("proto == \"udb\"", -ENOENT,
	       "\"proto\" has no value \"udb\" at column 10; did you mean \"udp\"?");
	refuse("smac == \"02:00\"", -ENOENT, "\"smac\" has no value \"02:00\" at column 9");
	refuse("saddr == \"nobody\"", -EINVAL,
	       "cannot compare \"saddr\" (an address) with a string at column 7");
	refuse("port == 1", -ENOTSUP,
	       "failed to place \"port\" for the kernel: Operation not supported at column 6");
	refuse("many == 1", -ENOENT, "unknown name \"many\" at column 1");
	refuse("length >", -EINVAL,
	       "the text ends where a field or a value must follow at column 9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_names_of_values),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
