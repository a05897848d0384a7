/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "config/file.h"
#include "config/precheck.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static void accept(struct config *config, const char *text)
{
	struct bpfhost_error err = { 0 };
	int ret;

	config_setup(config);
	ret = config_load_text(config, "f", text, strlen(text), &err);
	if (ret)
		fail_msg("\"%.300s\" gives %d, %s", text, ret, err.text);
}

static void refuse_bytes(const char *text, size_t length, const char *says)
{
	struct bpfhost_error err = { 0 };
	struct config config;
	int ret;

	config_setup(&config);
	ret = config_load_text(&config, "f", text, length, &err);
	if (ret != -EINVAL || strcmp(err.text, says))
		fail_msg("\"%.300s\" gives %d, %s", text, ret, err.text);
	config_free(&config);
}

static const char *value(const struct config *config, size_t instance, const char *key,
			 size_t index)
{
	for (size_t i = 0; i < config->instances[instance].setting_count; i++) {
		const struct config_setting *setting = &config->instances[instance].settings[i];

		if (!strcmp(setting->key, key))
			return index < setting->values.count ? setting->values.items[index].text
							     : NULL;
	}
	return NULL;
}

static void instances(void **state)
{
	struct config config;

	(void)state;
	accept(&config, "plugins = (\n"
			"  { plugin = \"usdt\"; name = \"pg\";\n"
			"    probes = [\"a\",\n\"b\"]; mixed = (1, \"x\", true); none = [];\n"
			"    on = true; off = FALSE; half = 0.5; tenth = 0.1; big = 1e300; },\n"
			"  { plugin = \"xdp\"; text = \"a\" \"b\\n\\x41\\\"\\\\\"; });\n");
	assert_int_equal(config.instance_count, 2);
	assert_string_equal(config.instances[0].plugin, "usdt");
	assert_string_equal(config.instances[0].name, "pg");
	assert_string_equal(config.instances[0].settings[0].values.items[0].origin, "f:3");
	assert_string_equal(config.instances[0].settings[0].values.items[1].origin, "f:4");
	assert_string_equal(value(&config, 0, "probes", 1), "b");
	assert_string_equal(value(&config, 0, "mixed", 0), "1");
	assert_string_equal(value(&config, 0, "mixed", 1), "x");
	assert_string_equal(value(&config, 0, "mixed", 2), "true");
	assert_string_equal(value(&config, 0, "on", 0), "true");
	assert_string_equal(value(&config, 0, "off", 0), "false");
	assert_string_equal(value(&config, 0, "half", 0), "0.5");
	assert_string_equal(value(&config, 0, "tenth", 0), "0.1");
	assert_string_equal(value(&config, 0, "big", 0), "1e+300");
	assert_string_equal(config.instances[0].settings[2].key, "none");
	assert_int_equal(config.instances[0].settings[2].values.count, 0);
	assert_string_equal(config.instances[1].name, "xdp");
	assert_string_equal(value(&config, 1, "text", 0), "ab\nA\"\\");
	config_free(&config);
}

