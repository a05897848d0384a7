/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <bpfhost/probe.h>

static struct bpfhost_probe *parse(const char *text)
{
	struct bpfhost_error err = { 0 };
	struct bpfhost_probe *probe = NULL;

	if (bpfhost_probe_parse(text, &probe, &err))
		fail_msg("%s: %s", text, err.text);
	assert_string_equal(probe->text, text);
	return probe;
}

static void refuse(const char *text, const char *sentence)
{
	struct bpfhost_error err = { 0 };
	struct bpfhost_probe *probe = NULL;

	assert_int_equal(bpfhost_probe_parse(text, &probe, &err), -EINVAL);
	assert_null(probe);
	assert_string_equal(err.text, sentence);
	assert_int_equal(bpfhost_probe_parse(text, &probe, NULL), -EINVAL);
}

static void test_parts(void **state)
{
	struct bpfhost_probe *probe = parse("/usr/bin/python3.11 : python:function__entry");

	(void)state;
	assert_int_equal(probe->part_count, 3);
	assert_string_equal(probe->parts[0].text, "/usr/bin/python3.11");
	assert_string_equal(probe->parts[1].text, "python");
	assert_string_equal(probe->parts[2].text, "function__entry");
	assert_int_equal(probe->parts[1].offset, 22);
	assert_false(probe->has_params);
	assert_int_equal(probe->param_count, 0);
	assert_int_equal(probe->returns.kind, BPFHOST_PROBE_TYPE_NONE);
	assert_null(probe->expr);
	assert_string_equal(probe->expr_text, "");
	bpfhost_probe_free(probe);
}

static void test_part_letters(void **state)
{
	static const char *const parts[] = {
		"libssl.so.3",        "func+0x10",          "@0x1234",   "&0x401234", "foo.isra.0",
		"memcpy@@GLIBC_2.14", "x86_64-linux-gnu/a", "~/a#b=c%d",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct bpfhost_probe *probe = parse(parts[i]);

		assert_int_equal(probe->part_count, 1);
		assert_string_equal(probe->parts[0].text, parts[i]);
		assert_false(probe->parts[0].quoted);
		bpfhost_probe_free(probe);
	}
}

static void test_quoted_parts(void **state)
{
	struct bpfhost_probe *probe = parse("pid:12:\"ns::f(int*)\":\"a \\\"b\\\\\\x41\"(x)");

	(void)state;
	assert_int_equal(probe->part_count, 4);
	assert_string_equal(probe->parts[1].text, "12");
	assert_string_equal(probe->parts[2].text, "ns::f(int*)");
	assert_true(probe->parts[2].quoted);
	assert_false(probe->parts[2].has_glob);
	assert_string_equal(probe->parts[3].text, "a \"b\\A");
	assert_int_equal(probe->param_count, 1);
	bpfhost_probe_free(probe);
}

static void test_globs(void **state)
{
	struct bpfhost_probe *probe = parse("tcp:*:a?c:\"*\":d");

	(void)state;
	assert_false(probe->parts[0].has_glob);
	assert_true(probe->parts[1].has_glob);
	assert_true(probe->parts[2].has_glob);
	assert_false(probe->parts[3].has_glob);
	assert_false(probe->parts[4].has_glob);
	bpfhost_probe_free(probe);
}

static void test_params(void **state)
{
	struct bpfhost_probe *probe =
		parse("libc:f(node: str, n@0x10:u32,skb -> dev->name : str[16], b: bytes[6])->i32");

	(void)state;
	assert_true(probe->has_params);
	assert_int_equal(probe->param_count, 4);
	assert_string_equal(probe->params[0].name, "node");
	assert_int_equal(probe->params[0].type.kind, BPFHOST_PROBE_TYPE_STR);
	assert_int_equal(probe->params[0].type.size, 0);
	assert_false(probe->params[0].has_offset);
	assert_true(probe->params[1].has_offset);
	assert_int_equal(probe->params[1].offset, 16);
	assert_int_equal(probe->params[1].type.kind, BPFHOST_PROBE_TYPE_U32);
	assert_int_equal(probe->params[1].text_offset, 18);
	assert_string_equal(probe->params[2].name, "skb->dev->name");
	assert_true(probe->params[2].has_chain);
	assert_int_equal(probe->params[2].type.size, 16);
	assert_int_equal(probe->params[3].type.kind, BPFHOST_PROBE_TYPE_BYTES);
	assert_int_equal(probe->params[3].type.size, 6);
	assert_int_equal(probe->returns.kind, BPFHOST_PROBE_TYPE_I32);
	bpfhost_probe_free(probe);
}

static void test_empty_params_are_not_none(void **state)
{
	struct bpfhost_probe *probe = parse("f( )");

	(void)state;
	assert_true(probe->has_params);
	assert_int_equal(probe->param_count, 0);
	bpfhost_probe_free(probe);
}

