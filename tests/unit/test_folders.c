/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Folders that plugins are put into: what is told of them, and what is found in them. */
#include "loader_fixture.h"

#include <sched.h>
#include <time.h>

#include "control/folders.h"

/* What was told, or found: "0 made x.so, 1 itself, " */
struct heard {
	char text[4096];
};

static void on_news(void *ctx, size_t folder, enum folder_news news, const char *file)
{
	static const char *const words[] = { "itself", "made", "whole" };
	struct heard *heard = ctx;
	size_t used = strlen(heard->text);

	snprintf(heard->text + used, sizeof(heard->text) - used, "%zu %s %s, ", folder, words[news],
		 file);
}

static void on_found(void *ctx, const char *file)
{
	struct heard *heard = ctx;
	size_t used = strlen(heard->text);

	snprintf(heard->text + used, sizeof(heard->text) - used, "%s ", file);
}

static char *base, *here, *late;
static struct config_value dirs[3];
static struct config config;

/* A folder that is there, one that is not, and the first once more. */
static int setup(void **state)
{
	(void)state;
	base = fixture_folder("/tmp");
	here = strdup(fixture_path(base, "here"));
	late = strdup(fixture_path(base, "above/late"));
	assert_int_equal(mkdir(here, 0755), 0);
	dirs[0].text = dirs[2].text = here;
	dirs[1].text = late;
	config = (struct config){ .plugin_dirs = { dirs, 3 } };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_remove(base);
	free(here);
	free(late);
	return 0;
}

static void put(const char *folder, const char *file)
{
	fixture_write(fixture_path(folder, file), "x", 1, 0644);
}

static void expect_found(struct folders *folders, size_t at, size_t most, int ret,
			 const char *wanted)
{
	struct heard heard = { "" };

	assert_int_equal(folders_look(folders, at, most, on_found, &heard), ret);
	assert_string_equal(heard.text, wanted);
	folders->each[at].since = 0;
}

static void expect_told(struct folders *folders, int ret, const char *wanted)
{
	struct heard heard = { "" };

	assert_int_equal(folders_read(folders, on_news, &heard), ret);
	assert_string_equal(heard.text, wanted);
}

/* Makes it, and waits until it is older than what is made then. */
static void put_before(const char *folder, const char *file)
{
	struct timespec now;
	struct stat st;

	put(folder, file);
	assert_int_equal(stat(fixture_path(folder, file), &st), 0);
	do {
		sched_yield();
		clock_gettime(CLOCK_REALTIME_COARSE, &now);
	} while (now.tv_sec < st.st_ctim.tv_sec ||
		 (now.tv_sec == st.st_ctim.tv_sec && now.tv_nsec <= st.st_ctim.tv_nsec));
}

static void test_fit(void **state)
{
	struct folders *folders = folders_open(&config);
	const struct config fewer = { .plugin_dirs = { dirs, 1 } };
	struct config_value turned[] = { dirs[1], dirs[0] };
	const struct config others = { .plugin_dirs = { turned, 2 } };

	(void)state;
	assert_int_equal(folders->count, 4);
	assert_true(folders_fit(folders, &config));
	assert_false(folders_fit(folders, &fewer));
	assert_false(folders_fit(folders, &others));
	folders_close(folders);
	folders_close(NULL);
}

static void test_begin(void **state)
{
	struct folders *folders;

	(void)state;
	put_before(here, "old.so");
	folders = folders_open(&config);
	put(here, "new.so");
	put(here, "new.txt");
	expect_found(folders, 0, 8, 0, "new.so ");
	expect_found(folders, 0, 8, 0, "");
	assert_true(folder_is_there(&folders->each[0]));
	expect_found(folders, 1, 8, 0, "");
	assert_false(folder_is_there(&folders->each[1]));
	assert_int_equal(folders->each[1].place.length, strlen(base));
	folders_close(folders);
}

static void test_files(void **state)
{
	struct folders *folders = folders_open(&config);

	(void)state;
	expect_found(folders, 0, 8, 0, "");
	put(here, "a.so");
	put(here, ".b.so");
	put(here, "c.so.new");
	expect_told(folders, 0, "0 made a.so, 0 whole a.so, ");
	assert_int_equal(rename(fixture_path(here, "a.so"), fixture_path(here, "d.so")), 0);
	expect_told(folders, 0, "0 whole d.so, ");
	expect_told(folders, 0, "");
	folders_close(folders);
}

static void test_folder_that_comes(void **state)
{
	struct folders *folders = folders_open(&config);

	(void)state;
	expect_found(folders, 1, 8, 0, "");
	put(base, "else.so");
	expect_told(folders, 0, "");
	assert_int_equal(mkdir(fixture_path(base, "above"), 0755), 0);
	assert_int_equal(mkdir(late, 0755), 0);
	put(late, "a.so");
	expect_told(folders, 0, "1 itself , ");
	expect_found(folders, 1, 8, 0, "a.so ");
	assert_true(folder_is_there(&folders->each[1]));
	/* One above it goes, with it; another takes its place. */
	assert_int_equal(rename(fixture_path(base, "above"), fixture_path(base, "away")), 0);
	expect_told(folders, 0, "0 itself , 1 itself , 2 itself , 3 itself , ");
	expect_found(folders, 1, 8, 0, "");
	assert_int_equal(folders->each[1].place.length, strlen(base));
	assert_int_equal(rename(fixture_path(base, "away"), fixture_path(base, "above")), 0);
	expect_told(folders, 0, "1 itself , 0 itself , 1 itself , 2 itself , 3 itself , ");
	expect_found(folders, 1, 8, 0, "a.so ");
	folders_close(folders);
}

static void test_too_many(void **state)
{
	struct folders *folders = folders_open(&config);
	struct heard heard = { "" };
	unsigned int count = 0;

	(void)state;
	put(here, "a.so");
	put(here, "b.so");
	put(here, "c.so");
	assert_int_equal(folders_look(folders, 0, 2, on_found, &heard), -E2BIG);
	for (const char *at = heard.text; (at = strstr(at, ".so ")); at++)
		count++;
	assert_int_equal(count, 2);
	folders_close(folders);
}

static unsigned int queued_at_most(void)
{
	FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "re");
	unsigned int length = 0;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%u", &length), 1);
	fclose(file);
	return length;
}

/* More than the kernel notes: what came then is found by looking, and nothing older. */
static void test_overflow(void **state)
{
	const unsigned int queue_length = queued_at_most();
	char *name[] = { strdup(fixture_path(here, "x")), strdup(fixture_path(here, "y")) };
	struct folders *folders;
	struct heard heard;
	int ret;

	(void)state;
	put_before(here, "old.so");
	folders = folders_open(&config);
	expect_found(folders, 0, 8, 0, "");
	expect_told(folders, 0, "");
	folders->each[2].is_left = true;
	put(here, "x");
	for (unsigned int i = 0; i < queue_length; i++)
		assert_int_equal(rename(name[i % 2], name[(i + 1) % 2]), 0);
	put(here, "new.so");
	do {
		heard.text[0] = '\0';
		ret = folders_read(folders, on_news, &heard);
	} while (!ret && !heard.text[0] && !folders->each[0].since);
	assert_int_equal(ret, -EOVERFLOW);
	assert_string_equal(heard.text, "0 itself , 1 itself , 3 itself , ");
	expect_found(folders, 0, 8, 0, "new.so ");
	expect_told(folders, 0, "");
	folders_close(folders);
	free(name[0]);
	free(name[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_fit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_begin, setup, teardown),
		cmocka_unit_test_setup_teardown(test_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_folder_that_comes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_overflow, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
