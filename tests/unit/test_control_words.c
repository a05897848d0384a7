/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of the control socket: what is one, what is none, and what a request asks for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/list.h"
#include "control/request.h"
#include "control/words.h"

/* The words with | between them, or the error with ! before it. */
static void expect_line(const char *line, size_t size, const char *wanted)
{
	struct control_words words = { 0 };
	struct bpfhost_error why = { 0 };
	char found[1024] = "";
	size_t at = 0;
	char *exact = malloc(size ? size : 1); /* nothing behind it may be looked at */

	memcpy(exact, line, size);
	if (control_words_read(exact, size, &words, &why))
		snprintf(found, sizeof(found), "!%s", why.text);
	else
		assert_null(words.items[words.count]);
	for (size_t i = 0; i < words.count; i++)
		at += (size_t)snprintf(found + at, sizeof(found) - at, "%s%s", i ? "|" : "",
				       words.items[i]);
	if (strncmp(found, wanted, strlen(wanted)) || (*wanted != '!' && strcmp(found, wanted)))
		fail_msg("%.*s: wanted %s, found %s", (int)size, line, wanted, found);
	control_words_free(&words);
	free(exact);
}

static void expect_words(const char *line, const char *wanted)
{
	expect_line(line, strlen(line), wanted);
}

static void test_lines_that_are(void **state)
{
	(void)state;
	expect_words("[]", "");
	expect_words("[\"\"]", "");
	expect_words("[\"status\"]", "status");
	expect_words(" [ \"a\" ,\t\"b c\" ] ", "a|b c");
	expect_words("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "\"\\/\b\f\n\r\t");
	expect_words("[\"\\u0041\\u00e4\\u20AC\\ud83d\\ude00\"]",
		     "A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	expect_words("[\"\xc3\xa4\"]", "\xc3\xa4");
}

static void test_lines_that_are_not(void **state)
{
	static const char *const lines[] = {
		"",
		"x",
		"[",
		"[\"a\"",
		"[\"a",
		"[\"a\",]",
		"[\"a\"]x",
		"[\"a\"]]",
		"[a]",
		"[1]",
		"[[\"a\"]]",
		"[\"a\" \"b\"]",
		"[\"\\x\"]",
		"[\"\\",
		"[\"\\u\"]",
		"[\"\\u12\"]",
		"[\"\\u0000\"]",
		"[\"\\ud83d\"]",
		"[\"\\ude00\"]",
		"[\"\\ud83d\\u0041\"]",
		"[\"\xff\"]",
		"[\"\n\"]",
		"{\"a\":\"b\"}",
		"null",
	};
	(void)state;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		expect_words(lines[i], "!");
	expect_line("[\"a\0b\"]", 7, "!what is no character at byte 3");
}

static void test_too_many_words(void **state)
{
	size_t size = 3 * (CONTROL_WORDS_MAX + 1) + 1, at = 0;
	char *line = malloc(size + 1);
	(void)state;

	line[at++] = '[';
	for (unsigned int i = 0; i <= CONTROL_WORDS_MAX; i++)
		at += (size_t)snprintf(line + at, size + 1 - at, "%s\"\"", i ? "," : "");
	line[at++] = ']';
	expect_line(line, at, "!too many words");
	free(line);
}

static void test_what_is_written_is_read(void **state)
{
	const char *const items[] = { "load", "a\"b\\c\n\x01", "", "\xf0\x9f\x98\x80" };
	struct control_words words;
	size_t size;
	char *line = control_words_write(items, 4, &size);
	(void)state;

	assert_int_equal(line[size - 1], '\n');
	assert_int_equal(control_words_read(line, size - 1, &words, NULL), 0);
	assert_int_equal(words.count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(words.items[i], items[i]);
	control_words_free(&words);
	free(line);
}

/* "" where it is understood, else why not. */
static const char *ask(const char *line, struct config *config)
{
	static struct bpfhost_error why;
	struct control_words words;
	const struct ctl_word *command;
	int failed;

	why.text[0] = '\0';
	config_setup(config);
	assert_int_equal(control_words_read(line, strlen(line), &words, &why), 0);
	failed = control_request_read(&words, config, &command, &why);
	control_words_free(&words);
	assert_int_equal(failed != 0, why.text[0] != '\0');
	return why.text;
}

static void expect_refusal(const char *line, const char *wanted)
{
	struct config config;
	const char *found = ask(line, &config);

	if (strcmp(found, wanted))
		fail_msg("%s: wanted '%s', found '%s'", line, wanted, found);
	config_free(&config);
}

static void test_requests(void **state)
{
	struct config config;
	(void)state;

	assert_string_equal(
		ask("[\"load\",\"usdt@pg\",\"--set\",\"probes=a\",\"--set\",\"probes=b\","
		    "\"--allow\",\"signal\"]",
		    &config),
		"");
	assert_int_equal(config.instance_count, 1);
	assert_string_equal(config.instances[0].name, "pg");
	assert_string_equal(config.instances[0].settings[0].values.items[1].text, "b");
	assert_true(config.instances[0].allowed);
	config_free(&config);
	assert_string_equal(ask("[\"status\",\"--format\",\"json\",\"pg\"]", &config), "");
	assert_int_equal(config.format, CONFIG_FORMAT_JSON);
	assert_string_equal(config.words.items[0].text, "pg");
	config_free(&config);
}

static void test_requests_that_cannot_be(void **state)
{
	(void)state;
	expect_refusal("[]", "ctl needs to be told what: status, stats, load, ...");
	expect_refusal("[\"lod\"]", "unknown request \"lod\"; did you mean \"load\"?");
	expect_refusal("[\"load\"]", "ctl load takes PLUGIN[@INSTANCE] [--set KEY=VALUE]...");
	expect_refusal("[\"load\",\"a\",\"b\"]", "unexpected \"b\"");
	expect_refusal("[\"reload\",\"x\"]", "unexpected \"x\"");
	expect_refusal("[\"unload\"]", "ctl unload takes INSTANCE...");
	expect_refusal("[\"load\",\"a\",\"--set\"]", "--set: needs a value: KEY=VALUE");
	expect_refusal("[\"load\",\"--set\",\"a=b\"]",
		       "--set: belongs to the --plugin before it, and there is none");
	expect_refusal("[\"status\",\"--output\",\"/etc/passwd\"]",
		       "unknown option \"--output\"; known are --set, --allow, --format");
	expect_refusal("[\"status\",\"--formal\",\"json\"]",
		       "unknown option \"--formal\"; did you mean \"--format\"?");
	expect_refusal("[\"load\",\"../x\"]",
		       "\"../x\" can be no plugin's name: 1 to 32 of a-z 0-9 _ -");
}

/* What ctl makes of a command line is what the host makes of it. */
static void test_a_request_comes_through(void **state)
{
	struct config config, again;
	struct config_texts texts = { 0 };
	const struct ctl_word *command;
	struct control_words words = { 0 };
	char *items[32];
	(void)state;

	ask("[\"replace\",\"usdt@pg\",\"--set\",\"b=1\",\"--set\",\"a=x=y\",\"--set\",\"b=2\",\"--allow\","
	    "\"write_user\"]",
	    &config);
	assert_int_equal(control_request_words(&config, &texts), 0);
	for (size_t i = 0; i < texts.count; i++)
		items[i] = texts.items[i].text;
	words = (struct control_words){ .items = items, .count = texts.count };
	config_setup(&again);
	assert_int_equal(control_request_read(&words, &again, &command, NULL), 0);
	assert_int_equal(command->command, CTL_REPLACE);
	assert_int_equal(again.instances[0].allowed, config.instances[0].allowed);
	assert_string_equal(again.instances[0].settings[0].values.items[1].text, "2");
	assert_string_equal(again.instances[0].settings[1].values.items[0].text, "x=y");
	config_free_texts(&texts);
	config_free(&again);
	config_free(&config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_that_are),
		cmocka_unit_test(test_lines_that_are_not),
		cmocka_unit_test(test_too_many_words),
		cmocka_unit_test(test_what_is_written_is_read),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_requests_that_cannot_be),
		cmocka_unit_test(test_a_request_comes_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
