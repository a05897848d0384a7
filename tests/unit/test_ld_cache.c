/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */

/*
 * The oracle is ldconfig: it writes caches in every format it knows, without root into files of
 * ours, and lists what is in one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <dlfcn.h>
#include <link.h>
#include <unistd.h>

#include <cmocka.h>

#include "target/ld_cache.h"
#include "target/name.h"

#if defined(__x86_64__)
#define KIND "(libc6,x86-64)"
#else
#define KIND "(libc6,AArch64)"
#endif

static char folder[] = "/tmp/test_ld_cache.XXXXXX";

__attribute__((format(printf, 1, 2))) static int run(const char *format, ...)
{
	char command[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	return system(command);
}

static bool has_ldconfig(void)
{
	if (!run("PATH=$PATH:/sbin:/usr/sbin ldconfig -p >/dev/null 2>&1"))
		return true;
	print_message("skipped: there is no ldconfig\n");
	return false;
}

static unsigned char *read_file(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "rb");
	unsigned char *data;

	assert_non_null(file);
	assert_false(fseek(file, 0, SEEK_END));
	*ret_size = (size_t)ftell(file);
	rewind(file);
	data = malloc(*ret_size ? *ret_size : 1);
	assert_non_null(data);
	assert_int_equal(fread(data, 1, *ret_size, file), *ret_size);
	fclose(file);
	return data;
}

/* Each first plain line of a name in ldconfig's list is what the cache must answer. */
static int compare_with_list(const char *path)
{
	struct target_machine machine = target_machine_here();
	char line[4096], name[512], kind[512], file[2048], last[512] = "";
	struct target_cache_entry entry;
	struct target_cache cache;
	unsigned char *data;
	size_t size;
	FILE *list;
	int seen = 0;

	data = read_file(path, &size);
	assert_int_equal(target_cache_open(data, size, &cache), 0);
	snprintf(line, sizeof(line), "PATH=$PATH:/sbin:/usr/sbin ldconfig -p -C %s", path);
	list = popen(line, "r");
	assert_non_null(list);
	while (fgets(line, sizeof(line), list)) {
		if (sscanf(line, "\t%511s %511s => %2047[^\n]", name, kind, file) != 3 ||
		    strcmp(kind, KIND) || !strcmp(name, last))
			continue;
		strcpy(last, name);
		assert_int_equal(target_cache_find(&cache, &machine, name, &entry), 0);
		assert_string_equal(entry.name, name);
		assert_string_equal(entry.path, file);
		assert_string_equal(entry.hwcaps, "");
		assert_int_equal(entry.flags, machine.flags);
		seen++;
	}
	assert_int_equal(pclose(list), 0);
	free(data);
	return seen;
}

static void test_the_machines_own_cache(void **state)
{
	(void)state;
	if (!has_ldconfig() || access("/etc/ld.so.cache", R_OK))
		return;
	assert_true(compare_with_list("/etc/ld.so.cache") > 10);
	print_message("%d names agree\n", compare_with_list("/etc/ld.so.cache"));
}

/* A 32-bit entry never stands for a library of a 64-bit machine. */
static void test_other_machines_are_left_out(void **state)
{
	struct target_machine machine = target_machine_here();
	struct target_cache_entry entry;
	struct target_cache cache;
	unsigned char *data;
	size_t size;

	(void)state;
	if (access("/etc/ld.so.cache", R_OK))
		return;
	data = read_file("/etc/ld.so.cache", &size);
	assert_int_equal(target_cache_open(data, size, &cache), 0);
	for (uint32_t i = 0; i < cache.count; i++) {
		assert_true(target_cache_read(&cache, i, &entry));
		assert_int_equal(target_cache_read_for(&cache, &machine, i, &entry),
				 entry.flags == machine.flags);
	}
	machine.flags = 3;
	if (!target_cache_find(&cache, &machine, "libc", &entry))
		assert_int_equal(entry.flags, 3);
	free(data);
}

/* lib NAME.so.1 in FOLDER/SUB, with a function that tells the folder. */
static void build_library(const char *sub, const char *name)
{
	assert_int_equal(run("mkdir -p %s/%s && echo 'const char *which(void);"
			     "const char *which(void) { return \"%s\"; }' |"
			     "${CC:-cc} -shared -fPIC -nostdlib -Wl,-soname,%s -xc -o %s/%s/%s -",
			     folder, sub, sub, name, folder, sub, name),
			 0);
}

static void write_cache(const char *format)
{
	assert_int_equal(run("echo %s/lib >%s/conf", folder, folder), 0);
	assert_int_equal(run("PATH=$PATH:/sbin:/usr/sbin ldconfig -X -i -c %s -f %s/conf -C %s/%s",
			     format, folder, folder, format),
			 0);
}

static const char *cache_path(const char *format)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, format);
	return path;
}

