/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include <bpfhost/target.h>

#include "target/maps.h"

static void test_line(void **state)
{
	char text[] = "7f26fc1f6000-7f26fc24d000 r-xp 0001a000 fe:01 320475             /usr/x.so\n"
		      "ff00-ff01 ---s 00000000 00:00 0 \n";
	struct target_map map;
	char *at = text;

	(void)state;
	assert_true(target_maps_next(&at, &map));
	assert_int_equal(map.start, 0x7f26fc1f6000);
	assert_int_equal(map.end, 0x7f26fc24d000);
	assert_int_equal(map.offset, 0x1a000);
	assert_int_equal(map.device, makedev(0xfe, 1));
	assert_int_equal(map.inode, 320475);
	assert_true(map.executable);
	assert_string_equal(map.path, "/usr/x.so");
	assert_true(target_maps_next(&at, &map));
	assert_int_equal(map.start, 0xff00);
	assert_int_equal(map.inode, 0);
	assert_false(map.executable);
	assert_string_equal(map.path, "");
	assert_false(target_maps_next(&at, &map));
	assert_false(target_maps_next(&at, &map));
}

static void test_paths(void **state)
{
	static const char *const cases[][2] = {
		{ "/a b", "/a b" },           { "/a\\012b\\012", "/a\nb\n" },
		{ "/a\\b\\01", "/a\\b\\01" }, { "/a (deleted)", "/a (deleted)" },
		{ "[heap]", "[heap]" },       { "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct target_map map;
		char text[128], *at = text;

		snprintf(text, sizeof(text), "1000-2000 r-xp 0 0:0 1    %s", cases[i][0]);
		assert_true(target_maps_next(&at, &map));
		assert_string_equal(map.path, cases[i][1]);
	}
	assert_int_equal(target_maps_alive("/a (deleted)"), 2);
	assert_int_equal(target_maps_alive("/a"), 2);
	assert_int_equal(target_maps_alive(" (deleted)"), 10);
	assert_int_equal(target_maps_alive(""), 0);
}

static void test_other_lines_are_skipped(void **state)
{
	static const char *const lines[] = {
		"",
		"hello",
		"1000-2000",
		"1000-2000 r-xp",
		"1000-2000 r-x 0 0:0 1 /x",
		"1000-2000 r-xps 0 0:0 1 /x",
		"2000-1000 r-xp 0 0:0 1 /x",
		"1000-1000 r-xp 0 0:0 1 /x",
		"1000-10000000000000000 r-xp 0 0:0 1 /x",
		"1000-2000 r-xp 0 0:0 18446744073709551616 /x",
		"1000-2000 r-xp 0 100000000:0 1 /x",
		"1000-2000 r-xp 0 0:0 1a /x",
		"1000-2000 r-xp 0 0:0",
		"-2000 r-xp 0 0:0 1 /x",
		" 1000-2000 r-xp 0 0:0 1 /x",
		"1000-2000 r-xp 0 0:0 0x1 /x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct target_map map;
		char text[256], *at = text;

		snprintf(text, sizeof(text), "%s\n1-2 r-xp 0 0:0 1 /good\n", lines[i]);
		assert_true(target_maps_next(&at, &map));
		if (map.start != 1)
			fail_msg("taken: \"%s\"", lines[i]);
		assert_string_equal(map.path, "/good");
		assert_false(target_maps_next(&at, &map));
	}
}

/* What the dynamic loader says is loaded: the first executable segment of each object. */
struct objects {
	struct {
		char path[4096];
		uint64_t start, offset;
		dev_t device;
		ino_t inode;
	} list[128];
	int count, seen;
};

static int add_object(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct objects *objects = ctx;
	const char *path = *info->dlpi_name ? info->dlpi_name : "/proc/self/exe";
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct stat stat_buffer;

	(void)size;
	if (*path != '/') /* the vDSO has no file */
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X))
			continue;
		assert_true(objects->count < 128);
		assert_non_null(realpath(path, objects->list[objects->count].path));
		assert_int_equal(stat(path, &stat_buffer), 0);
		objects->list[objects->count].device = stat_buffer.st_dev;
		objects->list[objects->count].inode = stat_buffer.st_ino;
		objects->list[objects->count].start =
			(info->dlpi_addr + segment->p_vaddr) & ~(page - 1);
		objects->list[objects->count++].offset = segment->p_offset & ~(page - 1);
		break;
	}
	return 0;
}

static int check_object(void *ctx, const struct bpfhost_mapped *mapped)
{
	struct objects *objects = ctx;

	for (int i = 0; i < objects->count; i++) {
		if (strcmp(objects->list[i].path, mapped->path))
			continue;
		assert_int_equal(mapped->start, objects->list[i].start);
		assert_int_equal(mapped->offset, objects->list[i].offset);
		assert_int_equal(mapped->device, objects->list[i].device);
		assert_int_equal(mapped->inode, objects->list[i].inode);
		assert_true(mapped->end > mapped->start);
		objects->seen++;
		return 0;
	}
	fail_msg("the loader knows nothing of %s", mapped->path);
	return 0;
}

