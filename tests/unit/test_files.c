/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The files that an instance probes: each read once, also where that fails. */
#include "elf_fixture.h"

#include <dirent.h>
#include <time.h>

#include <bpfhost/file.h>
#include <bpfhost/plugin.h>
#include <bpfhost/reader.h>

static const char *path_of(const struct fixture *fixture, const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", fixture->folder, name);
	return path;
}

static int get(struct bpfhost_files *files, const char *path, struct bpfhost_file **ret_file,
	       struct bpfhost_error *err)
{
	uint32_t pid;

	return bpfhost_files_get(files, path, 0, ret_file, &pid, err);
}

static unsigned int count_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned int count = 0;

	assert_non_null(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static void refuse(const char *path, int code, const char *words)
{
	struct bpfhost_files files = { 0 };
	struct bpfhost_error err = { 0 };
	struct bpfhost_file *file = NULL;

	for (int i = 0; i < 3; i++) {
		memset(&err, 0, sizeof(err));
		assert_int_equal(get(&files, path, &file, &err), code);
		assert_null(file);
		if (!strstr(err.text, words))
			fail_msg("%s", err.text);
	}
	assert_int_equal(files.count, 0);
	bpfhost_files_free(&files);
}

/* A second probe of such a file must not find it among those that were read. */
static void test_refused_again(void **state)
{
	const struct fixture *fixture = *state;
	unsigned int before = count_descriptors();

	fixture_write(fixture, "script", "#!/bin/sh\necho no program at all, but rather long\n");
	refuse(path_of(fixture, "script"), -ENOEXEC, "script: ");
	fixture_write(fixture, "narrow.s", ".globl _start\n_start:\n\tnop\n");
	if (fixture_try(fixture,
			"as --32 -o narrow.o narrow.s && ld -m elf_i386 -o narrow narrow.o"))
		print_message("no 32-bit program: the assembler makes none here\n");
	else
		refuse(path_of(fixture, "narrow"), -ENOTSUP, "32-bit");
	assert_int_equal(count_descriptors(), before);
}

static void build(const struct fixture *fixture)
{
	fixture_write(fixture, "program.c",
		      "int work(int x) { return x + 1; }\n"
		      "int main(int argc, char **argv) { (void)argv; return work(argc); }\n");
	fixture_run(fixture, "$CC -g -o program program.c && "
			     "objcopy --only-keep-debug program program.debug && "
			     "objcopy --add-gnu-debuglink=program.debug program");
}

/* What a plugin would ask about symbols; the answer is where those lie there, and the debug file. */
static int symbols_there(struct bpfhost_read *read, struct bpfhost_unpack *question,
			 struct bpfhost_pack *answer, struct bpfhost_error *err)
{
	struct bpfhost_symbols *symbols = NULL;
	int ret = bpfhost_read_symbols(read, &symbols, err);

	(void)question;
	bpfhost_pack_number(answer, (uintptr_t)symbols);
	bpfhost_pack_text(answer, read->debug_path);
	return ret;
}

struct symbols_here {
	uint64_t place;
	bool has_debug;
};

static int symbols_take(void *ctx, struct bpfhost_unpack *part)
{
	struct symbols_here *here = ctx;

	here->place = bpfhost_unpack_number(part, UINT64_MAX);
	here->has_debug = bpfhost_unpack_text(part, 4096);
	return 0;
}

static int ask_symbols(struct bpfhost_file *file, struct symbols_here *here,
		       struct bpfhost_error *err)
{
	return bpfhost_file_ask(file, symbols_there, NULL, symbols_take, here, err);
}

static void test_read_once(void **state)
{
	const struct fixture *fixture = *state;
	struct symbols_here one, other;
	struct bpfhost_files files = { 0 };
	struct bpfhost_file *file, *again;

	build(fixture);
	fixture_run(fixture, "ln -s program link");
	assert_int_equal(get(&files, path_of(fixture, "program"), &file, NULL), 0);
	assert_int_equal(get(&files, path_of(fixture, "link"), &again, NULL), 0);
	assert_ptr_equal(file, again);
	assert_int_equal(files.count, 1);
	assert_int_equal(ask_symbols(file, &one, NULL), 0);
	assert_int_equal(ask_symbols(file, &other, NULL), 0);
	assert_true(one.place && one.place == other.place);
	assert_true(one.has_debug && other.has_debug);
	assert_null(file->symbols_note);
	bpfhost_files_free(&files);
}

/* It is read where root's other files are, for which a hostile one could answer. */
static void test_debug_of_stranger(void **state)
{
	const struct fixture *fixture = *state;
	struct symbols_here symbols;
	struct bpfhost_files files = { 0 };
	struct bpfhost_file *file;

	build(fixture);
	fixture_run(fixture, "chmod 755 program && chmod 666 program.debug");
	assert_int_equal(get(&files, path_of(fixture, "program"), &file, NULL), 0);
	assert_int_equal(ask_symbols(file, &symbols, NULL), 0);
	assert_int_equal(symbols.has_debug, geteuid() != 0);
	bpfhost_files_free(&files);
	fixture_run(fixture, "chmod 777 program");
	assert_int_equal(get(&files, path_of(fixture, "program"), &file, NULL), 0);
	assert_int_equal(ask_symbols(file, &symbols, NULL), 0);
	assert_true(symbols.has_debug);
	bpfhost_files_free(&files);
	fixture_run(fixture, "chmod 755 program && chmod 644 program.debug");
}

/* Each argument of each static probe may ask for them. */
static void test_damaged_symbols(void **state)
{
	const struct fixture *fixture = *state;
	struct symbols_here symbols = { 0 };
	struct bpfhost_files files = { 0 };
	struct bpfhost_error err;
	struct bpfhost_file *file;
	unsigned int before;

	build(fixture);
	fixture_damage(fixture, "program");
	assert_int_equal(get(&files, path_of(fixture, "program"), &file, NULL), 0);
	assert_int_equal(ask_symbols(file, &symbols, NULL), -ENOEXEC);
	before = count_descriptors();
	for (int i = 0; i < 10; i++) {
		memset(&err, 0, sizeof(err));
		assert_int_equal(ask_symbols(file, &symbols, &err), -ENOEXEC);
		if (!strstr(err.text, "damaged or cut off"))
			fail_msg("%s", err.text);
	}
	assert_int_equal(symbols.place, 0);
	assert_non_null(strstr(file->symbols_note, "damaged or cut off"));
	assert_int_equal(count_descriptors(), before);
	bpfhost_files_free(&files);
}

/* What nobody asked for by name may be made to keep us busy. */
static void test_large_symbols(void **state)
{
	const struct fixture *fixture = *state;
	struct symbols_here symbols = { 0 };
	struct bpfhost_files files = { 0 };
	struct bpfhost_error err = { 0 };
	struct bpfhost_file *file;

	build(fixture);
	assert_int_equal(get(&files, path_of(fixture, "program"), &file, NULL), 0);
	file->is_found = true;
	assert_int_equal(ask_symbols(file, &symbols, NULL), 0);
	bpfhost_files_free(&files);
	fixture_inflate(fixture, "program", 100 << 20);
	assert_int_equal(get(&files, path_of(fixture, "program"), &file, NULL), 0);
	file->is_found = true;
	assert_int_equal(ask_symbols(file, &symbols, &err), -EFBIG);
	assert_non_null(strstr(err.text, "too many"));
	bpfhost_file_rest(file);
	assert_int_equal(get(&files, path_of(fixture, "program"), &file, NULL), 0);
	assert_int_equal(ask_symbols(file, &symbols, NULL), 0);
	bpfhost_files_free(&files);
}

/* ---- a host that waits for so long, and no longer ------------------------------------------------ */

#define PATIENCE_NS 1000000000ULL

static unsigned int patience_renewed;

static uint64_t patience_renew(const struct bpfhost_host *host)
{
	(void)host;
	patience_renewed++;
	return PATIENCE_NS;
}

static const void *patience_extension(const struct bpfhost_host *host, const char *id)
{
	static const struct bpfhost_ext_patience patience = { .size = sizeof(patience),
							      .renew = patience_renew };

	(void)host;
	return strcmp(id, BPFHOST_EXT_PATIENCE) ? NULL : &patience;
}

/* So many ms, without sleeping, which the process may not; 0: for ever. */
static int dawdle_there(struct bpfhost_read *read, struct bpfhost_unpack *question,
			struct bpfhost_pack *answer, struct bpfhost_error *err)
{
	uint64_t ms = bpfhost_unpack_number(question, UINT64_MAX), passed;
	struct timespec began, now;

	(void)read, (void)answer, (void)err;
	clock_gettime(CLOCK_MONOTONIC, &began);
	do {
		clock_gettime(CLOCK_MONOTONIC, &now);
		passed = (uint64_t)(now.tv_sec - began.tv_sec) * 1000 +
			 (uint64_t)(now.tv_nsec / 1000000) - (uint64_t)(began.tv_nsec / 1000000);
	} while (!ms || passed < ms);
	return 0;
}

static int dawdle(struct bpfhost_file *file, uint64_t ms, struct bpfhost_error *err)
{
	struct bpfhost_pack question = { 0 };
	int ret;

	bpfhost_pack_number(&question, ms);
	ret = bpfhost_file_ask(file, dawdle_there, &question, NULL, NULL, err);
	bpfhost_pack_free(&question);
	return ret;
}

/* Each question has all of the time; none has more, for then the host would end the worker. */
static void test_each_has_its_time(void **state)
{
	const struct fixture *fixture = *state;
	const struct bpfhost_host host = { .extension = patience_extension };
	struct bpfhost_instance self = { .host = &host };
	struct bpfhost_files files = { .self = &self };
	struct bpfhost_error err = { 0 };
	struct bpfhost_file *file;

	build(fixture);
	assert_int_equal(get(&files, path_of(fixture, "program"), &file, &err), 0);
	for (unsigned int i = 0; i < 4; i++) {
		patience_renewed = 0;
		assert_int_equal(dawdle(file, 100, &err), 0);
		assert_int_equal(patience_renewed, 1);
	}
	assert_int_equal(dawdle(file, 0, &err), -ETIMEDOUT);
	if (!strstr(err.text, "took longer than 0.8 s"))
		fail_msg("%s", err.text);
	bpfhost_files_free(&files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused_again),     cmocka_unit_test(test_read_once),
		cmocka_unit_test(test_debug_of_stranger), cmocka_unit_test(test_damaged_symbols),
		cmocka_unit_test(test_large_symbols),     cmocka_unit_test(test_each_has_its_time),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
