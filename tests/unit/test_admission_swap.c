/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Somebody exchanges the file, or a folder above it, or writes into it, while it is loaded, ten thousand times.
 * What is let in is whole, one of those that may be, and what runs is what was checked.
 */
#include "loader_fixture.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>

#include <bpfhost/plugin.h>

#include "loader/loader.h"

#define SWAPS    10000
#define RUN_EACH 10 /* one of so many of those let in is opened with dlopen too */

/* Versions 1 and 2 may be loaded. 3 lies where it may not. */
static char *place;
static unsigned char *versions[4];
static size_t sizes[4];

static void swap_build(int version)
{
	char name[16], source[4096];

	snprintf(name, sizeof(name), "v%d", version);
	snprintf(source, sizeof(source), "%s.version = \"%d\");\n%s",
		 FIXTURE_HEAD FIXTURE_OBJECT "BPFHOST_PLUGIN(.name = \"tiny\", ", version,
		 "static const char *const more[] = { \"a\", \"b\", \"c\" };\n"
		 "const void *use(void); const void *use(void) { return more; }\n");
	fixture_build(place, name, source, "");
	strcat(name, ".so");
	versions[version] = fixture_read(fixture_path(place, name), &sizes[version]);
}

static int swap_setup(void **state)
{
	const char *base = geteuid() ? getenv("HOME") : "/run";
	struct admission *admission = NULL;
	struct bpfhost_error err;

	(void)state;
	if (!base || access(base, W_OK))
		return 0;
	place = fixture_folder(base);
	fixture_write(fixture_path(place, "probe.so"), "x", 1, 0644);
	if (admission_open(fixture_path(place, "probe.so"), NULL, &admission, &err)) {
		fixture_remove(place);
		place = NULL;
		return 0;
	}
	admission_free(admission);
	for (int version = 1; version <= 3; version++)
		swap_build(version);
	return 0;
}

static int swap_teardown(void **state)
{
	(void)state;
	for (int version = 1; version <= 3; version++)
		free(versions[version]);
	fixture_remove(place);
	return 0;
}

/* folder/tiny.so of this version; forbidden: anybody may write it. */
static void swap_put(const char *folder, const char *name, int version, bool forbidden)
{
	fixture_write(fixture_path(folder, name), versions[version], sizes[version],
		      forbidden ? 0666 : 0644);
}

static void swap_exchange(const char *a, const char *b)
{
	if (renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE))
		abort();
}

/* ---- what the other process does, again and again -------------------------------------------------- */

static void swap_files(const char *folder)
{
	char path[3][PATH_MAX];

	snprintf(path[0], PATH_MAX, "%s/tiny.so", folder);
	snprintf(path[1], PATH_MAX, "%s/other", folder);
	snprintf(path[2], PATH_MAX, "%s/evil", folder);
	for (;;) {
		swap_exchange(path[0], path[1]);
		swap_exchange(path[0], path[2]);
		swap_exchange(path[0], path[2]);
	}
}

static void swap_folders(const char *folder)
{
	char path[2][PATH_MAX];

	snprintf(path[0], PATH_MAX, "%s/in", folder);
	snprintf(path[1], PATH_MAX, "%s/evil", folder);
	for (;;)
		swap_exchange(path[0], path[1]);
}

static void swap_links(const char *folder)
{
	char path[2][PATH_MAX];

	snprintf(path[0], PATH_MAX, "%s/tiny.so", folder);
	snprintf(path[1], PATH_MAX, "%s/evil", folder);
	for (;;)
		swap_exchange(path[0], path[1]);
}

/* In place: what is read may be of both. */
static void swap_bytes(const char *folder)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/tiny.so", folder);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	for (int i = 0;; i++) {
		int version = 1 + i % 2;

		if (pwrite(fd, versions[version], sizes[version], 0) < 0)
			abort();
	}
}

static pid_t swap_start(void (*swap)(const char *folder), const char *folder)
{
	pid_t parent = getpid(), pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			swap(folder);
		_exit(0);
	}
	return pid;
}

/* ---- what the loader makes of it ------------------------------------------------------------------- */

