/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "loader_fixture.h"

#include <sched.h>
#include <signal.h>

#include "command/command.h"
#include "loader/catalogue.h"
#include "loader/sandbox.h"

static char *first, *second;

static int folders_setup(void **state)
{
	(void)state;
	first = fixture_folder("/tmp");
	second = fixture_folder("/tmp");
	fixture_build(
		first, "aa",
		FIXTURE_PLUGIN(.name = "aa", .version = "1",
			       .description =
				       "says \"a\"") "__attribute__((constructor)) static void end(void) { abort(); }\n",
		"");
	fixture_build(second, "aa", FIXTURE_PLUGIN(.name = "aa", .version = "2"), "");
	fixture_build(second, "hello",
		      FIXTURE_HEAD FIXTURE_OBJECT
		      "static const struct bpfhost_option options[] = {\n"
		      "{ .name = \"count\", .help = \"how many\", .type = BPFHOST_OPT_UINT,\n"
		      "  .default_text = \"5\", .min = 1, .max = 9 }, { .name = NULL } };\n"
		      "BPFHOST_PLUGIN(.name = \"hello\", .options = options, .object = NULL,\n"
		      ".object_end = NULL);\n",
		      "");
	fixture_write(fixture_path(first, "junk.so"), "junk", 4, 0644);
	fixture_write(fixture_path(first, "b\033[1mad.so"), "junk", 4, 0644);
	fixture_write(fixture_path(first, "c\342\200\256gnp.so"), "junk", 4, 0644);
	fixture_write(fixture_path(first, "x.so.bak"), "junk", 4, 0644);
	fixture_write(fixture_path(first, ".hidden.so"), "junk", 4, 0644);
	fixture_write(fixture_path(first, ".so"), "junk", 4, 0644);
	return 0;
}

static int folders_teardown(void **state)
{
	(void)state;
	fixture_remove(first);
	fixture_remove(second);
	return 0;
}

/* The two folders, one of them twice, and one that does not exist; all trusted. */
static struct catalogue_paths both(void)
{
	static const char *folders[4], *trust[2];

	folders[0] = first;
	folders[1] = "/nonexistent/bpfhost";
	folders[2] = second;
	folders[3] = first;
	trust[0] = first;
	trust[1] = second;
	return (struct catalogue_paths){ folders, 4, { trust, 2 } };
}

static void test_read(void **state)
{
	const struct catalogue_paths paths = both();
	struct catalogue *catalogue = NULL;
	const struct catalogue_entry *entry;

	(void)state;
	assert_int_equal(catalogue_read(&paths, &catalogue), 0);
	assert_int_equal(catalogue->count, 6);
	entry = catalogue->entries;
	assert_string_equal(entry[0].name, "aa");
	assert_int_equal(entry[0].state, CATALOGUE_OK);
	assert_string_equal(entry[0].path, fixture_path(first, "aa.so"));
	assert_string_equal(entry[0].plugin->descriptor->version, "1");
	assert_string_equal(entry[0].plugin->admission->trusted_by, first);
	assert_int_equal(entry[1].state, CATALOGUE_SHADOWED);
	assert_string_equal(entry[1].path, fixture_path(second, "aa.so"));
	assert_string_equal(entry[1].reason, fixture_path(first, "aa.so"));
	assert_null(entry[1].plugin);
	assert_int_equal(entry[2].state, CATALOGUE_REFUSED);
	assert_int_equal(entry[3].state, CATALOGUE_REFUSED);
	assert_string_equal(entry[4].name, "hello");
	assert_int_equal(entry[4].state, CATALOGUE_OK);
	assert_int_equal(entry[5].state, CATALOGUE_REFUSED);
	assert_string_equal(entry[5].reason, "it is no ELF file");
	catalogue_free(catalogue);
	catalogue_free(NULL);
}