/* libconfig alone would make 1215752191 of the first. */
static void integers(void **state)
{
	static const struct {
		const char *written, *means;
	} rows[] = {
		{ "99999999999", "99999999999" },
		{ "99999999999L", "99999999999" },
		{ "5LL", "5" },
		{ "3000000000", "3000000000" },
		{ "-2147483649", "-2147483649" },
		{ "9223372036854775807", "9223372036854775807" },
		{ "-9223372036854775808", "-9223372036854775808" },
		{ "0xffffffff", "4294967295" },
		{ "0X7fffffffffffffff", "9223372036854775807" },
		{ "0xFFL", "255" },
		{ "+7", "7" },
		{ "0", "0" },
		{ "-0", "0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct config config;
		char text[120];

		snprintf(text, sizeof(text), "plugins=({plugin=\"a\";k=[%s,%s];});",
			 rows[i].written, rows[i].written);
		accept(&config, text);
		assert_string_equal(value(&config, 0, "k", 0), rows[i].means);
		assert_string_equal(value(&config, 0, "k", 1), rows[i].means);
		config_free(&config);
	}
}

static void host_settings(void **state)
{
	struct config config;

	(void)state;
	accept(&config,
	       "# a comment\r\n// another\n/* and\n a third */\n"
	       "format = \"json\"; output = \"o\"; pid = [5, 6]; comm = \"a\"; uid = (\"root\", 7);\n"
	       "cgroup = \"/x\"; filter = \"pid == 1\"; duration = \"2s\"; count = 5000000000;\n"
	       "on_error = \"abort\"; log_level = \"warn\"; plugin_dir = [\"/p\"]; trust = \"/t\";\n"
	       "ring_size = 8388608; quiet = true; call_limit = \"1s\"; window = \"5ms\"\n"
	       "restart_limit = 1; verifier_log = \"/v\"");
	assert_string_equal(config.verifier_log, "/v");
	assert_int_equal(config.format, CONFIG_FORMAT_JSON);
	assert_string_equal(config.output, "o");
	assert_int_equal(config.pids.count, 2);
	assert_int_equal(config.pids.items[1], 6);
	assert_int_equal(config.uids.items[0], 0);
	assert_int_equal(config.uids.items[1], 7);
	assert_string_equal(config.comms.items[0].origin, "f:5");
	assert_string_equal(config.filter.origin, "f:6");
	assert_int_equal(config.duration_ns, 2000000000);
	assert_int_equal(config.count, 5000000000);
	assert_int_equal(config.on_error, CONFIG_ON_ERROR_ABORT);
	assert_int_equal(config.log_level, CONFIG_LOG_WARN);
	assert_string_equal(config.plugin_dirs.items[0].text, "/p");
	assert_string_equal(config.trust_dirs.items[0].text, "/t");
	assert_int_equal(config.ring_size, 8388608);
	assert_true(config.quiet);
	assert_int_equal(config.call_limit_ns, 1000000000);
	assert_int_equal(config.window_ns, 5000000);
	assert_int_equal(config.restart_limit, 1);
	config_free(&config);
}

static const struct {
	const char *text, *says;
} mistake_rows[] = {
	{ "\nk = 99999999999999999999;",
	  "f:2: 99999999999999999999 is out of range (-2^63 to 2^63 - 1)" },
	{ "k = 99999999999999999999L;",
	  "f:1: 99999999999999999999 is out of range (-2^63 to 2^63 - 1)" },
	{ "k = 0xffffffffffffffff;",
	  "f:1: 0xffffffffffffffff is out of range (-2^63 to 2^63 - 1)" },
	{ "k = 010;", "f:1: a number begins with 0, which some take for octal" },
	{ "k = 1e999;", "f:1: 1e999 is out of range" },
	{ "k = 10s;", "f:1: \"10s\" is not a number; a text is \"quoted\"" },
	{ "k = 1.5L;", "f:1: \"1.5L\" is not a number; a text is \"quoted\"" },
	{ "k = 5LLL;", "f:1: \"5LLL\" is not a number; a text is \"quoted\"" },
	{ "k = L;", "f:1: syntax error" },
	{ "k = --5;", "f:1: \"--5\" is not a number; a text is \"quoted\"" },
	{ "\n@include \"/etc/passwd\"",
	  "f:2: @include is not supported; a configuration is one file" },
	{ "k = \"a\\qb\";", "f:1: unknown escape in a string; known are "
			    "\\n \\r \\t \\f \\\\ \\\" and \\xHH but \\x00" },
	{ "k = \"a\\x00b\";", "f:1: unknown escape in a string; known are "
			      "\\n \\r \\t \\f \\\\ \\\" and \\xHH but \\x00" },
	{ "\nk = \"a\n\n", "f:2: this string does not end" },
	{ "\n/* a\n\n", "f:2: this comment does not end" },
	{ "/*/", "f:1: this comment does not end" },
	{ "k = 'a';", "f:1: ' is no quote here; a text is \"quoted\"" },
	{ "k = $a;", "f:1: unexpected character \"$\"" },
	{ "k = \xff;", "f:1: unexpected byte 0xff" },
	{ "k = ((((((((((((((((( 1 )))))))))))))))));", "f:1: brackets are nested deeper than 16" },
	{ "count = 1;\ncount = 2;", "f:2: duplicate setting name" },
	{ "\n\nformat = ;", "f:3: syntax error" },
	{ "frmat = \"json\";", "f:1: unknown setting \"frmat\"; did you mean \"format\"?" },
	{ "plugin = \"x\";", "f:1: unknown setting \"plugin\"; did you mean \"plugins\"?" },
	{ "log-level = \"x\";", "f:1: unknown setting \"log-level\"; did you mean \"log_level\"?" },
	{ "\nformat = \"jsn\";", "f:2: format: unknown format \"jsn\"; did you mean \"json\"?" },
	{ "format = [\"json\"];", "f:1: format: takes one value, no list" },
	{ "format = { a = 1; };", "f:1: format: takes a value or a list of values" },
	{ "pid = [1,\n0];", "f:2: pid: 0 is out of range (1 to 2147483647)" },
	{ "pid = ((1));", "f:1: pid: takes a value or a list of values" },
	{ "pid = -1;", "f:1: pid: \"-1\" is not a whole number" },
	{ "quiet = 1;", "f:1: quiet: unknown truth value \"1\"; known are false, true" },
	{ "duration = 10;", "f:1: duration: \"10\" has no unit; write \"10s\" for seconds" },
	{ "\nplugins = [\"a\"];",
	  "f:2: plugins: is a list in parentheses, ( { plugin = \"NAME\"; } )" },
	{ "plugins = (\"a\");",
	  "f:1: plugins: each is a group in braces, { plugin = \"NAME\"; ... }" },
	{ "plugins = ({\nname = \"a\";});", "f:1: plugins: a group without plugin = \"NAME\"" },
	{ "plugins = ({\nplugin = 5;});", "f:2: plugin: takes a \"quoted\" text" },
	{ "plugins = ({plugin = \"a\"; k = {};});", "f:1: k: takes a value or a list of values" },
	{ "plugins = ({plugin=\"a\";},\n{plugin=\"a\";});",
	  "f:2: plugins: there is an instance \"a\" already (f:1); name this one, as in "
	  "a@other" },
};

static void mistakes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mistake_rows); i++)
		refuse_bytes(mistake_rows[i].text, strlen(mistake_rows[i].text),
			     mistake_rows[i].says);
	refuse_bytes("k = 1;\n\0", 8, "f:2: holds a NUL byte, so it is no text");
}

