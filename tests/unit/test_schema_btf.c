/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "schema/btf.h"

#include <bpfhost/event.h>

#include <bpf/btf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct types {
	struct btf *btf;
	int u8, s8, character, boolean, u16, u32, s32, u64, f64, f80, header;
};

static struct types begin(void)
{
	struct types t = { .btf = btf__new_empty() };
	int typedef_u8;

	assert_non_null(t.btf);
	typedef_u8 = btf__add_int(t.btf, "unsigned char", 1, 0);
	t.u8 = btf__add_typedef(t.btf, "__u8", typedef_u8);
	t.s8 = btf__add_int(t.btf, "signed char", 1, BTF_INT_SIGNED);
	t.character = btf__add_int(t.btf, "char", 1, BTF_INT_SIGNED);
	t.boolean = btf__add_int(t.btf, "_Bool", 1, BTF_INT_BOOL);
	t.u16 = btf__add_int(t.btf, "unsigned short", 2, 0);
	t.u32 = btf__add_int(t.btf, "unsigned int", 4, 0);
	t.s32 = btf__add_int(t.btf, "int", 4, BTF_INT_SIGNED);
	t.u64 = btf__add_int(t.btf, "unsigned long long", 8, 0);
	t.f64 = btf__add_float(t.btf, "double", 8);
	t.f80 = btf__add_float(t.btf, "long double", 16);
	t.header = btf__add_struct(t.btf, "bpfhost_event", sizeof(struct bpfhost_event));
	assert_true(t.header > 0);
	return t;
}

static int array(struct types *t, int type, uint32_t n)
{
	return btf__add_array(t->btf, t->u32, type, n);
}

static int event(struct types *t, const char *name, uint32_t size)
{
	int id = btf__add_struct(t->btf, name, size);

	assert_int_equal(btf__add_field(t->btf, "header", t->header, 0, 0), 0);
	return id;
}

static void member(struct types *t, const char *name, int type, uint32_t byte)
{
	assert_int_equal(btf__add_field(t->btf, name, type, byte * 8, 0), 0);
}

static const struct bpfhost_schema_field *find(const struct bpfhost_schema *schema,
					       const char *name)
{
	for (uint32_t i = 0; i < schema->nfields; i++)
		if (!strcmp(bpfhost_schema_string(schema, bpfhost_schema_fields(schema)[i].name),
			    name))
			return &bpfhost_schema_fields(schema)[i];
	fail_msg("no field %s", name);
	return NULL;
}

static void expect(const struct bpfhost_schema *schema, const char *name, int kind, uint32_t offset,
		   uint32_t size, uint32_t count)
{
	const struct bpfhost_schema_field *field = find(schema, name);

	assert_int_equal(field->kind, kind);
	assert_int_equal(field->offset, offset);
	assert_int_equal(field->size, size);
	assert_int_equal(field->count, count);
}

static struct bpfhost_schema *schema_of(struct types *t, int id)
{
	struct bpfhost_schema *schema = NULL;
	struct bpfhost_error err = { 0 };

	if (schema_from_btf(t->btf, (uint32_t)id, &schema, &err))
		fail_msg("%s", err.text);
	assert_int_equal(schema->type, id);
	assert_int_equal(bpfhost_schema_check(schema, schema->size), 0);
	return schema;
}

static void refuse(struct types *t, int id, const char *text)
{
	struct bpfhost_schema *schema = NULL;
	struct bpfhost_error err = { 0 };

	assert_int_equal(schema_from_btf(t->btf, (uint32_t)id, &schema, &err), -EINVAL);
	assert_null(schema);
	if (!strstr(err.text, text))
		fail_msg("\"%s\" is not in \"%s\"", text, err.text);
	btf__free(t->btf);
}

