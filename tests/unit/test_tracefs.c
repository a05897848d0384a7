/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tracefs.h"

static const char *const events[] = {
	"b_cat/zeta",
	"b_cat/alpha",
	"b_cat/al_more",
	"a.cat/one",
	"syscalls/sys_enter_openat",
	"syscalls/sys_enter_open",
	"syscalls/sys_exit_open",
	"ftrace/function",
};

struct fixture {
	char root[64];
	char seen[1024];
	int stop_after;
};

static void make_event(const char *root, const char *event)
{
	char path[256], *slash;
	FILE *file;

	snprintf(path, sizeof(path), "%s/events/%s", root, event);
	slash = strrchr(path, '/');
	*slash = '\0';
	mkdir(path, 0700);
	*slash = '/';
	assert_int_equal(mkdir(path, 0700), 0);
	strcat(path, "/format");
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "name: %s\n", strrchr(event, '/') + 1);
	fclose(file);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	char path[256];

	strcpy(fixture->root, "/tmp/bpfhost-tracefs-XXXXXX");
	if (!mkdtemp(fixture->root))
		return -1;
	snprintf(path, sizeof(path), "%s/events", fixture->root);
	if (mkdir(path, 0700))
		return -1;
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		make_event(fixture->root, events[i]);
	snprintf(path, sizeof(path), "%s/events/b_cat/no_format", fixture->root);
	if (mkdir(path, 0700))
		return -1;
	snprintf(path, sizeof(path), "%s/events/header_page", fixture->root);
	fclose(fopen(path, "w"));
	*state = fixture;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	int err = nftw(fixture->root, remove_one, 8, FTW_DEPTH | FTW_PHYS);

	free(fixture);
	return err;
}

static int note(const char *category, const char *name, void *context)
{
	struct fixture *fixture = context;
	size_t used = strlen(fixture->seen);

	snprintf(fixture->seen + used, sizeof(fixture->seen) - used, "%s:%s ", category, name);
	return fixture->stop_after && !--fixture->stop_after ? 7 : 0;
}

static void expect_events(struct fixture *fixture, const char *category, const char *name,
			  const char *expected)
{
	fixture->seen[0] = '\0';
	assert_int_equal(tracepoint_tracefs_each(fixture->root, category, name, note, fixture), 0);
	assert_string_equal(fixture->seen, expected);
}

static void test_each(void **state)
{
	expect_events(*state, "*", "*",
		      "a.cat:one b_cat:al_more b_cat:alpha b_cat:zeta syscalls:sys_enter_open "
		      "syscalls:sys_enter_openat syscalls:sys_exit_open ");
	expect_events(*state, "b_cat", "al*", "b_cat:al_more b_cat:alpha ");
	expect_events(*state, "?_cat", "zeta", "b_cat:zeta ");
	expect_events(*state, "sys*", "sys_e*_open",
		      "syscalls:sys_enter_open "
		      "syscalls:sys_exit_open ");
	expect_events(*state, "[ab].cat", "*", "a.cat:one ");
	expect_events(*state, "b_cat", "alpha", "b_cat:alpha ");
}

static void test_each_finds_nothing(void **state)
{
	expect_events(*state, "none", "*", "");
	expect_events(*state, "none", "alpha", "");
	expect_events(*state, "b_cat", "none", "");
	expect_events(*state, "b_cat", "no_format", "");
	expect_events(*state, "..", "*", "");
	expect_events(*state, "b_cat", "../a.cat/one", "");
	expect_events(*state, "", "", "");
	expect_events(*state, "header_page", "*", "");
	expect_events(*state, "ftrace", "function", "");
}

static void test_each_stops(void **state)
{
	struct fixture *fixture = *state;

	fixture->stop_after = 2;
	fixture->seen[0] = '\0';
	assert_int_equal(tracepoint_tracefs_each(fixture->root, "*", "*", note, fixture), 7);
	assert_string_equal(fixture->seen, "a.cat:one b_cat:al_more ");
	assert_int_equal(tracepoint_tracefs_each("/none", "*", "*", note, fixture), -ENOENT);
}

