/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The plugin on a fake host, in a dry run, on functions of this very program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <errno.h>

#include <bpfhost/fakehost.h>

extern const struct bpfhost_plugin bpfhost_plugin;

/* What is probed. Not static, so that the name stays whatever the compiler does. */
int uprobe_test_one(int fd, const char *path, long big);
int uprobe_test_two(int fd);

__attribute__((noinline)) int uprobe_test_one(int fd, const char *path, long big)
{
	return fd + path[0] + (int)big;
}

__attribute__((noinline)) int uprobe_test_two(int fd)
{
	return fd;
}

/* Two names of 152 bytes that begin and end alike, as C++ has many. */
#define LONG_50  "_123456789_123456789_123456789_123456789_123456789"
#define LONG_150 LONG_50 LONG_50 LONG_50

int uprobe_test_long_one(int fd) __asm__("l1" LONG_150);
int uprobe_test_long_two(int fd) __asm__("l2" LONG_150);

__attribute__((noinline)) int uprobe_test_long_one(int fd)
{
	return fd + 1;
}

__attribute__((noinline)) int uprobe_test_long_two(int fd)
{
	return fd + 2;
}

static int setup(void **state)
{
	*state = fakehost_new(&bpfhost_plugin);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	int err = fakehost_detach(*state);

	fakehost_free(*state);
	return err;
}

static void start(struct fakehost *host, const char *probe)
{
	assert_int_equal(fakehost_set(host, "probes", probe), 0);
	if (fakehost_load(host) || fakehost_attach(host))
		fail_msg("%s", fakehost_error(host));
}

static void assert_refused(struct fakehost *host, const char *probe, const char *sentence)
{
	const char *error;

	assert_int_equal(fakehost_set(host, "probes", probe), 0);
	assert_int_equal(fakehost_load(host), -EINVAL);
	error = fakehost_error(host);
	if (!strstr(error, sentence))
		fail_msg("%s", error);
}

/* The only schema, and its field of a name. */
static const struct bpfhost_schema_field *field(const struct fakehost *host, const char *name)
{
	const struct bpfhost_schema *schema = fakehost_bytes(host, FAKEHOST_SCHEMA, 0, NULL);
	const struct bpfhost_schema_field *fields;

	assert_non_null(schema);
	fields = bpfhost_schema_fields(schema);
	for (uint32_t i = 0; i < schema->nfields; i++)
		if (!strcmp(bpfhost_schema_string(schema, fields[i].name), name))
			return &fields[i];
	return NULL;
}

static void assert_field(const struct fakehost *host, const char *name, enum bpfhost_kind kind,
			 uint32_t offset, uint32_t size)
{
	const struct bpfhost_schema_field *found = field(host, name);

	assert_non_null(found);
	assert_int_equal(found->kind, kind);
	assert_int_equal(found->offset, offset);
	assert_int_equal(found->size, size);
}

static void lays_out_an_entry(void **state)
{
	const uint32_t values = sizeof(struct bpfhost_event);

	start(*state, "/proc/self/exe:uprobe_test_one(fd: i32, path: str[32], big: x64)");
	assert_field(*state, "fd", BPFHOST_INT, values, 4);
	assert_field(*state, "path", BPFHOST_STRING, values + 24, 32);
	assert_field(*state, "big", BPFHOST_HEX, values + 16, 8);
	assert_null(field(*state, "ret"));
	assert_null(field(*state, "function"));
	assert_int_equal(fakehost_count(*state, FAKEHOST_PLAN), 1);
	assert_non_null(strstr(fakehost_text(*state, FAKEHOST_PLAN, 0), "uprobe_test_one"));
	assert_int_equal(fakehost_sums(*state).rings, 0);
}

static void lays_out_a_call(void **state)
{
	const uint32_t values = sizeof(struct bpfhost_event);

	start(*state,
	      "/proc/self/exe:uprobe_test_one(fd: i32) -> i32 if ret < 0 || latency_ns > 1000");
	assert_field(*state, "fd", BPFHOST_INT, values, 4);
	assert_field(*state, "ret", BPFHOST_INT, values + 8, 4);
	assert_field(*state, "latency_ns", BPFHOST_NS, values + 16, 8);
}

static void leaves_out_what_is_void(void **state)
{
	start(*state, "/proc/self/exe:uprobe_test_one() -> void");
	assert_null(field(*state, "ret"));
	assert_non_null(field(*state, "latency_ns"));
}

static void names_the_functions_of_a_glob(void **state)
{
	const struct bpfhost_schema_field *function;

	start(*state, "/proc/self/exe:uprobe_test_*(fd: i32)");
	assert_int_equal(fakehost_count(*state, FAKEHOST_SCHEMA), 1);
	function = field(*state, "function");
	assert_non_null(function);
	assert_int_equal(function->kind, BPFHOST_ENUM);
	assert_int_equal(function->nnames, 2);
	assert_int_equal(fakehost_count(*state, FAKEHOST_PLAN), 2);
}

static void shortens_long_names(void **state)
{
	const struct bpfhost_schema *schema;
	const struct bpfhost_schema_name *names;
	char probe[512] = "/proc/self/";

	for (int i = 0; i < 70; i++)
		strcat(probe, "./");
	strcat(probe, "exe:l?_123456789*(fd: i32)");
	start(*state, probe);
	schema = fakehost_bytes(*state, FAKEHOST_SCHEMA, 0, NULL);
	names = bpfhost_schema_names(schema);
	assert_int_equal(schema->nnames, 2);
	for (uint32_t i = 0; i < 2; i++) {
		const char *name = bpfhost_schema_string(schema, names[i].name);

		assert_int_equal(strlen(name), BPFHOST_SCHEMA_NAME_MAX);
		assert_memory_equal(name, i ? "l2_" : "l1_", 3);
	}
	assert_non_null(strstr(bpfhost_schema_string(schema, schema->name), "./exe:l?_"));
}

