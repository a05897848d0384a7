/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/cli.h"
#include "config/config.h"
#include "config/option.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_ARGUMENTS     24

/* Splits at single spaces, so that a test reads like a command line. */
static int parse(struct config *config, const char *line, struct bpfhost_error *err)
{
	char *copy = strdup(line), *rest = copy, *word;
	char *argv[MAX_ARGUMENTS + 2] = { (char *)"bpfhost" };
	int argc = 1, ret;

	assert_non_null(copy);
	while (argc <= MAX_ARGUMENTS && (word = strsep(&rest, " ")))
		argv[argc++] = word;
	if (!*line)
		argc = 1;
	config_setup(config);
	ret = cli_parse(config, argc, argv, err);
	free(copy);
	return ret;
}

static void accept(struct config *config, const char *line)
{
	struct bpfhost_error err = { 0 };
	int ret = parse(config, line, &err);

	if (ret)
		fail_msg("\"%s\" gives %d, %s", line, ret, err.text);
}

static void refuse(const char *line, const char *says)
{
	struct bpfhost_error err = { 0 };
	struct config config;
	int ret = parse(&config, line, &err);

	if (ret != -EINVAL || strcmp(err.text, says))
		fail_msg("\"%s\" gives %d, %s", line, ret, err.text);
	config_free(&config);
}

static void defaults(void **state)
{
	struct config config;

	(void)state;
	accept(&config, "");
	assert_int_equal(config.command, CONFIG_RUN);
	assert_int_equal(config.instance_count, 0);
	assert_int_equal(config.format, CONFIG_FORMAT_TEXT);
	assert_int_equal(config.on_error, CONFIG_ON_ERROR_CONTINUE);
	assert_int_equal(config.log_level, CONFIG_LOG_INFO);
	assert_int_equal(config.call_limit_ns, 10000000000);
	assert_int_equal(config.window_ns, 10000000);
	assert_int_equal(config.restart_limit, 5);
	assert_int_equal(config.given, 0);
	assert_null(config.output);
	config_free(&config);
	config_free(NULL);
}

static void instances(void **state)
{
	struct config config;
	const struct config_setting *setting;

	(void)state;
	accept(&config, "run -p usdt@pg -s probes=a --set x= --set probes=b=c -pxdp --plugin=usdt");
	assert_int_equal(config.instance_count, 3);
	assert_string_equal(config.instances[0].plugin, "usdt");
	assert_string_equal(config.instances[0].name, "pg");
	assert_string_equal(config.instances[0].origin, "argument 2");
	assert_int_equal(config.instances[0].setting_count, 2);
	setting = &config.instances[0].settings[0];
	assert_string_equal(setting->key, "probes");
	assert_string_equal(setting->origin, "argument 4");
	assert_int_equal(setting->values.count, 2);
	assert_string_equal(setting->values.items[0].text, "a");
	assert_string_equal(setting->values.items[1].text, "b=c");
	assert_string_equal(setting->values.items[1].origin, "argument 8");
	assert_string_equal(config.instances[0].settings[1].values.items[0].text, "");
	assert_string_equal(config.instances[1].name, "xdp");
	assert_int_equal(config.instances[1].setting_count, 0);
	assert_string_equal(config.instances[2].name, "usdt");
	config_free(&config);
	assert_int_equal(config.instance_count, 0);
}

