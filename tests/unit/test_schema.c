/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <bpfhost/host.h>
#include <bpfhost/schema.h>

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct bpfhost_schema *make(void)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(7, "opens", 128);
	struct bpfhost_schema *schema = NULL;

	bpfhost_schema_field(builder, "fd", BPFHOST_INT, 64, 4, 1);
	bpfhost_schema_metric(builder, BPFHOST_METRIC_GAUGE);
	bpfhost_schema_field(builder, "state", BPFHOST_ENUM, 68, 4, 1);
	bpfhost_schema_value(builder, "DEAD", (uint64_t)-1);
	bpfhost_schema_value(builder, "ALIVE", 1);
	bpfhost_schema_flags(builder, BPFHOST_FIELD_SIGNED);
	bpfhost_schema_field(builder, "ports", BPFHOST_PORT_BE, 72, 2, 4);
	bpfhost_schema_field(builder, "path", BPFHOST_STRING, 80, 48, 1);
	assert_int_equal(bpfhost_schema_finish(builder, &schema), 0);
	bpfhost_schema_free(builder);
	return schema;
}

static void test_round_trip(void **state)
{
	struct bpfhost_schema *schema = make();
	const struct bpfhost_schema_field *field = bpfhost_schema_fields(schema);
	const struct bpfhost_schema_name *name = bpfhost_schema_names(schema);

	(void)state;
	assert_int_equal(schema->type, 7);
	assert_int_equal(schema->record_size, 128);
	assert_int_equal(schema->nfields, 4);
	assert_int_equal(schema->nnames, 2);
	assert_string_equal(bpfhost_schema_string(schema, schema->name), "opens");
	assert_string_equal(bpfhost_schema_string(schema, field[0].name), "fd");
	assert_int_equal(field[0].metric, BPFHOST_METRIC_GAUGE);
	assert_int_equal(field[1].flags, BPFHOST_FIELD_SIGNED);
	assert_int_equal(field[1].nnames, 2);
	assert_int_equal(name[field[1].names].value, (uint64_t)-1);
	assert_string_equal(bpfhost_schema_string(schema, name[field[1].names + 1].name), "ALIVE");
	assert_int_equal(field[2].count, 4);
	assert_int_equal(field[3].offset, 80);
	assert_int_equal(bpfhost_schema_check(schema, schema->size), 0);
	free(schema);
}

/* One field with these numbers in an event of 128 bytes. */
static int try_field(const char *name, int kind, uint32_t offset, uint32_t size, uint32_t count)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(7, "e", 128);
	struct bpfhost_schema *schema = NULL;
	int err;

	bpfhost_schema_field(builder, name, kind, offset, size, count);
	err = bpfhost_schema_finish(builder, &schema);
	bpfhost_schema_free(builder);
	assert_int_equal(!err, schema != NULL);
	free(schema);
	return err;
}

static void test_impossible_fields(void **state)
{
	char name[131];

	(void)state;
	assert_int_equal(try_field("a", BPFHOST_UINT, 64, 8, 8), 0);
	assert_int_equal(try_field("a", BPFHOST_UINT, 64, 8, 9), -EINVAL);
	assert_int_equal(try_field("a", BPFHOST_UINT, 65, 8, 8), -EINVAL);
	assert_int_equal(try_field("a", BPFHOST_UINT, 60, 8, 1), -EINVAL);
	assert_int_equal(try_field("a", BPFHOST_UINT, 64, 8, 0), -EINVAL);
	assert_int_equal(try_field("a", BPFHOST_UINT, 64, 3, 1), -EINVAL);
	assert_int_equal(try_field("a", BPFHOST_UINT, 64, 0, 1), -EINVAL);
	assert_int_equal(try_field("a", BPFHOST_STRING, 64, 0, 1), -EINVAL);
	assert_int_equal(try_field("a", BPFHOST_COUNTED, 64, 3, 1), -EINVAL);
	assert_int_equal(try_field("a", BPFHOST_IPV6, 64, 4, 1), -EINVAL);
	assert_int_equal(try_field("a", BPFHOST_NS, 64, 4, 1), -EINVAL);
	assert_int_equal(try_field("a", 0, 64, 4, 1), -EINVAL);
	assert_int_equal(try_field("a", BPFHOST_ADDRESS, 64, 4, 1), -EINVAL);
	assert_int_equal(try_field("a", 21, 64, 4, 1), -EINVAL);
	assert_int_equal(try_field("a", BPFHOST_UINT, UINT32_MAX, 8, 1), -EINVAL);
	assert_int_equal(try_field("a", BPFHOST_BYTES, 64, UINT32_MAX, UINT32_MAX), -EINVAL);
	assert_int_equal(try_field("", BPFHOST_UINT, 64, 8, 1), -EINVAL);
	assert_int_equal(try_field("a\nb", BPFHOST_UINT, 64, 8, 1), -EINVAL);
	assert_int_equal(try_field(NULL, BPFHOST_UINT, 64, 8, 1), -EINVAL);
	memset(name, 'n', sizeof(name));
	name[128] = 0;
	assert_int_equal(try_field(name, BPFHOST_UINT, 64, 8, 1), 0);
	name[128] = 'n';
	name[129] = 0;
	assert_int_equal(try_field(name, BPFHOST_UINT, 64, 8, 1), -EINVAL);
}