static void test_plain_types(void **state)
{
	struct types t = begin();
	int volatile_u64 = btf__add_volatile(t.btf, btf__add_const(t.btf, t.u64));
	int pointer = btf__add_ptr(t.btf, t.s32);
	int text = array(&t, t.character, 16), bytes = array(&t, t.u8, 8);
	int numbers = array(&t, t.u32, 3), texts = array(&t, array(&t, t.character, 4), 2);
	int enumeration, id;
	struct bpfhost_schema *schema;

	(void)state;
	enumeration = btf__add_enum(t.btf, "state", 4);
	btf__add_enum_value(t.btf, "DEAD", -1);
	btf__add_enum_value(t.btf, "ALIVE", 1);
	id = event(&t, "hello_event", 160);
	member(&t, "a", volatile_u64, 64);
	member(&t, "p", pointer, 72);
	member(&t, "text", text, 80);
	member(&t, "bytes", bytes, 96);
	member(&t, "numbers", numbers, 104);
	member(&t, "state", enumeration, 116);
	member(&t, "b", t.boolean, 120);
	member(&t, "c", t.character, 121);
	member(&t, "s", t.s8, 122);
	member(&t, "u", t.u16, 124);
	member(&t, "d", t.f64, 128);
	member(&t, "texts", texts, 136);
	schema = schema_of(&t, id);
	assert_string_equal(bpfhost_schema_string(schema, schema->name), "hello");
	assert_int_equal(schema->record_size, 160);
	assert_int_equal(schema->nfields, 12);
	expect(schema, "a", BPFHOST_UINT, 64, 8, 1);
	expect(schema, "p", BPFHOST_POINTER, 72, 8, 1);
	expect(schema, "text", BPFHOST_STRING, 80, 16, 1);
	expect(schema, "bytes", BPFHOST_BYTES, 96, 8, 1);
	expect(schema, "numbers", BPFHOST_UINT, 104, 4, 3);
	expect(schema, "state", BPFHOST_ENUM, 116, 4, 1);
	assert_int_equal(find(schema, "state")->nnames, 2);
	assert_int_equal(find(schema, "state")->flags, BPFHOST_FIELD_SIGNED);
	expect(schema, "b", BPFHOST_BOOL, 120, 1, 1);
	expect(schema, "c", BPFHOST_CHAR, 121, 1, 1);
	expect(schema, "s", BPFHOST_INT, 122, 1, 1);
	expect(schema, "u", BPFHOST_UINT, 124, 2, 1);
	expect(schema, "d", BPFHOST_FLOAT, 128, 8, 1);
	expect(schema, "texts", BPFHOST_STRING, 136, 4, 2);
	free(schema);
	btf__free(t.btf);
}

static void tag(struct types *t, const char *text, int id, int component)
{
	assert_true(btf__add_decl_tag(t->btf, text, id, component) > 0);
}

static int add_tagged_event(struct types *t)
{
	int bytes16 = array(t, t->u8, 16), bytes6 = array(t, t->u8, 6),
	    bytes28 = array(t, t->u8, 28);
	int chars = array(t, t->u8, 12), addresses, in6, enumeration, id;

	addresses = array(t, t->u32, 2);
	in6 = btf__add_union(t->btf, "in6", 16);
	btf__add_field(t->btf, "bytes", bytes16, 0, 0);
	enumeration = btf__add_enum(t->btf, "open_flags", 4);
	btf__add_enum_value(t->btf, "O_CREAT", 0100);
	id = event(t, "tags", 256);
	member(t, "v4", t->u32, 64);
	member(t, "v6", in6, 68);
	member(t, "mac", bytes6, 84);
	member(t, "port", t->u16, 90);
	member(t, "hex", t->u64, 96);
	member(t, "ns", t->u64, 104);
	member(t, "ret", t->s32, 112);
	member(t, "name", chars, 116);
	member(t, "peer", bytes28, 128);
	member(t, "flags", t->u16, 156);
	member(t, "flags32", enumeration, 160);
	member(t, "total", t->u64, 168);
	member(t, "both", addresses, 176);
	member(t, "data", bytes28, 184);
	return id;
}

static void add_tags(struct types *t, int id)
{
	tag(t, "bpfhost:ipv4", id, 1);
	tag(t, "bpfhost:ipv6", id, 2);
	tag(t, "bpfhost:mac", id, 3);
	tag(t, "bpfhost:port_be", id, 4);
	tag(t, "bpfhost:hex", id, 5);
	tag(t, "bpfhost:ns", id, 6);
	tag(t, "bpfhost:gauge", id, 6);
	tag(t, "bpfhost:errno", id, 7);
	tag(t, "bpfhost:str", id, 8);
	tag(t, "bpfhost:sockaddr", id, 9);
	tag(t, "bpfhost:flags:open_flags", id, 10);
	tag(t, "bpfhost:flags", id, 11);
	tag(t, "bpfhost:counter", id, 12);
	tag(t, "bpfhost:ipv4", id, 13);
	tag(t, "bpfhost:counted", id, 14);
	tag(t, "someone:else", id, 12);
}