static void every_option(void **state)
{
	struct config config;

	(void)state;
	accept(&config, "-f json -o out --pid 1 --pid=2 --comm a --uid 7 --uid root --cgroup /x");
	assert_int_equal(config.format, CONFIG_FORMAT_JSON);
	assert_string_equal(config.output, "out");
	assert_int_equal(config.pids.count, 2);
	assert_int_equal(config.pids.items[1], 2);
	assert_string_equal(config.comms.items[0].text, "a");
	assert_int_equal(config.uids.count, 2);
	assert_int_equal(config.uids.items[0], 7);
	assert_int_equal(config.uids.items[1], 0);
	assert_string_equal(config.cgroups.items[0].origin, "argument 14");
	config_free(&config);
	accept(&config,
	       "--filter pid==1 --duration 1.5s --count 9 --on-error abort --log-level trace "
	       "--plugin-dir /a --plugin-dir /b --trust /c --ring-size 8MiB --dry-run -qv");
	assert_string_equal(config.filter.text, "pid==1");
	assert_int_equal(config.duration_ns, 1500000000);
	assert_int_equal(config.count, 9);
	assert_int_equal(config.on_error, CONFIG_ON_ERROR_ABORT);
	assert_int_equal(config.log_level, CONFIG_LOG_TRACE);
	assert_int_equal(config.plugin_dirs.count, 2);
	assert_string_equal(config.plugin_dirs.items[0].text, "/a");
	assert_int_equal(config.trust_dirs.count, 1);
	assert_int_equal(config.ring_size, 8388608);
	assert_true(config.dry_run && config.quiet && config.verbose);
	config_free(&config);
	accept(&config,
	       "--call-limit 1s --window 0 --restart-limit 0 --config f.conf -f json -f text "
	       "--verifier-log /v");
	assert_string_equal(config.verifier_log, "/v");
	assert_int_equal(config.call_limit_ns, 1000000000);
	assert_int_equal(config.window_ns, 0);
	assert_int_equal(config.restart_limit, 0);
	assert_string_equal(config.config_path, "f.conf");
	assert_int_equal(config.format, CONFIG_FORMAT_TEXT);
	config_free(&config);
}