static void test_two_fields_of_one_name(void **state)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(7, "e", 128);
	struct bpfhost_schema *schema;

	(void)state;
	bpfhost_schema_field(builder, "a", BPFHOST_UINT, 64, 8, 1);
	bpfhost_schema_field(builder, "a", BPFHOST_UINT, 72, 8, 1);
	assert_int_equal(bpfhost_schema_finish(builder, &schema), -EINVAL);
	bpfhost_schema_free(builder);
}

/* Two that are not UTF-8 would be one and the same in JSON. */
static void test_names_that_are_no_keys(void **state)
{
	(void)state;
	assert_int_equal(try_field("gr\xc3\xb6\xc3\x9f"
				   "e",
				   BPFHOST_UINT, 64, 8, 1),
			 0);
	assert_int_equal(try_field("a\xff", BPFHOST_UINT, 64, 8, 1), -EINVAL);
	assert_int_equal(try_field("a\xc3", BPFHOST_UINT, 64, 8, 1), -EINVAL);
	assert_int_equal(try_field("\xed\xa0\x80", BPFHOST_UINT, 64, 8, 1), -EINVAL);
}

static int try_optional(uint32_t present, uint32_t flags)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(7, "e", 128);
	struct bpfhost_schema *schema = NULL;
	int err;

	bpfhost_schema_present(builder, present);
	bpfhost_schema_field(builder, "a", BPFHOST_UINT, 64, 8, 1);
	bpfhost_schema_flags(builder, flags);
	err = bpfhost_schema_finish(builder, &schema);
	bpfhost_schema_free(builder);
	free(schema);
	return err;
}

static void test_optional_fields(void **state)
{
	(void)state;
	assert_int_equal(try_optional(124, BPFHOST_FIELD_OPTIONAL | BPFHOST_FIELD_PRESENT(31)), 0);
	assert_int_equal(try_optional(125, BPFHOST_FIELD_OPTIONAL), -EINVAL);
	assert_int_equal(try_optional(63, BPFHOST_FIELD_OPTIONAL), -EINVAL);
	assert_int_equal(try_optional(UINT32_MAX, BPFHOST_FIELD_OPTIONAL), -EINVAL);
	assert_int_equal(try_optional(0, BPFHOST_FIELD_OPTIONAL), -EINVAL);
	assert_int_equal(try_optional(124, BPFHOST_FIELD_PRESENT(1)), -EINVAL);
	assert_int_equal(try_optional(124, BPFHOST_FIELD_OPTIONAL | 1 << 13), -EINVAL);
	assert_int_equal(try_optional(124, 0), 0);
}

static void test_value_and_metric_need_a_field(void **state)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(7, "e", 128);
	struct bpfhost_schema *schema;

	(void)state;
	bpfhost_schema_value(builder, "A", 1);
	bpfhost_schema_field(builder, "a", BPFHOST_UINT, 64, 8, 1);
	assert_int_equal(bpfhost_schema_finish(builder, &schema), -EINVAL);
	bpfhost_schema_free(builder);
	builder = bpfhost_schema_new(7, "e", 128);
	bpfhost_schema_field(builder, "a", BPFHOST_STRING, 64, 8, 1);
	bpfhost_schema_metric(builder, BPFHOST_METRIC_COUNTER);
	assert_int_equal(bpfhost_schema_finish(builder, &schema), -EINVAL);
	bpfhost_schema_free(builder);
	bpfhost_schema_free(NULL);
}