static void test_condition(void **state)
{
	struct bpfhost_probe *probe = parse("syscalls:sys_enter_connect(fd, addrlen)if fd > 3 ");

	(void)state;
	assert_non_null(probe->expr);
	assert_string_equal(probe->expr_text, "fd > 3 ");
	assert_int_equal(probe->expr_offset, 42);
	assert_string_equal(bpfhost_expr_text(probe->expr), "fd > 3 ");
	bpfhost_probe_free(probe);

	probe = parse("a:b -> void if(x)");
	assert_string_equal(probe->expr_text, "(x)");
	assert_int_equal(probe->returns.kind, BPFHOST_PROBE_TYPE_VOID);
	bpfhost_probe_free(probe);
}

static void test_if_is_a_word_of_its_own(void **state)
{
	struct bpfhost_probe *probe = parse("net:netif_rx");

	(void)state;
	assert_string_equal(probe->parts[1].text, "netif_rx");
	bpfhost_probe_free(probe);
	probe = parse("sched:if if a");
	assert_string_equal(probe->parts[1].text, "if");
	assert_non_null(probe->expr);
	bpfhost_probe_free(probe);
	refuse("a:b iffy", "unexpected 'i' at column 5; a condition begins with \"if\"");
	refuse("\"a\"if b", "unexpected 'i' at column 4");
}

#define PATH "; a path with such letters is quoted, as in \"/opt/my app\":main"

static void test_paths_are_quoted(void **state)
{
	struct bpfhost_probe *probe = parse("\"/opt/my app (1)/x:y\":work");

	(void)state;
	assert_string_equal(probe->parts[0].text, "/opt/my app (1)/x:y");
	assert_string_equal(probe->parts[1].text, "work");
	bpfhost_probe_free(probe);
	refuse("/opt/my app:work", "unexpected 'a' at column 9" PATH);
	refuse("./my app:work(a)", "unexpected 'a' at column 6" PATH);
	refuse("/opt/app(1):work", "unexpected '(' at column 9" PATH);
	refuse("../app (one):work", "unexpected '(' at column 8" PATH);
	refuse("/opt/a,b:work", "unexpected ',' at column 7" PATH);
	/* The path is whole, and so is a name. */
	refuse("/opt/app:work iffy", "unexpected 'i' at column 15; a condition begins with \"if\"");
	refuse("app one:work", "unexpected 'o' at column 5; a condition begins with \"if\"");
	refuse("\"/opt/my app\" x", "unexpected 'x' at column 15; a condition begins with \"if\"");
}

static void test_arrow_ends_a_part(void **state)
{
	struct bpfhost_probe *probe = parse("libc:f-g->ptr");

	(void)state;
	assert_string_equal(probe->parts[1].text, "f-g");
	assert_int_equal(probe->returns.kind, BPFHOST_PROBE_TYPE_PTR);
	bpfhost_probe_free(probe);
}

static void test_refused(void **state)
{
	(void)state;
	refuse("", "the text ends where a part of the probe must follow at column 1");
	refuse("a:", "the text ends where a part of the probe must follow at column 3");
	refuse("a::b", "empty part of a probe at column 3; quote a name that holds \"::\"");
	refuse("a:b(x: u33)", "unknown type \"u33\" at column 8; did you mean \"u32\"?");
	refuse("a:b(x: qqqq)", "unknown type \"qqqq\" at column 8");
	refuse("a:b(x", "',' or ')' must follow the parameter at column 6");
	refuse("a:b(x.y)",
	       "',' or ')' must follow the parameter at column 6; fields are named behind \"->\"");
	refuse("a:b(x,)", "a parameter's name is missing at column 7");
	refuse("a:b(x@4)", "a type must follow the offset of \"x\" at column 8");
	refuse("a:b(x@:u8)", "an offset must follow '@' at column 7");
	refuse("a:b(x@65536:u8)", "offset beyond 65535 at column 7");
	refuse("a:b(x->y@4:u8)", "a chain of fields takes no '@OFFSET' at column 10");
	refuse("a:b(x: void)", "a parameter cannot be void at column 8");
	refuse("a:b(x: bytes)", "the type bytes needs a size at column 8; write bytes[N]");
	refuse("a:b(x: u8[4])", "only str and bytes take a size in brackets, not u8 at column 11");
	refuse("a:b(x: str[0])", "size not between 1 and 4096 at column 12");
	refuse("a:b(x: str[4)", "the ']' is missing at column 13");
	refuse("a:b ->", "a type is missing at column 7");
	refuse("a:b if", "a condition must follow 'if' at column 7");
	refuse("a:b, c:d", "unexpected ',' at column 4; one probe a value");
	refuse("a:\"b", "the closing '\"' is missing of the string at column 3");
	refuse("a:\"b\\q\"", "invalid escape in a string at column 5; write \\\\ for a backslash");
	refuse("a:\"b\\0\"", "invalid escape in a string at column 5; write \\\\ for a backslash");
	refuse("a:\"\"", "empty quoted part at column 3");
	refuse("a:b if fd = 3", "unexpected \"=\" at column 11; use ==");
	refuse("a:f<int>",
	       "unexpected '<' at column 4; a part with such letters is quoted as a whole");
	refuse("a:\001", "'?' where a part of the probe must follow at column 3; "
			 "a part with such letters is quoted");
}