static void test_tags(void **state)
{
	struct types t = begin();
	int id = add_tagged_event(&t);
	struct bpfhost_schema *schema;

	(void)state;
	add_tags(&t, id);
	schema = schema_of(&t, id);
	assert_string_equal(bpfhost_schema_string(schema, schema->name), "tags");
	expect(schema, "v4", BPFHOST_IPV4, 64, 4, 1);
	expect(schema, "v6", BPFHOST_IPV6, 68, 16, 1);
	expect(schema, "mac", BPFHOST_MAC, 84, 6, 1);
	expect(schema, "port", BPFHOST_PORT_BE, 90, 2, 1);
	expect(schema, "hex", BPFHOST_HEX, 96, 8, 1);
	expect(schema, "ns", BPFHOST_NS, 104, 8, 1);
	assert_int_equal(find(schema, "ns")->metric, BPFHOST_METRIC_GAUGE);
	expect(schema, "ret", BPFHOST_ERRNO, 112, 4, 1);
	expect(schema, "name", BPFHOST_STRING, 116, 12, 1);
	expect(schema, "peer", BPFHOST_SOCKADDR, 128, 28, 1);
	expect(schema, "flags", BPFHOST_FLAGS, 156, 2, 1);
	assert_int_equal(find(schema, "flags")->nnames, 1);
	expect(schema, "flags32", BPFHOST_FLAGS, 160, 4, 1);
	expect(schema, "total", BPFHOST_UINT, 168, 8, 1);
	assert_int_equal(find(schema, "total")->metric, BPFHOST_METRIC_COUNTER);
	expect(schema, "both", BPFHOST_IPV4, 176, 4, 2);
	expect(schema, "data", BPFHOST_COUNTED, 184, 28, 1);
	free(schema);
	btf__free(t.btf);
}

static void test_nested(void **state)
{
	struct types t = begin();
	struct bpfhost_schema *schema;
	int inner, anonymous, id;

	(void)state;
	inner = btf__add_struct(t.btf, "inner", 8);
	member(&t, "x", t.u32, 0);
	member(&t, "y", t.u32, 4);
	anonymous = btf__add_struct(t.btf, NULL, 8);
	member(&t, "in", inner, 0);
	tag(&t, "bpfhost:hex", inner, 1);
	id = event(&t, "n_event", 88);
	member(&t, "a", inner, 64);
	member(&t, NULL, anonymous, 72);
	member(&t, "b", anonymous, 80);
	schema = schema_of(&t, id);
	assert_int_equal(schema->nfields, 6);
	expect(schema, "a.x", BPFHOST_UINT, 64, 4, 1);
	expect(schema, "a.y", BPFHOST_HEX, 68, 4, 1);
	expect(schema, "in.x", BPFHOST_UINT, 72, 4, 1);
	expect(schema, "b.in.y", BPFHOST_HEX, 84, 4, 1);
	free(schema);
	btf__free(t.btf);
}

/* An event with one more member of this type. */
static int one(struct types *t, const char *name, int type)
{
	int id = event(t, "one_event", 128);

	member(t, name, type, 64);
	return id;
}

static void test_refused_types(void **state)
{
	struct types t = begin();
	int id;

	(void)state;
	id = btf__add_union(t.btf, "u", 8);
	refuse(&t, one(&t, "either", id), "field \"either\" of struct one_event is a union");
	t = begin();
	id = btf__add_struct(t.btf, "s", 8);
	refuse(&t, one(&t, "many", array(&t, id, 2)), "array of structs");
	t = begin();
	refuse(&t, one(&t, "flexible", array(&t, t.u8, 0)), "no fixed size");
	t = begin();
	refuse(&t, one(&t, "huge", array(&t, array(&t, t.u64, 60000), 60000)), "too large");
	t = begin();
	refuse(&t, one(&t, "wide", t.f80), "neither 4 nor 8");
	t = begin();
	refuse(&t, one(&t, "wide", btf__add_int(t.btf, "__int128", 16, 0)), "integer of a size");
	t = begin();
	refuse(&t, one(&t, "big", array(&t, t.u8, 65)), "outside of its struct");
	t = begin();
	refuse(&t, one(&t, "f", btf__add_func_proto(t.btf, t.u32)), "events cannot have");
	t = begin();
	refuse(&t, one(&t, "gone", 9999), "events cannot have");
	t = begin();
	id = event(&t, "bits_event", 72);
	btf__add_field(t.btf, "flag", t.u32, 64 * 8, 3);
	refuse(&t, id, "field \"flag\" of struct bits_event is a bit field");
	t = begin();
	refuse(&t, t.u32, "is not a struct");
	t = begin();
	refuse(&t, 12345, "is not a struct");
	t = begin();
	id = btf__add_struct(t.btf, "bare_event", 8);
	member(&t, "x", t.u64, 0);
	refuse(&t, id, "field \"header\" of struct bare_event is not a struct bpfhost_event");
}

