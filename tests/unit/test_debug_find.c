/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "elf_fixture.h"

#include <limits.h>
#include <sys/stat.h>

/*
 * A program in a root of its own, with its debug file beside it. Most tests look below that root,
 * as the real /usr/lib/debug is not ours.
 */
static void build(const struct fixture *fixture, const char *options)
{
	fixture_write(fixture, "program.c",
		      "int work(int x) { return x + 1; }\n"
		      "int main(int argc, char **argv)\n"
		      "{ (void)argv; return work(argc); }\n");
	fixture_run(
		fixture,
		"rm -rf root && mkdir -p root/opt root/usr/lib/debug/opt && "
		"$CC -g %s -o root/opt/full program.c && "
		"objcopy --only-keep-debug root/opt/full program.debug && "
		"cp program.debug root/opt/ && cd root/opt && "
		"objcopy -S --add-gnu-debuglink=program.debug full program && rm program.debug full",
		options);
}

static void root_of(const struct fixture *fixture, char *root)
{
	snprintf(root, PATH_MAX, "%s/root", fixture->folder);
}

/* Finds one below the root, at this path; NULL: none, for this reason. */
static void expect(const struct fixture *fixture, const char *wanted, const char *reason)
{
	char root[PATH_MAX], path[PATH_MAX] = "", whole[2 * PATH_MAX];
	struct bpfhost_elf *elf = fixture_elf(fixture, "root/opt/program");
	struct bpfhost_error err = { 0 };
	int fd = -1, ret;

	root_of(fixture, root);
	ret = bpfhost_debug_find(elf, root, "/opt/program", &fd, path, &err);
	bpfhost_elf_close(elf);
	if (!wanted) {
		assert_int_equal(ret, -ENOENT);
		assert_int_equal(fd, -1);
		if (!strstr(err.text, reason))
			fail_msg("%s", err.text);
		return;
	}
	if (ret)
		fail_msg("%s: %s", wanted, err.text);
	snprintf(whole, sizeof(whole), "%s%s", root, wanted);
	assert_string_equal(path, whole);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
}

static void test_build_id(void **state)
{
	const struct fixture *fixture = *state;

	build(fixture, "-Wl,--build-id=0x0123456789abcdef");
	expect(fixture, NULL, "there is no separate debug file");
	fixture_run(fixture,
		    "mkdir -p root/usr/lib/debug/.build-id/01 && "
		    "cp program.debug root/usr/lib/debug/.build-id/01/23456789abcdef.debug");
	expect(fixture, "/usr/lib/debug/.build-id/01/23456789abcdef.debug", NULL);
}

static void test_link_places(void **state)
{
	const struct fixture *fixture = *state;

	build(fixture, "-Wl,--build-id");
	fixture_run(fixture, "cp program.debug root/usr/lib/debug/opt/");
	expect(fixture, "/usr/lib/debug/opt/program.debug", NULL);
	fixture_run(fixture, "mkdir root/opt/.debug && cp program.debug root/opt/.debug/");
	expect(fixture, "/opt/.debug/program.debug", NULL);
	fixture_run(fixture, "cp program.debug root/opt/");
	expect(fixture, "/opt/program.debug", NULL);
}

static void test_wrong_build_id(void **state)
{
	const struct fixture *fixture = *state;

	build(fixture, "-Wl,--build-id=0x0123456789abcdef");
	fixture_run(fixture, "$CC -g -Wl,--build-id=0x0123456789abcdee -o other program.c && "
			     "objcopy --only-keep-debug other root/opt/program.debug");
	expect(fixture, NULL, "/opt/program.debug: its build-id differs");
	/* Whatever is in the way, the right one is found behind it. */
	fixture_run(fixture, "mkdir root/opt/.debug && cp program.debug root/opt/.debug/");
	expect(fixture, "/opt/.debug/program.debug", NULL);
	fixture_run(fixture, "rm -r root/opt/.debug; echo text >root/opt/program.debug");
	expect(fixture, NULL, "/opt/program.debug: it is not an ELF file");
	fixture_run(fixture, "rm root/opt/program.debug; mkdir root/opt/program.debug");
	expect(fixture, NULL, "/opt/program.debug: it is not a regular file");
	fixture_run(fixture, "rmdir root/opt/program.debug; mkfifo root/opt/program.debug");
	expect(fixture, NULL, "/opt/program.debug: it is not a regular file");
}