static void test_find(void **state)
{
	const struct catalogue_paths paths = both();
	char *file = strdup(fixture_path(first, "junk.so"));
	const char *folders[] = { file, second };
	const struct catalogue_paths unread = { folders, 2, paths.trust };
	struct loader_plugin *plugin = NULL;
	struct bpfhost_error err = { .text = "" };
	char *path = NULL;

	(void)state;
	assert_int_equal(catalogue_find(&paths, "aa", &path, &err), 0);
	assert_string_equal(path, fixture_path(first, "aa.so"));
	free(path);
	assert_int_equal(catalogue_find(&paths, "helo", &path, &err), -ENOENT);
	assert_string_equal(err.text, "there is no plugin \"helo\"; did you mean \"hello\"?");
	assert_int_equal(catalogue_find(&unread, "aa", &path, &err), 0);
	free(path);
	assert_int_equal(catalogue_find(&unread, "helo", &path, &err), -EACCES);
	assert_non_null(strstr(err.text, "no plugin \"helo\" was found, but not all was looked at: "
					 "failed to read the folder "));
	assert_non_null(strstr(err.text, "Not a directory"));
	assert_int_equal(catalogue_find(&paths, "../aa", &path, &err), -EINVAL);
	assert_int_equal(catalogue_find(&paths, "", &path, &err), -EINVAL);
	assert_int_equal(catalogue_open(&paths, "junk", &plugin, &err), -ENOEXEC);
	assert_non_null(strstr(err.text, "junk.so: it is no ELF file"));
	assert_int_equal(catalogue_open(&paths, "hello", &plugin, &err), 0);
	assert_true(plugin->admission->fd >= 0);
	loader_free(plugin);
	loader_free(NULL);
	free(file);
}

/* Behind more than are listed. */
static void test_find_among_many(void **state)
{
	char *folder = fixture_folder("/tmp"), name[32], *path = NULL;
	const char *folders[] = { folder };
	const struct catalogue_paths paths = { folders, 1, { NULL, 0 } };
	struct catalogue *catalogue = NULL;
	struct bpfhost_error err = { .text = "" };

	(void)state;
	for (int i = 0; i < CATALOGUE_ENTRIES_MAX; i++) {
		snprintf(name, sizeof(name), "a%d.so", i);
		fixture_write(fixture_path(folder, name), "", 0, 0644);
	}
	assert_int_equal(symlink("nowhere", fixture_path(folder, "zz.so")), 0);
	assert_int_equal(catalogue_read(&paths, &catalogue), 0);
	assert_int_equal(catalogue->count, CATALOGUE_ENTRIES_MAX);
	assert_string_not_equal(catalogue->entries[catalogue->count - 1].name, "zz");
	catalogue_free(catalogue);
	assert_int_equal(catalogue_find(&paths, "zz", &path, &err), 0);
	assert_string_equal(path, fixture_path(folder, "zz.so"));
	free(path);
	fixture_remove(folder);
}

/* What a command prints, freed by the caller, and its exit status. */
static char *printed(int (*command)(const struct config *, FILE *, FILE *), const char *target,
		     enum config_format format, int trusted, int *ret_status)
{
	struct config_value dirs[] = { { first, "" }, { second, "" } };
	struct config config = { .target = (char *)target,
				 .format = format,
				 .plugin_dirs = { dirs, 2 } };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (trusted)
		config.trust_dirs = config.plugin_dirs;
	*ret_status = command(&config, out, out);
	fclose(out);
	return text;
}

static void assert_prints(int (*command)(const struct config *, FILE *, FILE *), const char *target,
			  enum config_format format, int trusted, int status, const char *words)
{
	int got;
	char *text = printed(command, target, format, trusted, &got);

	if (got != status || !strstr(text, words))
		fail_msg("status %d for \"%s\", of \"%s\":\n%s", got, words, target ? target : "-",
			 text);
	assert_null(strchr(text, '\033'));
	assert_null(strstr(text, "\342\200\256")); /* U+202E: what follows is read backwards */
	free(text);
}

static void test_list(void **state)
{
	(void)state;
	assert_prints(command_list, NULL, CONFIG_FORMAT_TEXT, 1, 0,
		      "says \"a\" (trusted by --trust");
	assert_prints(command_list, NULL, CONFIG_FORMAT_TEXT, 1, 0, "b\\x1b[1mad");
	assert_prints(command_list, NULL, CONFIG_FORMAT_TEXT, 1, 0, "it is no ELF file");
	assert_prints(command_list, NULL, CONFIG_FORMAT_TEXT, 0, 0,
		      "folder /tmp can be written by others");
	assert_prints(
		command_list, NULL, CONFIG_FORMAT_JSON, 1, 0,
		"{\"name\":\"aa\",\"version\":\"1\",\"abi\":\"1.0\",\"state\":\"ok\",\"path\":\"/tmp/");
	assert_prints(command_list, NULL, CONFIG_FORMAT_JSON, 1, 0, "\"says \\\"a\\\"\"");
	assert_prints(command_list, NULL, CONFIG_FORMAT_JSON, 1, 0, "b\\u001b[1mad");
	assert_prints(command_list, NULL, CONFIG_FORMAT_TEXT, 1, 0, "c\\u202egnp");
	assert_prints(command_list, NULL, CONFIG_FORMAT_JSON, 1, 0, "c\\u202egnp");
}