static void test_refused_tags(void **state)
{
	struct types t = begin();
	int id = one(&t, "a", t.u32);

	(void)state;
	tag(&t, "bpfhost:ipv5", id, 1);
	refuse(&t, id,
	       "field \"a\" of struct one_event has the unknown tag \"bpfhost:ipv5\", did you mean "
	       "\"bpfhost:ipv");
	t = begin();
	id = one(&t, "a", t.u32);
	tag(&t, "bpfhost:mac", id, 1);
	refuse(&t, id, "has the tag \"bpfhost:mac\", which its type does not fit");
	t = begin();
	id = one(&t, "a", t.u32);
	tag(&t, "bpfhost:flags", id, 1);
	refuse(&t, id, "does not fit");
	t = begin();
	id = one(&t, "a", t.u32);
	tag(&t, "bpfhost:flags:nothing", id, 1);
	refuse(&t, id, "names enum \"nothing\", which the object has not");
	t = begin();
	id = one(&t, "a", t.u32);
	tag(&t, "bpfhost:hex", id, 1);
	tag(&t, "bpfhost:ipv4", id, 1);
	refuse(&t, id, "two tags");
	t = begin();
	id = one(&t, "a", array(&t, t.u32, 2));
	tag(&t, "bpfhost:counter", id, 1);
	refuse(&t, id, "is a metric, but not one number");
}

/* A struct cannot hold itself in C, but in BTF it can. */
static void test_endless_types(void **state)
{
	struct types t = begin();
	int id = btf__type_cnt(t.btf), before;

	(void)state;
	before = btf__add_struct(t.btf, "loop", 8);
	assert_int_equal(before, id);
	member(&t, "again", id, 0);
	refuse(&t, one(&t, "a", id), "nested too deeply");
	t = begin();
	id = btf__type_cnt(t.btf);
	btf__add_const(t.btf, id);
	refuse(&t, one(&t, "a", id), "events cannot have");
	t = begin();
	id = btf__type_cnt(t.btf);
	array(&t, id, 1);
	refuse(&t, one(&t, "a", id), "events cannot have");
	/* Seven levels of 60 members each, all empty in the end. */
	t = begin();
	id = btf__add_struct(t.btf, "empty", 0);
	for (int level = 0; level < 6; level++) {
		int outer = btf__add_struct(t.btf, "level", 0);

		for (int i = 0; i < 60; i++)
			member(&t, "m", id, 0);
		id = outer;
	}
	refuse(&t, one(&t, "a", id), "one member too many");
}

struct listed {
	int n;
	uint32_t ids[4];
	uint32_t offsets[4];
	char names[4][64];
};

static int list(void *ctx, const char *variable, uint32_t id, uint32_t offset)
{
	struct listed *listed = ctx;

	assert_true(listed->n < 4);
	listed->ids[listed->n] = id;
	listed->offsets[listed->n] = offset;
	snprintf(listed->names[listed->n++], 64, "%s", variable);
	return 0;
}

static int declare(struct types *t, const char *variable, int type)
{
	int holder = btf__add_struct(t->btf, NULL, 8);

	member(t, "id", t->u32, 0);
	member(t, "reserved", t->u32, 4);
	member(t, "type", type, 8);
	return btf__add_var(t->btf, variable, BTF_VAR_GLOBAL_ALLOCATED,
			    btf__add_const(t->btf, btf__add_volatile(t->btf, holder)));
}

