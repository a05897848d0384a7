/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a reload compares and what it keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/apply.h"
#include "config/file.h"
#include "config/instance.h"
#include "config/reload.h"

static void load(struct config *config, const char *text)
{
	struct bpfhost_error why = { 0 };

	config_setup(config);
	if (config_load_text(config, "f", text, strlen(text), &why))
		fail_msg("%s", why.text);
}

static bool same(const char *one, const char *other)
{
	struct config a, b;
	struct config_instance *copy;
	bool found;

	load(&a, one);
	load(&b, other);
	found = config_same_instance(&a.instances[0], &b.instances[0]);
	assert_int_equal(found, config_same_instance(&b.instances[0], &a.instances[0]));
	/* A copy says the same, and outlives what it was made of. */
	copy = config_copy_instance(&a.instances[0]);
	config_free(&a);
	assert_int_equal(found, config_same_instance(copy, &b.instances[0]));
	config_drop_instance(copy);
	config_free(&b);
	return found;
}

#define BEGIN "plugins = ( { plugin = \"p\"; "
#define END   " } );"

static void test_instances_that_are_the_same(void **state)
{
	(void)state;
	assert_true(same(BEGIN END, BEGIN END));
	assert_true(same(BEGIN END, "\n\nplugins = ( { plugin = \"p\"; name = \"p\" } );"));
	assert_true(same(BEGIN "a = 1; b = [ 1, 2 ];" END, BEGIN "b = [ 1, 2 ]; a = \"1\";" END));
	assert_true(same(BEGIN "allow = [ \"signal\", \"override\" ];" END,
			 BEGIN "allow = [ \"override\", \"signal\" ];" END));
}

static void test_instances_that_differ(void **state)
{
	(void)state;
	assert_false(same(BEGIN END, "plugins = ( { plugin = \"q\"; name = \"p\"; } );"));
	assert_false(same(BEGIN END, BEGIN "name = \"x\";" END));
	assert_false(same(BEGIN "a = 1;" END, BEGIN "a = 2;" END));
	assert_false(same(BEGIN "a = 1;" END, BEGIN END));
	assert_false(same(BEGIN "a = 1; b = 1;" END, BEGIN "a = 1; c = 1;" END));
	assert_false(same(BEGIN "b = [ 1, 2 ];" END, BEGIN "b = [ 2, 1 ];" END));
	assert_false(same(BEGIN "b = [ 1, 2 ];" END, BEGIN "b = [ 1 ];" END));
	assert_false(same(BEGIN "b = [ ];" END, BEGIN END));
	assert_false(same(BEGIN "allow = \"signal\";" END, BEGIN END));
}

static void test_found_by_name(void **state)
{
	struct config config;
	(void)state;

	load(&config, "plugins = ( { plugin = \"p\" }, { plugin = \"p\"; name = \"q\" } );");
	assert_ptr_equal(config_find_instance(&config, "q"), &config.instances[1]);
	assert_null(config_find_instance(&config, "r"));
	config_free(&config);
}

static void test_what_a_running_host_keeps(void **state)
{
	struct config fresh, old;
	char kept[256];
	(void)state;

	load(&old, "control = \"/c\"; format = \"json\"; count = 5; log_level = \"warn\";");
	load(&fresh,
	     "control = \"/d\"; output = \"/o\"; filter = \"pid == 1\"; log_level = \"debug\";"
	     "window = \"1s\"; duration = \"1s\"; bpf_statistics = true;");
	assert_int_equal(config_keep_fixed(&fresh, &old, kept, sizeof(kept)), 0);
	assert_string_equal(
		kept, "output, control, filter, format, window, count, duration, bpf_statistics");
	assert_string_equal(fresh.control, "/c");
	assert_null(fresh.output);
	assert_null(fresh.filter.text);
	assert_int_equal(fresh.format, CONFIG_FORMAT_JSON);
	assert_int_equal(fresh.count, 5);
	assert_int_equal(fresh.duration_ns, 0);
	assert_int_equal(fresh.window_ns, old.window_ns);
	assert_false(fresh.bpf_statistics);
	assert_int_equal(fresh.log_level, CONFIG_LOG_DEBUG);
	assert_int_equal(config_keep_fixed(&fresh, &old, kept, sizeof(kept)), 0);
	assert_string_equal(kept, "");
	config_free(&fresh);
	config_free(&old);
}

static void test_what_all_workers_are_told(void **state)
{
	struct config a, b;
	(void)state;

	load(&a, "log_level = \"debug\";");
	load(&b, "plugin_dir = \"/x\";");
	assert_true(config_same_for_workers(&a, &b));
	config_free(&b);
	load(&b, "ring_size = \"1MiB\";");
	assert_false(config_same_for_workers(&a, &b));
	config_free(&a);
	config_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_instances_that_are_the_same),
		cmocka_unit_test(test_instances_that_differ),
		cmocka_unit_test(test_found_by_name),
		cmocka_unit_test(test_what_a_running_host_keeps),
		cmocka_unit_test(test_what_all_workers_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
