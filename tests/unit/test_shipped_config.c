/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * packaging/bpfhost.conf as it is, and with everything that is commented out in it: a "#" with a space behind
 * it is prose, with anything else a setting.
 */
#include "config/config.h"
#include "config/option.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void gather(const char *path, struct config *config)
{
	char *argv[] = { (char *)"bpfhost", (char *)"--config", (char *)path, NULL };
	struct bpfhost_error err = { 0 };

	config_setup(config);
	if (config_gather(config, 3, argv, "/nonexistent", &err))
		fail_msg("%s", err.text);
}

static bool is_setting(const char *line)
{
	return line[0] == '#' && line[1] != ' ' && line[1] != '\n';
}

/* Calls fn with each line, and whether it is a setting that is commented out. */
static void each_line(void (*fn)(const char *line, bool setting, void *ctx), void *ctx)
{
	FILE *file = fopen(SHIPPED_CONFIG, "re");
	char line[256];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		assert_non_null(strchr(line, '\n'));
		fn(line, is_setting(line), ctx);
	}
	fclose(file);
}

static void write_line(const char *line, bool setting, void *ctx)
{
	assert_true(fputs(line + setting, ctx) >= 0);
}

static void gather_all(struct config *config)
{
	char path[] = "/tmp/bpfhost-shipped-XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");

	assert_non_null(file);
	each_line(write_line, file);
	assert_int_equal(fclose(file), 0);
	gather(path, config);
	unlink(path);
}

/* What it does not say is as without a file. */
static void test_as_it_is(void **state)
{
	struct config shipped;

	(void)state;
	gather(SHIPPED_CONFIG, &shipped);
	assert_int_equal(shipped.instance_count, 1);
	assert_string_equal(shipped.instances[0].plugin, "tracepoint");
	assert_int_equal(shipped.instances[0].setting_count, 0);
	assert_null(shipped.output);
	assert_null(shipped.filter.text);
	assert_true(shipped.pids.count + shipped.uids.count + shipped.comms.count == 0);
	assert_int_equal(__builtin_popcountll(shipped.given), 1); /* --config */
	config_free(&shipped);
}

static void test_defaults(void **state)
{
	struct config all, empty;

	(void)state;
	gather_all(&all);
	config_setup(&empty);
	assert_int_equal(all.format, empty.format);
	assert_int_equal(all.on_error, empty.on_error);
	assert_int_equal(all.log_level, empty.log_level);
	assert_int_equal(all.quiet, empty.quiet);
	assert_string_equal(all.verifier_log, CONFIG_DEFAULT_VERIFIER_LOG);
	assert_true(all.ring_size == CONFIG_DEFAULT_RING_SIZE);
	assert_true(all.memory_limit == empty.memory_limit);
	assert_true(all.call_limit_ns == empty.call_limit_ns);
	assert_true(all.window_ns == empty.window_ns);
	assert_int_equal(all.restart_limit, empty.restart_limit);
	assert_int_equal(all.instance_count, 4);
	config_free(&all);
}

struct search {
	const char *name;
	bool found;
};

static void look_for(const char *line, bool setting, void *ctx)
{
	struct search *search = ctx;
	size_t length = strlen(search->name);

	if (setting && !strncmp(line + 1, search->name, length) &&
	    !strncmp(line + 1 + length, " = ", 3))
		search->found = true;
}

/* Every option that a file may have is in it. */
static void test_complete(void **state)
{
	const struct config_option *option;
	size_t count = 0;

	(void)state;
	for (size_t i = 0; (option = config_option_at(i)); i++) {
		char name[64];
		struct search search = { .name = name };

		if (!(option->flags & CONFIG_OPTION_IN_FILE))
			continue;
		snprintf(name, sizeof(name), "%s", option->name);
		for (char *p = name; *p; p++)
			*p = *p == '-' ? '_' : *p;
		each_line(look_for, &search);
		if (!search.found)
			fail_msg("%s is not in " SHIPPED_CONFIG, name);
		count++;
	}
	assert_true(count > 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_it_is),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