static void test_listing(void **state)
{
	struct types t = begin();
	int a = one(&t, "x", t.u32), b = one(&t, "y", t.u32);
	int var_a = declare(&t, "bpfhost_type__a", array(&t, a, 0));
	int var_b = declare(&t, "bpfhost_type__b", array(&t, b, 0));
	int other = btf__add_var(t.btf, "other", BTF_VAR_GLOBAL_ALLOCATED, t.u32), wrong;
	struct listed listed = { 0 };
	struct bpfhost_error err = { 0 };

	(void)state;
	assert_int_equal(schema_btf_events(t.btf, list, &listed, &err), 0);
	assert_int_equal(listed.n, 0);
	btf__add_datasec(t.btf, ".rodata.bpfhost", 20);
	btf__add_datasec_var_info(t.btf, var_a, 0, 8);
	btf__add_datasec_var_info(t.btf, other, 8, 4);
	btf__add_datasec_var_info(t.btf, var_b, 12, 8);
	assert_int_equal(schema_btf_events(t.btf, list, &listed, &err), 0);
	assert_int_equal(listed.n, 2);
	assert_int_equal(listed.ids[0], a);
	assert_int_equal(listed.ids[1], b);
	assert_int_equal(listed.offsets[1], 12);
	assert_string_equal(listed.names[0], "bpfhost_type__a");
	wrong = declare(&t, "bpfhost_type__c", t.u32);
	btf__add_datasec(t.btf, ".rodata.bpfhost", 8);
	btf__add_datasec_var_info(t.btf, wrong, 0, 8);
	assert_int_equal(schema_btf_events(t.btf, list, &listed, &err), -EINVAL);
	assert_non_null(strstr(err.text, "bpfhost_type__c"));
	btf__free(t.btf);
}

static void expect_name_of(const struct bpfhost_schema *schema,
			   const struct bpfhost_schema_field *field, uint32_t index,
			   const char *name)
{
	const struct bpfhost_schema_name *value =
		&bpfhost_schema_names(schema)[field->names + index];

	assert_string_equal(bpfhost_schema_string(schema, value->name), name);
}

/* The bits are told where they lie and are no field; names are short where that was asked for. */
static void expect_optional(const struct bpfhost_schema *schema)
{
	const struct bpfhost_schema_field *kind = find(schema, "kind"),
					  *peer = find(schema, "peer");

	assert_int_equal(schema->present, 120);
	for (uint32_t i = 0; i < schema->nfields; i++)
		assert_string_not_equal(
			bpfhost_schema_string(schema, bpfhost_schema_fields(schema)[i].name),
			"has");
	expect(schema, "kind", BPFHOST_ENUM, 124, 4, 1);
	assert_int_equal(kind->flags, BPFHOST_FIELD_OPTIONAL | BPFHOST_FIELD_PRESENT(0));
	expect_name_of(schema, kind, 0, "tcp");
	expect_name_of(schema, kind, 1, "icmp6");
	expect_name_of(schema, kind, 2, "sample_other");
	expect(schema, "peer", BPFHOST_ADDRESS, 128, 16, 1);
	assert_int_equal(peer->flags, BPFHOST_FIELD_OPTIONAL | BPFHOST_FIELD_PRESENT(30));
	assert_int_equal(find(schema, "path")->flags, 0);
}

/* What clang writes for a real program. */
static void test_compiled(void **state)
{
	struct types t = { 0 };
	struct listed listed = { 0 };
	struct bpfhost_schema *schema;

	(void)state;
	t.btf = btf__parse(TEST_OBJECT, NULL);
	assert_non_null(t.btf);
	assert_int_equal(schema_btf_events(t.btf, list, &listed, NULL), 0);
	assert_int_equal(listed.n, 1);
	assert_string_equal(listed.names[0], "bpfhost_type__sample_event");
	schema = schema_of(&t, (int)listed.ids[0]);
	assert_string_equal(bpfhost_schema_string(schema, schema->name), "sample");
	expect(schema, "address", BPFHOST_IPV4, 64, 4, 1);
	expect(schema, "letter", BPFHOST_CHAR, 68, 1, 1);
	expect(schema, "yes", BPFHOST_BOOL, 69, 1, 1);
	expect(schema, "mode", BPFHOST_FLAGS, 70, 2, 1);
	assert_int_equal(find(schema, "mode")->nnames, 2);
	expect(schema, "took", BPFHOST_NS, 72, 8, 1);
	expect(schema, "state", BPFHOST_ENUM, 80, 4, 1);
	expect(schema, "bytes", BPFHOST_BYTES, 84, 4, 1);
	expect(schema, "path", BPFHOST_STRING, 88, 32, 1);
	expect_optional(schema);
	free(schema);
	btf__free(t.btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_types),  cmocka_unit_test(test_tags),
		cmocka_unit_test(test_nested),       cmocka_unit_test(test_refused_types),
		cmocka_unit_test(test_refused_tags), cmocka_unit_test(test_endless_types),
		cmocka_unit_test(test_listing),      cmocka_unit_test(test_compiled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