/* Repeats a piece up to a number of times, within the size of a file. */
static void refuse_many(const char *piece, size_t count, const char *says)
{
	size_t length = strlen(piece), total = count * length;
	char *text = malloc(total + 1);

	assert_non_null(text);
	for (size_t i = 0; i < count; i++)
		memcpy(text + i * length, piece, length);
	text[total] = '\0';
	refuse_bytes(text, total, says);
	free(text);
}

static void limits(void **state)
{
	(void)state;
	refuse_many(" ", CONFIG_MAX_FILE + 1, "f: is larger than 256KiB");
	refuse_many("a=1;", CONFIG_MAX_SETTINGS + 1, "f:1: a group has more than 512 settings");
	refuse_many("1,", 70000, "f:1: the file holds more than 32768 words");
	refuse_many("\"\"", 70000, "f:1: the file holds more than 32768 words");
	refuse_many("\"aaaaaaaaaaaaaaa\" ", 1100, "f:1: a string is longer than 16KiB");
	refuse_many("a", 64, "f:1: a name is longer than 63 bytes");
	refuse_many("1", 41, "f:1: a number is longer than 40 bytes");
	refuse_many("{a=1;b=1;}", 6000, "f:1: the file holds more than 32768 words");
	refuse_many("[", 100000, "f:1: brackets are nested deeper than 16");
}

