/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "elf_fixture.h"

#include <dlfcn.h>
#include <link.h>

static int take(void *ctx, const struct bpfhost_symbol *symbol)
{
	*(struct bpfhost_symbol *)ctx = *symbol;
	return 1;
}

/* The file in which a function of this process lies. */
static int open_object(void *function, struct link_map **ret_map)
{
	Dl_info info;
	int fd;

	assert_int_not_equal(dladdr1(function, &info, (void **)ret_map, RTLD_DL_LINKMAP), 0);
	fd = open(info.dli_fname, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static struct bpfhost_symbols *read_symbols(int fd, struct bpfhost_elf **ret_elf)
{
	struct bpfhost_symbols *symbols = NULL;

	assert_int_equal(bpfhost_elf_open(fd, ret_elf, NULL), 0);
	assert_int_equal(bpfhost_symbols_read(*ret_elf, NULL, &symbols, NULL), 0);
	return symbols;
}

/* Every IFUNC of libc is what dlsym says, or outside of libc. */
static void test_libc(void **state)
{
	void *libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
	const struct bpfhost_symbol *all;
	struct bpfhost_symbols *symbols;
	struct bpfhost_elf *elf;
	struct link_map *map;
	size_t count, known = 0;
	int fd;

	(void)state;
	if (!libc)
		skip();
	fd = open_object(dlsym(libc, "qsort"), &map);
	symbols = read_symbols(fd, &elf);
	all = bpfhost_symbols_all(symbols, &count);
	for (size_t i = 0; i < count; i++) {
		struct bpfhost_error err = { 0 };
		uint64_t offset = 0, address = 0;

		if (all[i].kind != BPFHOST_SYMBOL_IFUNC || !all[i].is_default)
			continue;
		if (bpfhost_ifunc_resolve(fd, &all[i], &offset, &err)) {
			assert_non_null(strstr(err.text, "lies outside of its file"));
			continue;
		}
		assert_true(bpfhost_elf_is_code(elf, offset));
		assert_int_equal(bpfhost_elf_address(elf, offset, &address), 0);
		assert_ptr_equal((char *)map->l_addr + address,
				 dlvsym(libc, all[i].name, all[i].version));
		known++;
	}
	print_message("%zu IFUNCs of libc\n", known);
	assert_true(known > 10);
	bpfhost_symbols_free(symbols);
	bpfhost_elf_close(elf);
	dlclose(libc);
	close(fd);
}

static const char library[] = "int one(void) { return 1; }\n"
			      "int two(void) { return 2; }\n"
			      "static int (*choose(void))(void) { return two; }\n"
			      "int number(void) __attribute__((ifunc(\"choose\")));\n"
			      "static int (*astray(void))(void) { return (int (*)(void))0x1000; }\n"
			      "int nowhere(void) __attribute__((ifunc(\"astray\")));\n";

static void expect_unknown(int fd, const struct bpfhost_symbol *symbol, const char *sentence)
{
	struct bpfhost_error err = { 0 };
	uint64_t offset = 77;

	assert_int_equal(bpfhost_ifunc_resolve(fd, symbol, &offset, &err), -ENOTSUP);
	assert_int_equal(offset, 77);
	assert_string_equal(err.text, sentence);
}

static void test_own_library(void **state)
{
	const struct fixture *fixture = *state;
	struct bpfhost_symbol number, nowhere, two;
	struct bpfhost_symbols *symbols;
	struct bpfhost_elf *elf;
	uint64_t offset = 0;
	char path[256];
	void *handle;
	int fd;

	fixture_write(fixture, "library.c", library);
	fixture_run(fixture, "$CC -fPIC -shared -Wl,--build-id -o library.so library.c");
	fd = fixture_open(fixture, "library.so");
	symbols = read_symbols(fd, &elf);
	assert_int_equal(bpfhost_symbols_match(symbols, "number", false, take, &number), 1);
	assert_int_equal(bpfhost_symbols_match(symbols, "nowhere", false, take, &nowhere), 1);
	assert_int_equal(bpfhost_symbols_match(symbols, "two", false, take, &two), 1);
	assert_int_equal(number.kind, BPFHOST_SYMBOL_IFUNC);
	expect_unknown(fd, &number,
		       "number is chosen at run time (IFUNC), and its file is not mapped into this "
		       "process, where that can be asked");
	snprintf(path, sizeof(path), "%s/library.so", fixture->folder);
	handle = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
	assert_non_null(handle);
	assert_int_equal(bpfhost_ifunc_resolve(fd, &number, &offset, NULL), 0);
	assert_int_equal(offset, two.offset);
	expect_unknown(fd, &nowhere,
		       "nowhere is chosen at run time (IFUNC), and what is called lies outside of "
		       "its file");
	/* What is no IFUNC is itself. */
	assert_int_equal(bpfhost_ifunc_resolve(fd, &two, &offset, NULL), 0);
	assert_int_equal(offset, two.offset);
	dlclose(handle);
	bpfhost_symbols_free(symbols);
	bpfhost_elf_close(elf);
	close(fd);
}

/* The file was replaced after it was mapped, or has nothing to know it by. */
static void test_other_build(void **state)
{
	const struct fixture *fixture = *state;
	struct bpfhost_symbol number;
	struct bpfhost_symbols *symbols;
	struct bpfhost_elf *elf;
	char path[256];
	void *handle;
	int fd;

	fixture_run(fixture, "$CC -fPIC -shared -Wl,--build-id=0x01 -o same.so library.c && "
			     "cp same.so mapped.so");
	snprintf(path, sizeof(path), "%s/same.so", fixture->folder);
	handle = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
	assert_non_null(handle);
	fixture_run(fixture, "$CC -fPIC -shared -Wl,--build-id=0x02 -o new.so library.c && "
			     "mv new.so same.so && "
			     "$CC -fPIC -shared -Wl,--build-id=none -o none.so library.c");
	fd = fixture_open(fixture, "same.so");
	symbols = read_symbols(fd, &elf);
	assert_int_equal(bpfhost_symbols_match(symbols, "number", false, take, &number), 1);
	expect_unknown(fd, &number,
		       "number is chosen at run time (IFUNC), and its file is not mapped into this "
		       "process, where that can be asked");
	close(fd);
	fd = fixture_open(fixture, "none.so");
	expect_unknown(fd, &number,
		       "number is chosen at run time (IFUNC), and its file has no build-id to know "
		       "it by");
	close(fd);
	dlclose(handle);
	bpfhost_symbols_free(symbols);
	bpfhost_elf_close(elf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_libc),
		cmocka_unit_test(test_own_library),
		cmocka_unit_test(test_other_build),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown) ? 1 : 0;
}