static void test_limits(void **state)
{
	char text[8192] = "a:b(";
	struct bpfhost_probe *probe = NULL;
	struct bpfhost_error err;

	(void)state;
	for (int i = 0; i < BPFHOST_PROBE_PARAM_MAX; i++)
		strcat(text, i ? ",x" : "x");
	strcat(text, ")");
	probe = parse(text);
	assert_int_equal(probe->param_count, BPFHOST_PROBE_PARAM_MAX);
	bpfhost_probe_free(probe);
	strcpy(text + strlen(text) - 1, ",x)");
	assert_int_equal(bpfhost_probe_parse(text, &probe, &err), -E2BIG);
	assert_string_equal(err.text, "more than 64 parameters at column 133");

	memset(text, 'a', BPFHOST_PROBE_TEXT_MAX);
	text[BPFHOST_PROBE_TEXT_MAX] = '\0';
	bpfhost_probe_free(parse(text));
	strcat(text, "a");
	assert_int_equal(bpfhost_probe_parse(text, &probe, &err), -E2BIG);

	strcpy(text, "a");
	for (int i = 1; i <= BPFHOST_PROBE_PART_MAX; i++)
		strcat(text, ":a");
	assert_int_equal(bpfhost_probe_parse(text, &probe, &err), -E2BIG);
	bpfhost_probe_free(NULL);
}

static void test_types(void **state)
{
	static const struct {
		const char *text;
		enum bpfhost_probe_type_kind kind;
		uint32_t size;
	} types[] = {
		{ "i8", BPFHOST_PROBE_TYPE_I8, 1 },
		{ "i64", BPFHOST_PROBE_TYPE_I64, 8 },
		{ "x16", BPFHOST_PROBE_TYPE_X16, 2 },
		{ "ptr", BPFHOST_PROBE_TYPE_PTR, 8 },
		{ "f32", BPFHOST_PROBE_TYPE_F32, 4 },
		{ "bool", BPFHOST_PROBE_TYPE_BOOL, 1 },
		{ "ipv6", BPFHOST_PROBE_TYPE_IPV6, 16 },
		{ "mac", BPFHOST_PROBE_TYPE_MAC, 6 },
		{ "str", BPFHOST_PROBE_TYPE_STR, 0 },
		{ "str[7]", BPFHOST_PROBE_TYPE_STR, 7 },
		{ "bytes[32]", BPFHOST_PROBE_TYPE_BYTES, 32 },
		{ "sockaddr", BPFHOST_PROBE_TYPE_SOCKADDR, 0 },
		{ "errno", BPFHOST_PROBE_TYPE_ERRNO, 0 },
		{ "void", BPFHOST_PROBE_TYPE_VOID, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct bpfhost_probe_type type;
		char buf[24];

		assert_int_equal(bpfhost_probe_type_parse(types[i].text, &type, NULL), 0);
		assert_int_equal(type.kind, types[i].kind);
		assert_int_equal(bpfhost_probe_type_size(type), types[i].size);
		assert_string_equal(bpfhost_probe_type_format(type, buf), types[i].text);
	}
}

static void test_type_refused(void **state)
{
	struct bpfhost_probe_type type;
	struct bpfhost_error err;

	(void)state;
	assert_int_equal(bpfhost_probe_type_parse("u32 x", &type, &err), -EINVAL);
	assert_string_equal(err.text, "'x' behind the type at column 5");
	assert_int_equal(err.offset, 4);
	assert_int_equal(bpfhost_probe_type_parse("strr", &type, &err), -EINVAL);
	assert_string_equal(err.text, "unknown type \"strr\" at column 1; did you mean \"str\"?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_part_letters),
		cmocka_unit_test(test_quoted_parts),
		cmocka_unit_test(test_globs),
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_empty_params_are_not_none),
		cmocka_unit_test(test_condition),
		cmocka_unit_test(test_if_is_a_word_of_its_own),
		cmocka_unit_test(test_paths_are_quoted),
		cmocka_unit_test(test_arrow_ends_a_part),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_type_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