static void commands(void **state)
{
	static const struct {
		const char *line;
		enum config_command command;
		const char *target;
		const char *glob;
	} rows[] = {
		{ "run", CONFIG_RUN, NULL, NULL },
		{ "--list --format json", CONFIG_LIST, NULL, NULL },
		{ "inspect ./x.so", CONFIG_INSPECT, "./x.so", NULL },
		{ "-f json inspect -- -odd", CONFIG_INSPECT, "-odd", NULL },
		{ "probes usdt", CONFIG_PROBES, "usdt", NULL },
		{ "probes usdt -s a=b tcp:* -v", CONFIG_PROBES, "usdt", "tcp:*" },
		{ "probes usdt libc set*", CONFIG_PROBES, "usdt", "libc:set*" },
		{ "probes usdt -v 4711 set*", CONFIG_PROBES, "usdt", "pid:4711:set*" },
		{ "probes usdt 4711", CONFIG_PROBES, "usdt", "pid:4711" },
		{ "new my-plugin --kind xdp", CONFIG_NEW, "my-plugin", NULL },
		{ "validate ./My.so --set a=b", CONFIG_VALIDATE, "./My.so", NULL },
		{ "--help", CONFIG_HELP, NULL, NULL },
		{ "-h usdt", CONFIG_HELP, "usdt", NULL },
		{ "--help=usdt", CONFIG_HELP, "usdt", NULL },
		{ "help usdt", CONFIG_HELP, "usdt", NULL },
		{ "-p usdt --help --list --version", CONFIG_HELP, NULL, NULL },
		{ "inspect --help", CONFIG_HELP, NULL, NULL },
		{ "probes xdp -h", CONFIG_HELP, "xdp", NULL },
		{ "-V", CONFIG_VERSION, NULL, NULL },
		{ "types struct sock pid_t", CONFIG_TYPES, NULL, NULL },
		{ "doctor --format json", CONFIG_DOCTOR, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct config config;

		accept(&config, rows[i].line);
		assert_int_equal(config.command, rows[i].command);
		assert_string_equal(config.target ? config.target : "-",
				    rows[i].target ? rows[i].target : "-");
		assert_string_equal(config.glob ? config.glob : "-",
				    rows[i].glob ? rows[i].glob : "-");
		config_free(&config);
	}
}

static void probes_settings(void **state)
{
	struct config config;

	(void)state;
	accept(&config, "probes usdt --set target=/bin/x -v");
	assert_int_equal(config.instance_count, 1);
	assert_string_equal(config.instances[0].plugin, "usdt");
	assert_string_equal(config.instances[0].settings[0].values.items[0].text, "/bin/x");
	assert_true(config.verbose);
	config_free(&config);
}

static const struct {
	const char *line, *says;
} mistake_rows[] = {
	{ "--formt json", "argument 1: unknown option \"--formt\"; did you mean \"--format\"?" },
	{ "--nothinglikethis", "argument 1: unknown option \"--nothinglikethis\"" },
	{ "-p a -x", "argument 3: unknown option \"-x\"" },
	{ "-f jsn", "argument 1: --format: unknown format \"jsn\"; did you mean \"json\"?" },
	{ "--on-error abord",
	  "argument 1: --on-error: unknown reaction \"abord\"; did you mean \"abort\"?" },
	{ "--log-level=inf",
	  "argument 1: --log-level: unknown log level \"inf\"; did you mean \"info\"?" },
	{ "--plugin", "argument 1: --plugin: needs a value: NAME[@INSTANCE]" },
	{ "--plugin --set a=b", "argument 1: --plugin: needs a value: NAME[@INSTANCE]" },
	{ "--dry-run=yes", "argument 1: --dry-run: takes no value" },
	{ "--set a=b -p x",
	  "argument 1: --set: belongs to the --plugin before it, and there is none" },
	{ "-p x -s force", "argument 3: --set: \"force\" is not KEY=VALUE" },
	{ "-p x -s =1", "argument 3: --set: the option name is empty" },
	{ "-p x -p x", "argument 3: --plugin: there is an instance \"x\" already "
		       "(argument 1); name this one, as in x@other" },
	{ "-p x@a -p y@a", "argument 3: --plugin: there is an instance \"a\" already "
			   "(argument 1); name this one, as in y@other" },
	{ "-p x@", "argument 1: --plugin: the instance name is empty" },
	{ "-p ../x", "argument 1: --plugin: \"../x\" can be no plugin's name: 1 to 32 of "
		     "a-z 0-9 _ -" },
	{ "-p x.so", "argument 1: --plugin: \"x.so\" can be no plugin's name: 1 to 32 of "
		     "a-z 0-9 _ -; a plugin is named without .so" },
	{ "-p x@..", "argument 1: --plugin: instance name \"..\" may not begin with . or -, "
		     "nor hold two dots" },
	{ "--pid 0", "argument 1: --pid: 0 is out of range (1 to 2147483647)" },
	{ "--pid me", "argument 1: --pid: \"me\" is not a whole number" },
	{ "--comm abcdefghijklmnopq", "argument 1: --comm: \"abcdefghijklmnopq\" is longer "
				      "than the 15 bytes the kernel keeps; write "
				      "\"abcdefghijklmno\"" },
	{ "--uid no-such-user-here", "argument 1: --uid: there is no user \"no-such-user-here\"" },
	{ "--uid 4294967295", "argument 1: --uid: 4294967295 is out of range "
			      "(0 to 4294967294)" },
	{ "--duration 10", "argument 1: --duration: \"10\" has no unit; write \"10s\" for "
			   "seconds" },
	{ "--duration 0", "argument 1: --duration: must be more than 0" },
	{ "--call-limit 0", "argument 1: --call-limit: must be more than 0" },
	{ "--call-limit 1ns", "argument 1: --call-limit: must be at least 1ms" },
	{ "--duration 5124095h", "argument 1: --duration: must be at most 2500000h" },
	{ "--window 5124095h", "argument 1: --window: must be at most 2500000h" },
	{ "--count 0", "argument 1: --count: 0 is out of range (1 to 18446744073709551615)" },
	{ "--ring-size 1k", "argument 1: --ring-size: \"1k\" is out of range (4KiB to "
			    "1GiB)" },
	{ "--output=", "argument 1: --output: the value is empty" },
	{ "-c a -c b", "argument 3: --config: only one file can be read, \"a\" was given "
		       "before" },
	{ "inspct x", "argument 1: unknown command \"inspct\"; did you mean \"inspect\"?" },
	{ "list", "argument 1: \"list\" is an option: write --list" },
	{ "ctl", "ctl needs to be told what: status, stats, load, ..." },
	{ "ctl stats -p a", "ctl stats takes [INSTANCE]..." },
	{ "ctl laod a", "argument 2: unknown request \"laod\"; did you mean \"load\"?" },
	{ "types", "types needs the NAME of a type of this kernel" },
	{ "doctor x", "argument 2: unexpected \"x\"" },
	{ "new", "new needs the NAME of the plugin" },
	{ "new a b", "argument 3: unexpected \"b\"" },
	{ "new a -p b", "new makes one plugin, of the NAME behind it" },
	{ "run -p a --timeout 1s", "--timeout belongs to ctl" },
	{ "ctl status --timeout 0s", "argument 3: --timeout: must be more than 0" },
	{ "new A", "argument 2: \"A\" can be no plugin's name: 1 to 32 of a-z 0-9 _ -" },
	{ "new a --kind=", "argument 3: --kind: the value is empty" },
	{ "-p a --kind xdp", "--kind belongs to new NAME" },
	{ "new a --list", "argument 3: --list: cannot be combined with another command" },
	{ "validate", "validate needs the FILE of a plugin" },
	{ "validate a b", "argument 3: unexpected \"b\"" },
	{ "validate a -p b", "validate takes one plugin, and as FILE, not as --plugin" },
	{ "-p b validate a", "argument 3: validate takes its plugin as validate NAME, not as "
			     "--plugin" },
	{ "run usdt", "argument 2: unexpected \"usdt\"; a plugin is named with --plugin" },
	{ "--list usdt", "argument 2: unexpected \"usdt\"" },
	{ "inspect", "inspect needs the NAME or FILE of a plugin" },
	{ "inspect a b", "argument 3: unexpected \"b\"" },
	{ "inspect x --list", "argument 3: --list: cannot be combined with another command" },
	{ "probes", "probes needs the NAME of a plugin" },
	{ "probes a b c d", "argument 5: unexpected \"d\"" },
	{ "probes a -p b", "probes takes one plugin, and as NAME, not as --plugin" },
	{ "-p b probes a", "argument 3: probes takes its plugin as probes NAME, not as "
			   "--plugin" },
	{ "a\nb", "argument 1: unknown command \"a?b\"" },
};

static void mistakes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mistake_rows); i++)
		refuse(mistake_rows[i].line, mistake_rows[i].says);
}