static void test_inspect(void **state)
{
	char *file = strdup(fixture_path(second, "hello.so"));

	(void)state;
	assert_prints(command_inspect, "hello", CONFIG_FORMAT_TEXT, 1, 0, "count            uint");
	assert_prints(command_inspect, "hello", CONFIG_FORMAT_JSON, 1, 0,
		      "\"default\":\"5\",\"min\":1,\"max\":9");
	assert_prints(command_inspect, file, CONFIG_FORMAT_JSON, 1, 0, "\"state\":\"ok\"");
	assert_prints(command_inspect, file, CONFIG_FORMAT_TEXT, 0, 1,
		      "refused      folder /tmp can be written by others");
	assert_prints(command_inspect, "aa", CONFIG_FORMAT_TEXT, 1, 1,
		      "BPF object: failed to open the BPF object");
	assert_prints(command_inspect, "helo", CONFIG_FORMAT_TEXT, 1, 2, "did you mean \"hello\"?");
	assert_prints(command_inspect, "/none.so", CONFIG_FORMAT_TEXT, 1, 2, "none.so");
	free(file);
}

static void test_help(void **state)
{
	(void)state;
	assert_prints(command_help_plugin, "hello", CONFIG_FORMAT_TEXT, 1, 0,
		      "  count (uint, 1 to 9) [5]\n        how many\n");
	assert_prints(command_help_plugin, "hello", CONFIG_FORMAT_TEXT, 1, 0,
		      "plugin = \"hello\";\n      count = 5;\n");
	assert_prints(command_help_plugin, "aa", CONFIG_FORMAT_TEXT, 1, 0, "aa 1: says \"a\"");
	assert_prints(command_help_plugin, "helo", CONFIG_FORMAT_TEXT, 1, 2, "did you mean");
}

static int child_tells(void *ctx, FILE *out)
{
	fprintf(out, "%s %u %u %d", (const char *)ctx, getuid(), geteuid(),
		(fcntl(2, F_GETFL) & O_ACCMODE) == O_RDWR);
	return 0;
}

static int child_crashes(void *ctx, FILE *out)
{
	fputs("before", out);
	raise(ctx ? SIGKILL : SIGSEGV);
	return 0;
}

static int child_hangs(void *ctx, FILE *out)
{
	(void)ctx;
	(void)out;
	while (sched_yield() == 0)
		;
	return 0;
}

static int child_fails(void *ctx, FILE *out)
{
	(void)ctx;
	(void)out;
	return -EINVAL;
}

static int child_floods(void *ctx, FILE *out)
{
	(void)ctx;
	for (size_t i = 0; i < SANDBOX_OUTPUT_MAX; i++)
		fputs("xxxxxxxx", out);
	return 0;
}

static int child_opens(void *ctx, FILE *out)
{
	fprintf(out, "%d", *(int *)ctx < 0 || fcntl(*(int *)ctx, F_GETFD) < 0);
	return 0;
}

static void test_sandbox(void **state)
{
	struct bpfhost_error err = { .text = "" };
	char *bytes = NULL, wanted[64];
	size_t size = 0;
	int fd = open("/dev/null", O_RDONLY);
	unsigned int user = geteuid() ? geteuid() : 65534;

	(void)state;
	snprintf(wanted, sizeof(wanted), "hi %u %u 1", user, user);
	assert_int_equal(sandbox_run(child_tells, "hi", -1, 2000000000, &bytes, &size, &err), 0);
	assert_string_equal(bytes, wanted);
	assert_int_equal(size, strlen(wanted));
	free(bytes);
	assert_int_equal(sandbox_run(child_opens, &fd, -1, 2000000000, &bytes, &size, &err), 0);
	assert_string_equal(bytes, "1");
	free(bytes);
	assert_int_equal(sandbox_run(child_opens, &fd, fd, 2000000000, &bytes, &size, &err), 0);
	assert_string_equal(bytes, "0");
	free(bytes);
	close(fd);
	bytes = NULL;
	assert_int_equal(sandbox_run(child_crashes, NULL, -1, 2000000000, &bytes, &size, &err),
			 -EPROTO);
	assert_non_null(strstr(err.text, "SIGSEGV"));
	assert_int_equal(sandbox_run(child_fails, NULL, -1, 2000000000, &bytes, &size, &err),
			 -EPROTO);
	assert_int_equal(sandbox_run(child_hangs, NULL, -1, 50000000, &bytes, &size, &err),
			 -ETIMEDOUT);
	assert_int_equal(sandbox_run(child_floods, NULL, -1, 5000000000, &bytes, &size, &err),
			 -EFBIG);
	assert_null(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_find_among_many),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_inspect),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_sandbox),
	};

	return cmocka_run_group_tests(tests, folders_setup, folders_teardown) ? 1 : 0;
}