static void test_limits(void **state)
{
	struct bpfhost_schema_builder *builder = bpfhost_schema_new(7, "e", 65536);
	struct bpfhost_schema *schema;
	char name[16];

	(void)state;
	for (unsigned int i = 0; i < BPFHOST_SCHEMA_FIELDS_MAX; i++) {
		snprintf(name, sizeof(name), "f%u", i);
		bpfhost_schema_field(builder, name, BPFHOST_UINT, 64 + i, 1, 1);
	}
	assert_int_equal(bpfhost_schema_finish(builder, &schema), 0);
	free(schema);
	bpfhost_schema_field(builder, "more", BPFHOST_UINT, 64, 1, 1);
	assert_int_equal(bpfhost_schema_finish(builder, &schema), -E2BIG);
	bpfhost_schema_free(builder);
	builder = bpfhost_schema_new(7, "e", 72);
	bpfhost_schema_field(builder, "a", BPFHOST_ENUM, 64, 4, 1);
	for (unsigned int i = 0; i <= BPFHOST_SCHEMA_NAMES_MAX; i++)
		bpfhost_schema_value(builder, "x", i);
	assert_int_equal(bpfhost_schema_finish(builder, &schema), -E2BIG);
	bpfhost_schema_free(builder);
	builder = bpfhost_schema_new(7, "e", 65537);
	assert_int_equal(bpfhost_schema_finish(builder, &schema), -E2BIG);
	bpfhost_schema_free(builder);
	builder = bpfhost_schema_new(7, "e", 63);
	assert_int_equal(bpfhost_schema_finish(builder, &schema), -EINVAL);
	bpfhost_schema_free(builder);
	builder = bpfhost_schema_new(0xffffffff, "e", 64);
	assert_int_equal(bpfhost_schema_finish(builder, &schema), -EINVAL);
	bpfhost_schema_free(builder);
}

/* Everything that a reader of an accepted block may touch. */
static size_t touch(const struct bpfhost_schema *schema)
{
	size_t sum = strlen(bpfhost_schema_string(schema, schema->name));

	for (uint32_t i = 0; i < schema->nfields; i++) {
		const struct bpfhost_schema_field *field = &bpfhost_schema_fields(schema)[i];

		sum += strlen(bpfhost_schema_string(schema, field->name));
		assert_true(field->offset + (uint64_t)field->size * field->count <=
			    schema->record_size);
		for (uint32_t j = 0; j < field->nnames; j++)
			sum += strlen(bpfhost_schema_string(
				schema, bpfhost_schema_names(schema)[field->names + j].name));
	}
	return sum;
}

static void test_every_cut_is_refused(void **state)
{
	struct bpfhost_schema *schema = make();

	(void)state;
	for (uint32_t size = 0; size < schema->size; size++) {
		/* A copy of its own, so that a sanitizer sees each byte too far. */
		void *copy = malloc(size ? size : 1);

		memcpy(copy, schema, size);
		assert_int_equal(bpfhost_schema_check(copy, size), -EINVAL);
		free(copy);
	}
	assert_int_equal(bpfhost_schema_check(schema, schema->size + 1), -EINVAL);
	free(schema);
}

static void test_mutations(void **state)
{
	static const uint32_t odd[] = { 0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0xffffffff };
	struct bpfhost_schema *schema = make();
	struct bpfhost_schema *copy = malloc(schema->size);
	uint32_t seed = 1, accepted = 0;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		memcpy(copy, schema, schema->size);
		for (int i = 0; i < 1 + round % 3; i++) {
			uint32_t at;

			seed = seed * 1664525 + 1013904223;
			at = (seed >> 8) % (schema->size - 4);
			if (seed >> 31)
				memcpy((char *)copy + at / 4 * 4, &odd[seed >> 4 & 7], 4);
			else
				((unsigned char *)copy)[at] = (unsigned char)(seed >> 16);
		}
		if (bpfhost_schema_check(copy, schema->size))
			continue;
		accepted++;
		touch(copy);
	}
	assert_true(accepted > 0 && accepted < 100000);
	free(copy);
	free(schema);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_impossible_fields),
		cmocka_unit_test(test_two_fields_of_one_name),
		cmocka_unit_test(test_names_that_are_no_keys),
		cmocka_unit_test(test_optional_fields),
		cmocka_unit_test(test_value_and_metric_need_a_field),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_every_cut_is_refused),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