/* Whatever the table holds is in the help, under the name that the command line takes. */
static void help_names_all(void **state)
{
	const struct config_option *option;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	(void)state;
	assert_non_null(out);
	cli_print_help(out);
	fclose(out);
	for (size_t i = 0; (option = config_option_at(i)); i++) {
		char name[40], line[100];

		snprintf(name, sizeof(name), "--%s", option->name);
		snprintf(line, sizeof(line), "%.*s\n", (int)strcspn(option->help, "\n"),
			 option->help);
		if (!strstr(text, name) || !strstr(text, line))
			fail_msg("%s is not in the help", name);
		assert_true(config_option_is(name));
	}
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1)
		assert_in_range(end - line, 0, 90);
	free(text);
}

static void long_words(void **state)
{
	struct bpfhost_error err = { 0 };
	struct config config;
	char word[5000];
	char *argv[] = { (char *)"bpfhost", word, NULL };

	(void)state;
	memset(word, '-', sizeof(word));
	for (size_t from = 0; from < 3; from++) {
		memset(word + from, 'z', sizeof(word) - from - 1);
		word[sizeof(word) - 1] = '\0';
		config_setup(&config);
		assert_int_equal(cli_parse(&config, 2, argv, &err), -EINVAL);
		assert_non_null(strstr(err.text, "unknown"));
		config_free(&config);
		memset(word, '-', sizeof(word));
	}
	config_setup(&config);
	assert_int_equal(cli_parse(&config, 0, argv, &err), 0);
	config_free(&config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),        cmocka_unit_test(instances),
		cmocka_unit_test(every_option),    cmocka_unit_test(commands),
		cmocka_unit_test(probes_settings), cmocka_unit_test(mistakes),
		cmocka_unit_test(help_names_all),  cmocka_unit_test(long_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