/* Which of the libraries of one name the loader takes itself, in a process of its own. */
static void ask_loader(const char *name, char answer[256])
{
	char path[256];
	FILE *file;

	assert_int_equal(run("echo '#include <dlfcn.h>\n#include <stdio.h>\nint main(void) {"
			     "void *l = dlopen(\"%s\", RTLD_NOW);"
			     "const char *(*which)(void) = l ? (const char *(*)(void))"
			     "dlsym(l, \"which\") : 0;"
			     "puts(which ? which() : dlerror()); return 0; }' >%s/ask.c &&"
			     "${CC:-cc} -o %s/ask %s/ask.c -ldl &&"
			     "LD_LIBRARY_PATH=%s/lib %s/ask >%s/answer",
			     name, folder, folder, folder, folder, folder, folder),
			 0);
	snprintf(path, sizeof(path), "%s/answer", folder);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(answer, 256, file));
	answer[strcspn(answer, "\n")] = '\0';
	fclose(file);
}

static void find_in(const char *format, const char *name, char path[256])
{
	struct target_machine machine = target_machine_here();
	struct target_cache_entry entry;
	struct target_cache cache;
	unsigned char *data;
	size_t size;

	data = read_file(cache_path(format), &size);
	assert_int_equal(target_cache_open(data, size, &cache), 0);
	assert_int_equal(target_cache_find(&cache, &machine, name, &entry), 0);
	snprintf(path, 256, "%s", entry.path);
	free(data);
}

static void test_every_format(void **state)
{
	static const char *const formats[] = { "new", "compat", "old" };
	char path[256], expected[256];

	(void)state;
	if (!has_ldconfig())
		return;
	build_library("lib", "libtgtone.so.1");
	build_library("lib", "libtgttwo.so.1.1");
	build_library("lib", "libtgttwo.so.3");
	build_library("lib", "libtgttwo.so.10");
	for (size_t i = 0; i < 3; i++) {
		write_cache(formats[i]);
		assert_true(compare_with_list(cache_path(formats[i])) >= 4);
		find_in(formats[i], "libtgtone", path);
		snprintf(expected, sizeof(expected), "%s/lib/libtgtone.so.1", folder);
		assert_string_equal(path, expected);
		find_in(formats[i], "libtgttwo", path);
		snprintf(expected, sizeof(expected), "%s/lib/libtgttwo.so.10", folder);
		assert_string_equal(path, expected);
		find_in(formats[i], "libtgttwo.so.1", path);
		snprintf(expected, sizeof(expected), "%s/lib/libtgttwo.so.1.1", folder);
		assert_string_equal(path, expected);
	}
}

/* Of the folders below glibc-hwcaps, the one that the loader takes; of unknown ones, none. */
static void test_hwcaps(void **state)
{
	static const char *const subs[] = { "lib", "lib/glibc-hwcaps/x86-64-v2",
					    "lib/glibc-hwcaps/x86-64-v3",
					    "lib/glibc-hwcaps/x86-64-v4",
					    "lib/glibc-hwcaps/unknown-v9" };
	char answer[256], path[256], expected[512];

	(void)state;
	if (!has_ldconfig())
		return;
	for (size_t i = 0; i < sizeof(subs) / sizeof(subs[0]); i++) {
		build_library(subs[i], "libtgtcaps.so.1");
		write_cache("new");
		ask_loader("libtgtcaps.so.1", answer);
		find_in("new", "libtgtcaps", path);
		snprintf(expected, sizeof(expected), "%s/%s/libtgtcaps.so.1", folder, answer);
		assert_string_equal(path, expected);
		write_cache("compat");
		find_in("compat", "libtgtcaps", path);
		assert_string_equal(path, expected);
	}
	print_message("the loader takes %s\n", answer);
}

static void use_all(const unsigned char *data, size_t size)
{
	struct target_machine machine = target_machine_here();
	struct target_cache_entry entry;
	struct target_cache cache;

	if (!target_cache_open(data, size, &cache))
		target_cache_find(&cache, &machine, "libtgtcaps", &entry);
}

/* Cut at every byte, and each byte turned over: neither may read beyond the end. */
static void test_broken_caches(void **state)
{
	static const char *const formats[] = { "new", "compat", "old" };

	(void)state;
	if (!has_ldconfig())
		return;
	for (size_t i = 0; i < 3; i++) {
		unsigned char *data;
		size_t size;

		write_cache(formats[i]);
		data = read_file(cache_path(formats[i]), &size);
		for (size_t at = 0; at < size && at < 2048; at++) {
			unsigned char *copy = malloc(at ? at : 1);

			assert_non_null(copy);
			memcpy(copy, data, at);
			use_all(copy, at);
			free(copy);
			data[at] ^= 0xff;
			use_all(data, size);
			data[at] ^= 0xff;
		}
		free(data);
	}
}

static void test_what_is_no_cache(void **state)
{
	static const char new_magic[64] = "glibc-ld.so.cache1.1";
	char bytes[64];
	struct target_cache cache;

	(void)state;
	assert_int_equal(target_cache_open("", 0, &cache), -EBADMSG);
	assert_int_equal(target_cache_open("hello", 5, &cache), -EBADMSG);
	assert_int_equal(target_cache_open(new_magic, 47, &cache), -EBADMSG);
	assert_int_equal(target_cache_open(new_magic, 48, &cache), 0);
	assert_int_equal(cache.count, 0);
	memcpy(bytes, new_magic, sizeof(bytes));
	bytes[20] = 1; /* one entry is 24 bytes, of which there are 16 */
	assert_int_equal(target_cache_open(bytes, 64, &cache), -EBADMSG);
	memcpy(bytes, new_magic, sizeof(bytes));
	bytes[28] = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 3 : 2;
	assert_int_equal(target_cache_open(bytes, 64, &cache), -EBADMSG);
}