static void bounds_the_memory_of_calls(void **state)
{
	assert_int_equal(fakehost_set(*state, "calls", "1048576"), 0);
	assert_refused(*state, "/proc/self/exe:uprobe_test_one(a: str[4096]) -> i32",
		       "lower \"calls\" to 6");
}

static void follows_offsets(void **state)
{
	start(*state, "/proc/self/exe:uprobe_test_one(query->8->0: str[16], fd: i32)");
	assert_field(*state, "query", BPFHOST_STRING, sizeof(struct bpfhost_event) + 16, 16);
}

static void names_the_nearest_function(void **state)
{
	assert_refused(*state, "/proc/self/exe:uprobe_tst_one", "did you mean \"uprobe_test_one\"");
}

static void refuses_mistakes(void **state)
{
	static const struct {
		const char *probe;
		const char *sentence;
	} mistakes[] = {
		{ "libc", "target:function" },
		{ "/proc/self/exe:a:b", "target:function" },
		{ "/nonexistent/x:f", "/nonexistent/x" },
		{ "/etc/passwd:f", "/etc/passwd" },
		{ "/proc/self/exe:@0x", "is no offset" },
		{ "/proc/self/exe:@0x0", "is no code" },
		{ "/proc/self/exe:&0xffffffffffff", "is not part of" },
		{ "/proc/self/exe:uprobe_test_one+0x100000", "bytes only" },
		{ "/proc/self/exe:uprobe_test_one(a: f64)", "floating-point" },
		{ "/proc/self/exe:uprobe_test_one -> f64", "floating-point" },
		{ "/proc/self/exe:uprobe_test_one(a: i32, a: i32)", "named twice" },
		{ "/proc/self/exe:uprobe_test_one(ret: i32) -> i32", "field \"ret\" already" },
		{ "/proc/self/exe:uprobe_test_one(latency_ns: u64) -> void",
		  "\"latency_ns\" already" },
		{ "/proc/self/exe:uprobe_test_*(function: i32)", "field \"function\" already" },
		{ "/proc/self/exe:uprobe_test_one(a: i32) if b == 1", "unknown name \"b\"" },
		{ "/proc/self/exe:uprobe_test_one+0x1 -> i32", "from the begin of its function" },
	};

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct fakehost *host = fakehost_new(&bpfhost_plugin);

		assert_non_null(host);
		assert_refused(host, mistakes[i].probe, mistakes[i].sentence);
		assert_int_equal(fakehost_detach(host), 0);
		fakehost_free(host);
	}
	(void)state;
}

static void adds_a_stack(void **state)
{
	const uint32_t values = sizeof(struct bpfhost_event);

	assert_int_equal(fakehost_set(*state, "stack", "user"), 0);
	start(*state, "/proc/self/exe:uprobe_test_one(fd: i32, path: str[16]) -> i32");
	assert_field(*state, "path", BPFHOST_STRING, values + 4 * 8, 16);
	assert_field(*state, "stack", BPFHOST_STRING, values + 4 * 8 + 16, 4096);
}

static void has_one_stack_only(void **state)
{
	assert_int_equal(fakehost_set(*state, "stack", "both"), 0);
	assert_refused(*state, "/proc/self/exe:uprobe_test_one(stack: i32)",
		       "a parameter is named \"stack\"");
}

static void has_no_stack_unless_asked(void **state)
{
	start(*state, "/proc/self/exe:uprobe_test_one(stack: i32)");
	assert_field(*state, "stack", BPFHOST_INT, sizeof(struct bpfhost_event), 4);
}

static void knows_presets(void **state)
{
	assert_int_equal(fakehost_set(*state, "preset", "mysq"), 0);
	assert_int_equal(fakehost_load(*state), -EINVAL);
	assert_non_null(strstr(fakehost_error(*state), "did you mean \"mysql\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lays_out_an_entry, setup, teardown),
		cmocka_unit_test_setup_teardown(lays_out_a_call, setup, teardown),
		cmocka_unit_test_setup_teardown(leaves_out_what_is_void, setup, teardown),
		cmocka_unit_test_setup_teardown(names_the_functions_of_a_glob, setup, teardown),
		cmocka_unit_test_setup_teardown(shortens_long_names, setup, teardown),
		cmocka_unit_test_setup_teardown(bounds_the_memory_of_calls, setup, teardown),
		cmocka_unit_test_setup_teardown(follows_offsets, setup, teardown),
		cmocka_unit_test_setup_teardown(names_the_nearest_function, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_mistakes, setup, teardown),
		cmocka_unit_test_setup_teardown(adds_a_stack, setup, teardown),
		cmocka_unit_test_setup_teardown(has_one_stack_only, setup, teardown),
		cmocka_unit_test_setup_teardown(has_no_stack_unless_asked, setup, teardown),
		cmocka_unit_test_setup_teardown(knows_presets, setup, teardown),
	};

	/* Called, so that they are there. */
	if (uprobe_test_one(1, "x", getpid()) == uprobe_test_two(0) ||
	    uprobe_test_long_one(1) == uprobe_test_long_two(1))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