static void test_against_the_loader(void **state)
{
	static struct objects objects;

	(void)state;
	dl_iterate_phdr(add_object, &objects);
	assert_true(objects.count >= 3);
	assert_int_equal(bpfhost_mapped_each((uint32_t)getpid(), check_object, &objects), 0);
	assert_int_equal(objects.seen, objects.count);
	print_message("%d objects agree\n", objects.count);
}

struct files {
	const char *prefix; /* of the paths that are looked at */
	char paths[8][256];
	uint64_t starts[8];
	int count;
};

static int add_file(void *ctx, const struct bpfhost_mapped *mapped)
{
	struct files *files = ctx;

	if (strncmp(mapped->path, files->prefix, strlen(files->prefix)))
		return 0;
	assert_true(files->count < 8);
	files->starts[files->count] = mapped->start;
	snprintf(files->paths[files->count++], 256, "%s", mapped->path);
	return 0;
}

static void *map_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0755);
	void *at;

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 8192), 0);
	at = mmap(NULL, 8192, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	assert_ptr_not_equal(at, MAP_FAILED);
	close(fd);
	return at;
}

static int stop_at_once(void *ctx, const struct bpfhost_mapped *mapped)
{
	(void)mapped;
	++*(int *)ctx;
	return 42;
}

static void test_each_file_once_and_no_deleted_one(void **state)
{
	char folder[] = "/tmp/test_maps.XXXXXX", path[128], other[128], again[128];
	struct files files = { 0 };
	void *twice[2], *newline;
	int calls = 0;

	(void)state;
	assert_non_null(mkdtemp(folder));
	files.prefix = folder;
	snprintf(path, sizeof(path), "%s/li b", folder);
	twice[0] = map_file(path);
	twice[1] = map_file(path);
	snprintf(other, sizeof(other), "%s/new\nline (deleted)", folder);
	newline = map_file(other);
	snprintf(again, sizeof(again), "%s/gone", folder);
	map_file(again);
	unlink(again);
	assert_int_equal(bpfhost_mapped_each((uint32_t)getpid(), add_file, &files), 0);
	assert_int_equal(files.count, 2);
	for (int i = 0; i < 2; i++) {
		bool is_first = !strcmp(files.paths[i], path);
		uintptr_t start = (uintptr_t)(twice[0] < twice[1] ? twice[0] : twice[1]);

		assert_string_equal(files.paths[i], is_first ? path : other);
		assert_int_equal(files.starts[i], is_first ? start : (uintptr_t)newline);
	}
	map_file(
		again); /* another file of that name: the old mapping is still of the deleted one */
	memset(&files, 0, sizeof(files));
	files.prefix = again;
	assert_int_equal(bpfhost_mapped_each((uint32_t)getpid(), add_file, &files), 0);
	assert_int_equal(files.count, 1);
	assert_int_equal(bpfhost_mapped_each((uint32_t)getpid(), stop_at_once, &calls), 42);
	assert_int_equal(calls, 1);
	unlink(path);
	unlink(other);
	unlink(again);
	rmdir(folder);
}

static void test_no_such_process(void **state)
{
	int calls = 0;

	(void)state;
	assert_int_equal(bpfhost_mapped_each(1u << 30, stop_at_once, &calls), -ESRCH);
	assert_int_equal(calls, 0);
}

struct processes {
	uint32_t last;
	int count;
	bool seen;
};

static int check_process(void *ctx, uint32_t pid, const char *comm)
{
	struct processes *processes = ctx;
	char name[64] = "";
	FILE *file = fopen("/proc/self/comm", "r");

	assert_true(pid > processes->last);
	processes->last = pid;
	processes->count++;
	assert_non_null(file);
	assert_non_null(fgets(name, sizeof(name), file));
	fclose(file);
	name[strcspn(name, "\n")] = '\0';
	if (pid == (uint32_t)getpid()) {
		processes->seen = true;
		assert_string_equal(comm, name);
	}
	return 0;
}

static int stop_at_process(void *ctx, uint32_t pid, const char *comm)
{
	(void)ctx;
	(void)pid;
	(void)comm;
	return 7;
}

static void test_processes(void **state)
{
	struct processes processes = { 0 };

	(void)state;
	assert_int_equal(bpfhost_process_each(check_process, &processes), 0);
	assert_true(processes.seen);
	assert_true(processes.count >= 2);
	assert_int_equal(bpfhost_process_each(stop_at_process, NULL), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_other_lines_are_skipped),
		cmocka_unit_test(test_against_the_loader),
		cmocka_unit_test(test_each_file_once_and_no_deleted_one),
		cmocka_unit_test(test_no_such_process),
		cmocka_unit_test(test_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
