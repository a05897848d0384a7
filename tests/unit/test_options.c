/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "options/options.h"
#include "options/place.h"

static const char *const colours[] = { "red", "green", NULL };

static const struct bpfhost_option options[] = {
	{ .name = "path", .type = BPFHOST_OPT_STRING },
	{ .name = "loud", .type = BPFHOST_OPT_BOOL, .default_text = "no" },
	{ .name = "offset", .type = BPFHOST_OPT_INT, .default_text = "-3" },
	{ .name = "count", .type = BPFHOST_OPT_UINT, .default_text = "5", .min = 1, .max = 10 },
	{ .name = "buffer", .type = BPFHOST_OPT_SIZE, .default_text = "4KiB" },
	{ .name = "every", .type = BPFHOST_OPT_TIME, .default_text = "250ms" },
	{ .name = "colour",
	  .type = BPFHOST_OPT_CHOICE,
	  .default_text = "green",
	  .choices = colours },
	{ .name = "probes", .type = BPFHOST_OPT_PROBE, .flags = BPFHOST_OPT_LIST },
	{ .name = NULL },
};

/* An instance without settings, from line 7 of a file. */
static const struct config_instance bare = { .origin = (char *)"f:7" };

enum { PATH, LOUD, OFFSET, COUNT, BUFFER, EVERY, COLOUR, PROBES, ROWS };

/* The setting KEY=VALUE from "argument 3"; none for a value of NULL. */
static int resolve_one(const char *key, const char *text, struct options_values **ret_values,
		       struct bpfhost_error *err)
{
	struct config_value value = { .text = (char *)text, .origin = "argument 3" };
	struct config_setting setting = { .key = (char *)key,
					  .origin = "argument 3",
					  .values = { &value, text ? 1 : 0 } };
	const struct config_instance instance = { .origin = (char *)"f:7",
						  .settings = &setting,
						  .setting_count = 1 };

	return options_resolve("tiny", options, ROWS, &instance, ret_values, err);
}

static void assert_refused(const char *key, const char *text, const char *words)
{
	struct options_values *values = NULL;
	struct bpfhost_error err = { .text = "" };

	assert_int_equal(resolve_one(key, text, &values, &err), -EINVAL);
	assert_null(values);
	if (strncmp(err.text, "argument 3: ", 12) || !strstr(err.text, words))
		fail_msg("\"%s\" says nothing of \"%s\"", err.text, words);
}

static int64_t parsed(const char *key, const char *text, unsigned int row)
{
	struct options_values *values = NULL;
	struct bpfhost_error err = { .text = "" };
	int64_t number;

	if (resolve_one(key, text, &values, &err))
		fail_msg("%s", err.text);
	assert_int_equal(values->values[row].given, 1);
	assert_int_equal(values->values[row].count, 1);
	assert_string_equal(values->values[row].items[0].text, text);
	number = values->values[row].items[0].number.i;
	options_free(values);
	return number;
}

static void test_defaults(void **state)
{
	struct options_values *values = NULL;
	struct bpfhost_error err;

	(void)state;
	assert_int_equal(options_resolve("tiny", options, ROWS, &bare, &values, &err), 0);
	assert_int_equal(values->count, ROWS);
	for (unsigned int i = 0; i < ROWS; i++) {
		assert_int_equal(values->values[i].given, 0);
		assert_int_equal(values->values[i].count, i != PATH && i != PROBES);
		assert_non_null(values->values[i].items);
	}
	assert_int_equal(values->values[LOUD].items[0].number.i, 0);
	assert_int_equal(values->values[OFFSET].items[0].number.i, -3);
	assert_int_equal(values->values[COUNT].items[0].number.u, 5);
	assert_int_equal(values->values[BUFFER].items[0].number.u, 4096);
	assert_int_equal(values->values[EVERY].items[0].number.u, 250000000);
	assert_int_equal(values->values[COLOUR].items[0].number.i, 1);
	assert_string_equal(values->values[COLOUR].items[0].text, "green");
	options_free(values);
	options_free(NULL);
}

static void test_values(void **state)
{
	static const char *const yes[] = { "true", "yes", "on", "1" };
	static const char *const no[] = { "false", "no", "off", "0" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(parsed("loud", yes[i], LOUD), 1);
		assert_int_equal(parsed("loud", no[i], LOUD), 0);
	}
	assert_int_equal(parsed("offset", "-0x10", OFFSET), -16);
	assert_int_equal(parsed("offset", "+7", OFFSET), 7);
	assert_true(parsed("offset", "-9223372036854775808", OFFSET) == INT64_MIN);
	assert_true(parsed("offset", "9223372036854775807", OFFSET) == INT64_MAX);
	assert_int_equal(parsed("count", "0xA", COUNT), 10);
	assert_int_equal(parsed("buffer", "64MiB", BUFFER), 64 << 20);
	assert_int_equal(parsed("every", "10s", EVERY), 10000000000);
	assert_int_equal(parsed("colour", "red", COLOUR), 0);
	parsed("path", "", PATH);
	parsed("probes", "syscalls:sys_enter_connect(fd, addrlen) if fd > 3", PROBES);
}