static void test_fit(void **state)
{
	static const struct {
		const char *want, *name;
		enum target_fit fit;
	} cases[] = {
		{ "libc", "libc.so.6", TARGET_FIT_VERSION },
		{ "libc.so.6", "libc.so.6", TARGET_FIT_EXACT },
		{ "libc", "libc-2.31.so", TARGET_FIT_LOOSE },
		{ "libc", "libcrypt.so.1", TARGET_FIT_NONE },
		{ "libc", "libc", TARGET_FIT_EXACT },
		{ "libc", "ld-musl-x86_64.so.1", TARGET_FIT_LOOSE },
		{ "libc.so", "ld-musl-x86_64.so.1", TARGET_FIT_LOOSE },
		{ "libc", "libc.musl-x86_64.so.1", TARGET_FIT_LOOSE },
		{ "libcrypt", "ld-musl-x86_64.so.1", TARGET_FIT_NONE },
		{ "lib", "ld-musl-x86_64.so.1", TARGET_FIT_NONE },
		{ "libstdc++", "libstdc++.so.6", TARGET_FIT_VERSION },
		{ "libstdc++.so.6", "libstdc++.so.6.0.30", TARGET_FIT_VERSION },
		{ "libstdc++", "libstdc++.so.6.0.30-gdb.py", TARGET_FIT_NONE },
		{ "libssl.so.3", "libssl.so.30", TARGET_FIT_NONE },
		{ "libssl.so", "libssl.so.1.0.2k", TARGET_FIT_VERSION },
		{ "libssl", "libssl.so.debug", TARGET_FIT_NONE },
		{ "libssl", "libssl.so.", TARGET_FIT_NONE },
		{ "libpython3.11", "libpython3.11.so.1.0", TARGET_FIT_VERSION },
		{ "libpython3.1", "libpython3.11.so.1.0", TARGET_FIT_NONE },
		{ "libLLVM", "libLLVM-14.so.1", TARGET_FIT_LOOSE },
		{ "libLLVM-14", "libLLVM-14.so.1", TARGET_FIT_VERSION },
		{ "libgcc_s", "libgcc_s-12-20230607.so.1", TARGET_FIT_LOOSE },
		{ "libm", "libm-.so", TARGET_FIT_NONE },
		{ "libm", "libm-a.so", TARGET_FIT_NONE },
		{ "ld-linux-x86-64", "ld-linux-x86-64.so.2", TARGET_FIT_VERSION },
		{ "libsome.sound", "libsome.sound.so.1", TARGET_FIT_VERSION },
		{ "", "libc.so.6", TARGET_FIT_NONE },
		{ "libc", "", TARGET_FIT_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (target_name_fit(cases[i].want, cases[i].name) != cases[i].fit)
			fail_msg("%s and %s: %d, not %d", cases[i].want, cases[i].name,
				 (int)target_name_fit(cases[i].want, cases[i].name),
				 (int)cases[i].fit);
	}
	assert_int_equal(target_name_stem("libssl.so.3"), 6);
	assert_int_equal(target_name_stem("libssl"), 6);
	assert_int_equal(target_name_stem("a.sound.so"), 7);
	assert_string_equal(target_name_base("/usr/lib/x.so"), "x.so");
	assert_string_equal(target_name_base("x.so"), "x.so");
}

static void test_machine(void **state)
{
	static const char *const hwcaps[] = { "best", "good", NULL };
	struct target_machine machine = { .hwcaps = hwcaps, .elf_class = 2, .elf_machine = 62 };
	unsigned char head[64] = { 0x7f, 'E', 'L', 'F', 2 };

	(void)state;
	assert_int_equal(target_machine_level(&machine, ""), 0);
	assert_int_equal(target_machine_level(&machine, "good"), 1);
	assert_int_equal(target_machine_level(&machine, "best"), 2);
	assert_int_equal(target_machine_level(&machine, "other"), -1);
	memcpy(head + 18, &(uint16_t){ 62 }, 2);
	assert_true(target_machine_runs(&machine, head, 64));
	assert_false(target_machine_runs(&machine, head, 19));
	head[4] = 1;
	assert_false(target_machine_runs(&machine, head, 64));
	head[4] = 2;
	machine.elf_machine = 183;
	assert_false(target_machine_runs(&machine, head, 64));
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return run("rm -rf %s", folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_machine),
		cmocka_unit_test(test_what_is_no_cache),
		cmocka_unit_test(test_the_machines_own_cache),
		cmocka_unit_test(test_other_machines_are_left_out),
		cmocka_unit_test(test_every_format),
		cmocka_unit_test(test_hwcaps),
		cmocka_unit_test(test_broken_caches),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder) ? 1 : 0;
}