struct folder {
	char path[64];
	char file[80];
};

static int make_folder(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	if (!folder)
		return -1;
	snprintf(folder->path, sizeof(folder->path), "/tmp/bpfhost-test-XXXXXX");
	*state = folder;
	if (!mkdtemp(folder->path))
		return -1;
	snprintf(folder->file, sizeof(folder->file), "%s/f.conf", folder->path);
	return 0;
}

static int remove_folder(void **state)
{
	struct folder *folder = *state;

	unlink(folder->file);
	rmdir(folder->path);
	free(folder);
	return 0;
}

static void write_file(const struct folder *folder, const char *text, mode_t mode)
{
	int fd;

	unlink(folder->file);
	fd = open(folder->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void expect_file(const char *path, int code, const char *says)
{
	struct bpfhost_error err = { 0 };
	struct config config;
	int ret;

	config_setup(&config);
	ret = config_load_file(&config, path, &err);
	if (ret != code || !strstr(err.text, says))
		fail_msg("%s gives %d, %s", path, ret, err.text);
	config_free(&config);
}

static void trusted_files(void **state)
{
	const struct folder *folder = *state;

	expect_file(folder->file, -ENOENT, "f.conf: failed to open: No such file");
	expect_file(folder->path, -EINVAL, "is a folder");
	expect_file("/dev/null", -EINVAL, "is not a regular file");
	write_file(folder, "count = 1;\n", 0644);
	expect_file(folder->file, 0, "");
	write_file(folder, "count = 0;\n", 0400);
	expect_file(folder->file, -EINVAL, "f.conf:1: count: 0 is out of");
	write_file(folder, "", 0646);
	expect_file(folder->file, -EINVAL, "others may write to it (mode 0646)");
	write_file(folder, "", 0664);
	expect_file(folder->file, -EINVAL, "others may write to it (mode 0664)");
	unlink(folder->file);
	assert_int_equal(mkfifo(folder->file, 0600), 0);
	alarm(5);
	expect_file(folder->file, -EINVAL, "is not a regular file");
	alarm(0);
}

static void large_file(void **state)
{
	const struct folder *folder = *state;

	write_file(folder, "count = 1;", 0600);
	assert_int_equal(truncate(folder->file, (off_t)1 << 40), 0);
	expect_file(folder->file, -EINVAL, "is larger than 256KiB");
	if (geteuid())
		return;
	assert_int_equal(truncate(folder->file, 0), 0);
	assert_int_equal(chown(folder->file, 1, 0), 0);
	expect_file(folder->file, -EINVAL, "belongs to user 1, and must to root");
}

static int gather(struct config *config, const char *default_path, const char *first,
		  const char *second, const char *third, struct bpfhost_error *err)
{
	char *argv[] = { (char *)"bpfhost", (char *)first, (char *)second, (char *)third, NULL };
	int argc = 1;

	while (argv[argc])
		argc++;
	config_setup(config);
	return config_gather(config, argc, argv, default_path, err);
}

static void gather_default(void **state)
{
	const struct folder *folder = *state;
	struct bpfhost_error err = { 0 };
	struct config config;

	assert_int_equal(gather(&config, folder->file, NULL, NULL, NULL, &err), -ENODATA);
	config_free(&config);
	assert_int_equal(gather(&config, folder->file, "-c", folder->file, NULL, &err), -EINVAL);
	assert_non_null(strstr(err.text, "failed to open"));
	config_free(&config);
	assert_int_equal(gather(&config, folder->file, "--list", NULL, NULL, &err), 0);
	config_free(&config);
	write_file(folder, "count = 5;", 0600);
	assert_int_equal(gather(&config, folder->file, NULL, NULL, NULL, &err), -EINVAL);
	assert_non_null(strstr(err.text, "f.conf: names no plugin to run"));
	config_free(&config);
	write_file(folder, "plugins = ({ plugin = \"a\"; }); quiet = true;", 0600);
	assert_int_equal(gather(&config, folder->file, "-f", "json", NULL, &err), 0);
	assert_int_equal(config.instance_count, 1);
	assert_int_equal(config.log_level, CONFIG_LOG_ERROR);
	config_free(&config);
	assert_int_equal(gather(&config, folder->file, "-v", NULL, NULL, &err), 0);
	assert_int_equal(config.log_level, CONFIG_LOG_DEBUG);
	assert_false(config.quiet);
	config_free(&config);
	assert_int_equal(gather(&config, folder->file, "-p", "b", NULL, &err), 0);
	assert_string_equal(config.instances[0].plugin, "b");
	assert_int_equal(config.instance_count, 1);
	config_free(&config);
	assert_int_equal(gather(&config, folder->file, "-qv", NULL, NULL, &err), -EINVAL);
	config_free(&config);
}

/* Instances and folders of both; else the command line decides, and the file is still checked. */
static void gather_both(void **state)
{
	const struct folder *folder = *state;
	char option[100];
	struct bpfhost_error err = { 0 };
	struct config config;

	snprintf(option, sizeof(option), "-c%s", folder->file);
	write_file(folder, "plugins = ({ plugin = \"a\"; }); plugin_dir = \"/f\"; pid = [8, 9];",
		   0600);
	assert_int_equal(gather(&config, "/", option, "-pb", "--plugin-dir=/c", &err), 0);
	assert_int_equal(config.instance_count, 2);
	assert_string_equal(config.instances[0].plugin, "b");
	assert_string_equal(config.instances[1].plugin, "a");
	assert_int_equal(config.plugin_dirs.count, 2);
	assert_string_equal(config.plugin_dirs.items[0].text, "/c");
	assert_int_equal(config.pids.count, 2);
	config_free(&config);
	assert_int_equal(gather(&config, "/", option, "--pid=7", NULL, &err), 0);
	assert_int_equal(config.pids.count, 1);
	assert_int_equal(config.pids.items[0], 7);
	config_free(&config);
	assert_int_equal(gather(&config, "/", option, "-pa", NULL, &err), -EINVAL);
	assert_non_null(strstr(err.text, "already (argument 2)"));
	config_free(&config);
	write_file(folder, "plugins = ({ plugin = \"a\"; }); pid = 0;", 0600);
	assert_int_equal(gather(&config, "/", option, "--pid=7", NULL, &err), -EINVAL);
	assert_non_null(strstr(err.text, "f.conf:1: pid: 0 is out of range"));
	config_free(&config);
}

/* Nothing is new where there is no file, until there is one. */
static void gather_again(void **state)
{
	const struct folder *folder = *state;
	char *argv[] = { (char *)"bpfhost", (char *)"--control=/s", (char *)"-pb", NULL };
	struct bpfhost_error err = { 0 };
	struct config config, fresh;

	config_setup(&config);
	config_setup(&fresh);
	assert_int_equal(config_gather(&config, 2, argv, folder->file, &err), 0);
	assert_int_equal(config_gather_again(&config, &fresh, &err), -EINVAL);
	assert_non_null(strstr(err.text, "there is no file to read again: no --config, and no /"));
	config_free(&fresh);
	write_file(folder, "plugins = ({ plugin = \"a\"; });", 0600);
	assert_int_equal(config_gather_again(&config, &fresh, &err), 0);
	assert_int_equal(fresh.instance_count, 1);
	config_free(&fresh);
	config_free(&config);
	assert_int_equal(config_gather(&config, 3, argv, folder->file, &err), 0);
	assert_int_equal(config_gather_again(&config, &fresh, &err), -EINVAL);
	assert_non_null(strstr(err.text, "the command line says what to run, without --config"));
	config_free(&fresh);
	config_free(&config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instances),
		cmocka_unit_test(integers),
		cmocka_unit_test(host_settings),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(limits),
		cmocka_unit_test_setup_teardown(trusted_files, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(large_file, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(gather_default, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(gather_both, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(gather_again, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