static void test_refusals(void **state)
{
	(void)state;
	assert_refused("loud", "maybe", "option loud of tiny: \"maybe\" is none of its values");
	assert_refused("loud", "flase", "did you mean \"false\"?");
	assert_refused("offset", "9223372036854775808", "too large");
	assert_refused("offset", "-9223372036854775809", "too large");
	assert_refused("offset", "99999999999999999999", "too large");
	assert_refused("offset", "", "no whole number");
	assert_refused("offset", "-", "no whole number");
	assert_refused("offset", "--1", "no whole number");
	assert_refused("offset", "0x", "no whole number");
	assert_refused("offset", " 1", "no whole number");
	assert_refused("count", "0", "not within 1 to 10");
	assert_refused("count", "11", "not within 1 to 10");
	assert_refused("count", "-1", "below 0");
	assert_refused("count", "5x", "no whole number");
	assert_refused("count", "18446744073709551616", "too large");
	assert_refused("buffer", "4 parsecs", "option buffer of tiny");
	assert_refused("every", "10", "option every of tiny");
	assert_refused("colour", "gren", "did you mean \"green\"?");
	assert_refused("colour", "zzzzzz", "none of its values: red green");
	assert_refused("probes", "a:b(", "option probes of tiny");
	assert_refused("color", "red",
		       "plugin tiny has no option \"color\"; did you mean \"colour\"?");
	assert_refused("xyzzyxyzzy", "red", "bpfhost --help tiny");
	assert_refused("count", NULL, "takes one value and has none");
}

static void test_lists(void **state)
{
	struct config_value texts[] = { { "a:b", "f:1" }, { "c:d", "f:2" }, { "e:(", "f:3" } };
	struct config_setting setting = { "probes", "f:1", { texts, 2 } };
	const struct config_instance instance = { .origin = (char *)"f:7",
						  .settings = &setting,
						  .setting_count = 1 };
	struct options_values *values = NULL;
	struct bpfhost_error err;

	(void)state;
	assert_int_equal(options_resolve("tiny", options, ROWS, &instance, &values, &err), 0);
	assert_int_equal(values->values[PROBES].count, 2);
	assert_string_equal(values->values[PROBES].items[1].text, "c:d");
	options_free(values);
	setting.values.count = 3;
	assert_int_equal(options_resolve("tiny", options, ROWS, &instance, &values, &err), -EINVAL);
	assert_non_null(strstr(err.text, "f:3: "));
	setting.values.count = 0;
	assert_int_equal(options_resolve("tiny", options, ROWS, &instance, &values, &err), 0);
	assert_int_equal(values->values[PROBES].given, 1);
	assert_int_equal(values->values[PROBES].count, 0);
	options_free(values);
	setting.key = "count";
	setting.values.count = 2;
	assert_int_equal(options_resolve("tiny", options, ROWS, &instance, &values, &err), -EINVAL);
	assert_string_equal(err.text,
			    "f:2: option count of tiny: it takes one value and was given before");
}

static void test_required(void **state)
{
	const struct bpfhost_option required = { .name = "path",
						 .type = BPFHOST_OPT_STRING,
						 .flags = BPFHOST_OPT_REQUIRED };
	struct config_value value = { "/x", "argument 3" };
	struct config_setting setting = { "path", "argument 3", { &value, 1 } };
	const struct config_instance instance = { .origin = (char *)"f:7",
						  .settings = &setting,
						  .setting_count = 1 };
	struct options_values *values = NULL;
	struct bpfhost_error err;

	(void)state;
	assert_int_equal(options_resolve("tiny", &required, 1, &bare, &values, &err), -EINVAL);
	assert_string_equal(err.text, "f:7: option path of tiny: it must be given");
	assert_int_equal(options_resolve("tiny", &required, 1, &instance, &values, &err), 0);
	options_free(values);
	setting.values.count = 0;
	assert_int_equal(options_resolve("tiny", &required, 1, &instance, &values, &err), -EINVAL);
	assert_string_equal(err.text, "argument 3: option path of tiny: it must be given");
	assert_int_equal(options_resolve("tiny", NULL, 0, &instance, &values, &err), -EINVAL);
	assert_non_null(strstr(err.text, "has no option \"path\" and no other"));
}

static void test_place(void **state)
{
	struct config_value values[] = { { "a:b", "f:1" }, { "a:b(c)", "f:2" }, { "", "f:3" } };
	struct config_value size = { "5", "f:4" };
	struct config_setting settings[] = { { "probes", "f:1", { values, 3 } },
					     { "size", "f:4", { &size, 1 } } };
	const struct config_instance instance = { .settings = settings, .setting_count = 2 };

	(void)state;
	assert_string_equal(options_place(&instance, "probe \"a:b\": there is no \"a:b\""), "f:1");
	assert_string_equal(options_place(&instance, "probe \"a:b(c)\": \"a:b\" has none"), "f:2");
	assert_string_equal(options_place(&instance, "option probes: 'a:b' is one"), "f:1");
	assert_string_equal(options_place(&instance, "option size: 6 at least"), "f:4");
	assert_null(options_place(&instance, "option sizes: \"a:b'"));
	assert_null(options_place(&instance, "5 of a:b: \"\" size"));
}

/* As plugins name what they cannot attach: by the value, or with words around it. */
static void test_place_of_probe(void **state)
{
	struct config_value values[] = { { "eth", "f:1" }, { "eth0", "f:2" }, { "", "f:3" } };
	struct config_setting settings[] = { { "iface", "f:1", { values, 3 } } };
	const struct config_instance instance = { .settings = settings, .setting_count = 1 };

	(void)state;
	assert_string_equal(options_place_probe(&instance, "eth"), "f:1");
	assert_string_equal(options_place_probe(&instance, "eth0"), "f:2");
	assert_string_equal(options_place_probe(&instance, "interface \"eth0\""), "f:2");
	assert_null(options_place_probe(&instance, "eth1"));
	assert_null(options_place_probe(&instance, "interface eth0"));
	assert_null(options_place_probe(&instance, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),       cmocka_unit_test(test_values),
		cmocka_unit_test(test_refusals),       cmocka_unit_test(test_lists),
		cmocka_unit_test(test_required),       cmocka_unit_test(test_place),
		cmocka_unit_test(test_place_of_probe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