/* As the worker does it: the version that runs is the one that was read. */
static void swap_run(const struct loader_plugin *plugin)
{
	const struct bpfhost_plugin *code;
	char path[64];
	void *handle;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", plugin->admission->fd);
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	assert_non_null(handle);
	code = dlsym(handle, "bpfhost_plugin");
	assert_non_null(code);
	assert_string_equal(code->version, plugin->descriptor->version);
	dlclose(handle);
}

static bool swap_is_whole(const struct loader_plugin *plugin, int version)
{
	size_t size = plugin->admission->size;
	char *bytes = malloc(size);
	bool same;

	assert_non_null(bytes);
	assert_int_equal(pread(plugin->admission->fd, bytes, size, 0), size);
	same = size == sizes[version] && !memcmp(bytes, versions[version], size);
	free(bytes);
	return same;
}

static void swap_check(const struct loader_plugin *plugin, size_t admitted, bool whole)
{
	int version = atoi(plugin->descriptor->version);

	assert_in_range(version, 1, 2);
	if (whole)
		assert_true(swap_is_whole(plugin, version));
	if (admitted % RUN_EACH == 0)
		swap_run(plugin);
}

/* Refused is what broke a rule, or was seen to change. */
static void swap_load(void (*swap)(const char *folder), const char *folder, const char *path,
		      bool whole)
{
	pid_t pid = swap_start(swap, folder);
	size_t admitted = 0, refused = 0;

	for (int i = 0; i < SWAPS; i++) {
		struct loader_plugin *plugin = NULL;
		struct bpfhost_error err = { .text = "" };
		int e = loader_look(path, NULL, &plugin, &err);

		if (!e)
			swap_check(plugin, admitted, whole);
		else if (whole && e != -EPERM && e != -EAGAIN)
			fail_msg("%d: %s", e, err.text);
		admitted += !e;
		refused += e != 0;
		loader_free(plugin);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	print_message("%zu let in, %zu refused\n", admitted, refused);
	assert_true(admitted > 0 && (refused > 0 || !whole));
}

static char *swap_folder(const char *name)
{
	char *folder;

	if (!place)
		skip();
	folder = strdup(fixture_path(place, name));
	assert_int_equal(mkdir(folder, 0755), 0);
	return folder;
}

static void test_files(void **state)
{
	char *folder = swap_folder("files");

	(void)state;
	swap_put(folder, "tiny.so", 1, false);
	swap_put(folder, "other", 2, false);
	swap_put(folder, "evil", 3, true);
	swap_load(swap_files, folder, fixture_path(folder, "tiny.so"), true);
	free(folder);
}

static void test_folders(void **state)
{
	char *folder = swap_folder("folders"), *in = swap_folder("folders/in");
	char *evil = swap_folder("folders/evil");

	(void)state;
	assert_int_equal(chmod(evil, 0777), 0);
	swap_put(in, "tiny.so", 1, false);
	swap_put(evil, "tiny.so", 3, false);
	swap_load(swap_folders, folder, fixture_path(in, "tiny.so"), true);
	free(evil);
	free(in);
	free(folder);
}

static void test_links(void **state)
{
	char *folder = swap_folder("links"), *open_to_all = swap_folder("links/all");

	(void)state;
	assert_int_equal(chmod(open_to_all, 0777), 0);
	swap_put(open_to_all, "three", 3, false);
	swap_put(folder, "two", 2, false);
	assert_int_equal(symlink("two", fixture_path(folder, "tiny.so")), 0);
	assert_int_equal(symlink("all/three", fixture_path(folder, "evil")), 0);
	swap_load(swap_links, folder, fixture_path(folder, "tiny.so"), true);
	free(open_to_all);
	free(folder);
}

static void test_bytes(void **state)
{
	char *folder = swap_folder("bytes");

	(void)state;
	swap_put(folder, "tiny.so", 1, false);
	swap_load(swap_bytes, folder, fixture_path(folder, "tiny.so"), false);
	free(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_bytes),
	};

	return cmocka_run_group_tests(tests, swap_setup, swap_teardown) ? 1 : 0;
}