static void test_checksum(void **state)
{
	const struct fixture *fixture = *state;

	build(fixture, "-Wl,--build-id=none");
	fixture_run(fixture, "cp program.debug root/opt/");
	expect(fixture, "/opt/program.debug", NULL);
	fixture_run(fixture, "printf x >>root/opt/program.debug");
	expect(fixture, NULL, "/opt/program.debug: its checksum differs");
}

/* The root of a container: its links lead nowhere else. */
static void test_links_stay_within(void **state)
{
	const struct fixture *fixture = *state;

	build(fixture, "-Wl,--build-id");
	fixture_run(fixture,
		    "mkdir outside && cp program.debug outside/ && "
		    "ln -s %s/outside/program.debug root/opt/program.debug",
		    fixture->folder);
	expect(fixture, NULL, "there is no separate debug file");
	fixture_run(fixture,
		    "rm root/opt/program.debug && "
		    "ln -s ../../../../../../..%s/outside/program.debug root/opt/program.debug",
		    fixture->folder);
	expect(fixture, NULL, "there is no separate debug file");
	fixture_run(fixture, "rm root/opt/program.debug && mkdir root/store && "
			     "cp program.debug root/store/ && "
			     "ln -s /store/program.debug root/opt/program.debug");
	expect(fixture, "/opt/program.debug", NULL);
}

static void test_link_to_itself(void **state)
{
	const struct fixture *fixture = *state;

	build(fixture, "-Wl,--build-id");
	fixture_run(fixture, "ln -s program root/opt/program.debug");
	expect(fixture, NULL, "there is no separate debug file");
}

/* Without a root, a program that is reached through a link has its debug file beside itself. */
static void test_own_root(void **state)
{
	const struct fixture *fixture = *state;
	char name[256], path[PATH_MAX], wanted[PATH_MAX];
	struct bpfhost_error err = { 0 };
	struct bpfhost_elf *elf;
	int fd = -1;

	build(fixture, "-Wl,--build-id");
	fixture_run(fixture, "cp program.debug root/opt/ && mkdir -p bin && "
			     "ln -sf ../root/opt/program bin/program");
	elf = fixture_elf(fixture, "bin/program");
	snprintf(name, sizeof(name), "%s/bin/program", fixture->folder);
	snprintf(wanted, sizeof(wanted), "%s/root/opt/program.debug", fixture->folder);
	assert_int_equal(bpfhost_debug_find(elf, "", name, &fd, path, &err), 0);
	assert_string_equal(path, wanted);
	close(fd);
	assert_int_equal(bpfhost_debug_find(elf, "/no/such/root", name, &fd, path, &err), -ENOENT);
	assert_string_equal(err.text, "failed to open /no/such/root: No such file or directory");
	bpfhost_elf_close(elf);
}

/* The debug files of the C library, where they are installed, are those of readelf -n. */
static void test_libc(void **state)
{
	const struct fixture *fixture = *state;
	struct bpfhost_symbols *symbols = NULL;
	struct bpfhost_elf *elf, *debug = NULL;
	char libc[512], path[PATH_MAX];
	struct bpfhost_error err = { 0 };
	size_t count;
	int fd = -1;
	FILE *output = fixture_ask(fixture, "readlink -f `$CC -print-file-name=libc.so.6`");

	assert_int_equal(fscanf(output, "%511s", libc), 1);
	pclose(output);
	elf = fixture_elf(fixture, libc);
	if (bpfhost_debug_find(elf, "", libc, &fd, path, &err)) {
		bpfhost_elf_close(elf);
		print_message("no debug file for %s: %s\n", libc, err.text);
		skip();
	}
	assert_int_equal(bpfhost_elf_open(fd, &debug, &err), 0);
	assert_int_equal(bpfhost_symbols_read(elf, debug, &symbols, &err), 0);
	bpfhost_symbols_all(symbols, &count);
	print_message("%s: %zu symbols\n", path, count);
	assert_true(count > 5000);
	bpfhost_symbols_free(symbols);
	bpfhost_elf_close(debug);
	bpfhost_elf_close(elf);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_build_id),          cmocka_unit_test(test_link_places),
		cmocka_unit_test(test_wrong_build_id),    cmocka_unit_test(test_checksum),
		cmocka_unit_test(test_links_stay_within), cmocka_unit_test(test_link_to_itself),
		cmocka_unit_test(test_own_root),          cmocka_unit_test(test_libc),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown) ? 1 : 0;
}