static void test_read_format(void **state)
{
	struct fixture *fixture = *state;
	char *text = NULL;
	size_t len = 0;

	assert_int_equal(tracepoint_tracefs_read_format(fixture->root, "b_cat", "alpha", &text,
							&len),
			 0);
	assert_string_equal(text, "name: alpha\n");
	assert_int_equal(len, 12);
	free(text);
	text = NULL;
	assert_int_equal(tracepoint_tracefs_read_format(fixture->root, "b_cat", "beta", &text,
							&len),
			 -ENOENT);
	assert_int_equal(tracepoint_tracefs_read_format(fixture->root, "..", "alpha", &text, &len),
			 -EINVAL);
	assert_int_equal(tracepoint_tracefs_read_format(fixture->root, "b_cat", "a/b", &text, &len),
			 -EINVAL);
	assert_null(text);
}

/* Exactly 1 MiB is read whole, one byte more is refused; a FIFO does not hang. */
static void test_read_format_bounds(void **state)
{
	struct fixture *fixture = *state;
	char path[256], *text = NULL;
	size_t len = 0;

	snprintf(path, sizeof(path), "%s/events/b_cat/zeta/format", fixture->root);
	assert_int_equal(truncate(path, 1024 * 1024), 0);
	assert_int_equal(tracepoint_tracefs_read_format(fixture->root, "b_cat", "zeta", &text,
							&len),
			 0);
	assert_int_equal(len, 1024 * 1024);
	free(text);
	text = NULL;
	assert_int_equal(truncate(path, 1024 * 1024 + 1), 0);
	assert_int_equal(tracepoint_tracefs_read_format(fixture->root, "b_cat", "zeta", &text,
							&len),
			 -EFBIG);
	assert_null(text);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(tracepoint_tracefs_read_format(fixture->root, "b_cat", "zeta", &text,
							&len),
			 0);
	assert_int_equal(len, 0);
	free(text);
}

static void test_names(void **state)
{
	char longest[TRACEPOINT_NAME_MAX + 2];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[TRACEPOINT_NAME_MAX + 1] = '\0';
	assert_false(tracepoint_name_is_valid(longest));
	longest[TRACEPOINT_NAME_MAX] = '\0';
	assert_true(tracepoint_name_is_valid(longest));
	assert_true(tracepoint_name_is_valid("sys_enter_openat2"));
	assert_true(tracepoint_name_is_valid("block-rq.x"));
	assert_false(tracepoint_name_is_valid(""));
	assert_false(tracepoint_name_is_valid("."));
	assert_false(tracepoint_name_is_valid(".."));
	assert_false(tracepoint_name_is_valid("a/b"));
	assert_false(tracepoint_name_is_valid("a b"));
	assert_false(tracepoint_name_is_valid("a\n"));
	assert_false(tracepoint_name_is_valid("a*"));
}

static void test_mountinfo(void **state)
{
	char root[TRACEPOINT_ROOT_SIZE] = "untouched";

	(void)state;
	assert_int_equal(tracepoint_tracefs_from_mountinfo("", root), -ENOENT);
	assert_int_equal(
		tracepoint_tracefs_from_mountinfo("22 1 0:5 / /proc rw - proc proc rw\n"
						  "23 1 0:6 /sub /part rw - tracefs x rw\n"
						  "24 1 0:6\n - tracefs \n1 2 3 - tracefs x\n",
						  root),
		-ENOENT);
	assert_string_equal(root, "untouched");
	assert_int_equal(
		tracepoint_tracefs_from_mountinfo(
			"22 1 0:5 / /proc rw - proc proc rw\n"
			"30 22 0:12 / /a\\040b\\134c rw,relatime shared:9 - tracefs none rw",
			root),
		0);
	assert_string_equal(root, "/a b\\c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_each_finds_nothing),
		cmocka_unit_test(test_each_stops),
		cmocka_unit_test(test_read_format),
		cmocka_unit_test(test_read_format_bounds),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_mountinfo),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
