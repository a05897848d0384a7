/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "elf_fixture.h"

#include <elf.h>

#include "elf/file_internal.h"

static const char program[] = "int counter = 3;\n"
			      "int zeroes[1000];\n"
			      "__attribute__((noinline)) int work(int x) { return x * counter; }\n"
			      "int main(int argc, char **argv)\n"
			      "{ (void)argv; return work(argc) + zeroes[argc]; }\n";

static void build(const struct fixture *fixture, const char *name, const char *options)
{
	fixture_write(fixture, "program.c", program);
	fixture_run(fixture, "$CC -O1 -Wl,--build-id %s -o %s program.c", options, name);
}

static void test_information(void **state)
{
	const struct fixture *fixture = *state;
	struct bpfhost_elf *elf;
	char wanted[256], got[2 * BPFHOST_BUILD_ID_MAX + 1] = "";
	FILE *output;

	build(fixture, "pie", "-pie -fPIE");
	build(fixture, "fixed", "-no-pie -fno-pie");
	elf = fixture_elf(fixture, "pie");
	assert_int_equal(bpfhost_elf_info(elf)->type, ET_DYN);
	assert_int_equal(bpfhost_elf_info(elf)->bits, sizeof(void *) * 8);
	assert_false(bpfhost_elf_info(elf)->is_go);
	for (size_t i = 0; i < bpfhost_elf_info(elf)->build_id_size; i++)
		sprintf(got + 2 * i, "%02x", bpfhost_elf_info(elf)->build_id[i]);
	output = fixture_ask(fixture, "readelf -n pie | sed -n 's/.*Build ID: //p'");
	assert_int_equal(fscanf(output, "%255s", wanted), 1);
	pclose(output);
	assert_string_equal(got, wanted);
	bpfhost_elf_close(elf);
	elf = fixture_elf(fixture, "fixed");
	assert_int_equal(bpfhost_elf_info(elf)->type, ET_EXEC);
	bpfhost_elf_close(elf);
}

/* A file without section headers still says its build-id in its segments. */
static void test_no_sections(void **state)
{
	const struct fixture *fixture = *state;
	struct bpfhost_elf_section section;
	struct bpfhost_elf *elf, *whole;
	struct bpfhost_elf_info info;
	Elf64_Ehdr head;
	size_t size;
	char *data;

	if (sizeof(void *) != 8)
		skip();
	build(fixture, "whole", "");
	whole = fixture_elf(fixture, "whole");
	info = *bpfhost_elf_info(whole);
	bpfhost_elf_close(whole);
	data = fixture_read(fixture, "whole", &size);
	memcpy(&head, data, sizeof(head));
	head.e_shoff = 0;
	head.e_shnum = 0;
	head.e_shstrndx = 0;
	memcpy(data, &head, sizeof(head));
	assert_int_equal(elf_file_open_memory(data, size, &elf, NULL), 0);
	assert_memory_equal(bpfhost_elf_info(elf), &info, sizeof(info));
	assert_int_equal(bpfhost_elf_section(elf, ".text", &section), -ENOENT);
	bpfhost_elf_close(elf);
	free(data);
}

/* Sections, addresses and offsets as readelf has them. */
static void test_sections(void **state)
{
	const struct fixture *fixture = *state;
	struct bpfhost_elf *elf;
	FILE *output;
	char name[64];
	unsigned long long address, offset, size;
	unsigned int seen = 0;

	build(fixture, "sections", "-no-pie");
	elf = fixture_elf(fixture, "sections");
	output = fixture_ask(fixture,
			     "readelf -SW sections | sed -n 's/^ *\\[ *[0-9]*\\] //p' | "
			     "awk '$2 == \"PROGBITS\" && $3 != 0 { print $1, $3, $4, $5 }'");
	while (fscanf(output, "%63s %llx %llx %llx", name, &address, &offset, &size) == 4) {
		struct bpfhost_elf_section section = { 0 };
		uint64_t found = 0;
		char *bytes = malloc(size);

		assert_non_null(bytes);
		assert_int_equal(bpfhost_elf_section(elf, name, &section), 0);
		assert_int_equal(section.address, address);
		assert_int_equal(section.offset, offset);
		assert_int_equal(section.size, size);
		assert_int_equal(bpfhost_elf_section_size(elf, name, &found), 0);
		assert_int_equal(found, size);
		assert_int_equal(bpfhost_elf_read(elf, offset, bytes, size), size);
		assert_memory_equal(bytes, section.data, size);
		assert_int_equal(bpfhost_elf_offset(elf, address, &found), 0);
		assert_int_equal(found, offset);
		assert_int_equal(bpfhost_elf_address(elf, offset, &found), 0);
		assert_int_equal(found, address);
		assert_int_equal(bpfhost_elf_is_code(elf, offset),
				 !strcmp(name, ".text") || strstr(name, "init") ||
					 strstr(name, "fini") || !strncmp(name, ".plt", 4));
		free(bytes);
		seen++;
	}
	pclose(output);
	assert_true(seen >= 5);
	bpfhost_elf_close(elf);
}

static void test_outside(void **state)
{
	const struct fixture *fixture = *state;
	struct bpfhost_elf_section section;
	struct bpfhost_elf *elf;
	uint64_t number;
	char byte;

	build(fixture, "outside", "-no-pie");
	elf = fixture_elf(fixture, "outside");
	assert_int_equal(bpfhost_elf_offset(elf, 0, &number), -ERANGE);
	assert_int_equal(bpfhost_elf_offset(elf, UINT64_MAX, &number), -ERANGE);
	assert_int_equal(bpfhost_elf_address(elf, UINT64_MAX, &number), -ERANGE);
	assert_false(bpfhost_elf_is_code(elf, UINT64_MAX));
	assert_int_equal(bpfhost_elf_read(elf, UINT64_MAX, &byte, 1), 0);
	assert_int_equal(bpfhost_elf_read(elf, 1 << 30, &byte, 1), 0);
	assert_int_equal(bpfhost_elf_section(elf, ".nothing", &section), -ENOENT);
	assert_int_equal(bpfhost_elf_section(elf, ".bss", &section), -ENOEXEC);
	assert_int_equal(bpfhost_elf_section_size(elf, ".nothing", &number), -ENOENT);
	assert_int_equal(bpfhost_elf_section_size(elf, ".bss", &number), 0);
	assert_int_equal(number, 0);
	bpfhost_elf_close(elf);
	bpfhost_elf_close(NULL);
}

static void expect_refused(const struct fixture *fixture, const char *name, int code,
			   const char *sentence)
{
	struct bpfhost_error err = { 0 };
	struct bpfhost_elf *elf = NULL;
	int fd = fixture_open(fixture, name);

	assert_int_equal(bpfhost_elf_open(fd, &elf, &err), code);
	assert_null(elf);
	assert_string_equal(err.text, sentence);
	close(fd);
}

static void test_refused(void **state)
{
	const struct fixture *fixture = *state;

	fixture_write(fixture, "text", "#!/bin/sh\n");
	fixture_write(fixture, "empty", "");
	fixture_run(fixture, "printf '\\177ELF\\2\\2\\1' >other; printf '\\177ELF\\9\\1' >neither");
	fixture_run(fixture, "printf '\\177ELF\\2\\1\\1' >short");
	expect_refused(fixture, "text", -ENOEXEC,
		       "it is a script; what runs, and can be probed, is its interpreter");
	expect_refused(fixture, "empty", -ENOEXEC, "it is not an ELF file");
	expect_refused(fixture, "other", -ENOEXEC, "it is an ELF file of the other byte order");
	expect_refused(fixture, "neither", -ENOEXEC, "it is an ELF file of neither 32 nor 64 bits");
	expect_refused(fixture, "short", -ENOEXEC, "its first bytes are damaged or cut off");
	expect_refused(fixture, "/dev/null", -EINVAL, "it is not a regular file");
	expect_refused(fixture, "/", -EINVAL, "it is not a regular file");
}

/* Whatever the compiler writes about a program, this becomes smaller. */
static void build_compressible(const struct fixture *fixture, const char *name)
{
	build(fixture, name, "");
	fixture_run(fixture, "seq 1000 >numbers && objcopy --add-section .debug_test=numbers %s",
		    name);
}

static void test_compressed(void **state)
{
	const struct fixture *fixture = *state;
	static const char *const ways[] = { "zlib-gabi", "zlib-gnu" };
	struct bpfhost_elf_section plain, packed;
	uint64_t most;
	struct bpfhost_elf *one, *other;

	build_compressible(fixture, "plain");
	one = fixture_elf(fixture, "plain");
	assert_int_equal(bpfhost_elf_section(one, ".debug_test", &plain), 0);
	for (size_t i = 0; i < 2; i++) {
		fixture_run(fixture, "objcopy --compress-debug-sections=%s plain packed", ways[i]);
		fixture_run(fixture, "readelf -SW packed | grep -qE '%s'",
			    i ? "\\.zdebug_test" : "\\.debug_test.* C  ");
		other = fixture_elf(fixture, "packed");
		assert_int_equal(bpfhost_elf_section(other, ".debug_test", &packed), 0);
		assert_int_equal(bpfhost_elf_section_size(other, ".debug_test", &most), 0);
		assert_true(most >= packed.size);
		assert_int_equal(packed.size, plain.size);
		assert_memory_equal(packed.data, plain.data, plain.size);
		bpfhost_elf_close(other);
	}
	bpfhost_elf_close(one);
}

/* What a compressed section promises is not believed. */
static void test_compressed_lies(void **state)
{
	struct elf_file_section *section;
	const struct fixture *fixture = *state;
	struct bpfhost_elf_section got;
	struct bpfhost_elf *elf;
	Elf64_Chdr head;
	size_t size;
	char *data;

	if (sizeof(void *) != 8)
		skip();
	build_compressible(fixture, "lies");
	fixture_run(fixture, "objcopy --compress-debug-sections=zlib-gabi lies");
	data = fixture_read(fixture, "lies", &size);
	assert_int_equal(elf_file_open_memory(data, size, &elf, NULL), 0);
	section = elf_file_find(elf, ".debug_test");
	memcpy(&head, data + section->offset, sizeof(head));
	head.ch_size = 1ULL << 40;
	memcpy(data + section->offset, &head, sizeof(head));
	assert_int_equal(bpfhost_elf_section(elf, ".debug_test", &got), -EFBIG);
	head.ch_size = 100 << 20;
	memcpy(data + section->offset, &head, sizeof(head));
	assert_int_equal(bpfhost_elf_section(elf, ".debug_test", &got), -ENOEXEC);
	head.ch_type = 77;
	memcpy(data + section->offset, &head, sizeof(head));
	assert_int_equal(bpfhost_elf_section(elf, ".debug_test", &got), -ENOEXEC);
	bpfhost_elf_close(elf);
	free(data);
}

static void test_go(void **state)
{
	const struct fixture *fixture = *state;
	static const char *const names[] = { ".go.buildinfo", ".gopclntab", ".note.go.buildid" };

	build(fixture, "go", "");
	for (size_t i = 0; i < 3; i++) {
		struct bpfhost_elf *elf;

		fixture_run(fixture, "objcopy --add-section %s=program.c go go%zu", names[i], i);
		elf = fixture_elf(fixture, i ? i == 1 ? "go1" : "go2" : "go0");
		assert_true(bpfhost_elf_info(elf)->is_go);
		bpfhost_elf_close(elf);
	}
}

/* As `make` made it in the folder, under this name. */
static bool is_unwound(const struct fixture *fixture, const char *name)
{
	struct bpfhost_elf *elf = fixture_elf(fixture, name);
	bool unwound = bpfhost_elf_returns(elf).is_unwound;

	bpfhost_elf_close(elf);
	return unwound;
}

static void test_coroutines(void **state)
{
	const struct fixture *fixture = *state;
	static const char *const names[] = { "switches", "switches-static", "switches-static-pie",
					     "own", "plain" };
	struct bpfhost_elf *elf;

	fixture_run(
		fixture,
		"echo '#include <ucontext.h>\nint main() { ucontext_t a, b; return swapcontext(&a, &b); "
		"}' >switches.c && echo 'int main() { return 0; }' >plain.c");
	fixture_run(
		fixture,
		"for s in '' -static -static-pie; do gcc $s -o switches$s switches.c || exit 1; "
		"done");
	fixture_run(fixture,
		    "echo 'void jump_fcontext(void) { } int main() { jump_fcontext(); }' >own.c "
		    "&& gcc -o own own.c");
	fixture_run(fixture, "gcc -o plain plain.c");
	for (int i = 0; i < 5; i++) {
		elf = fixture_elf(fixture, names[i]);
		assert_int_equal(bpfhost_elf_returns(elf).has_coroutines, i < 4);
		assert_false(bpfhost_elf_returns(elf).is_unwound);
		bpfhost_elf_close(elf);
	}
}

/* What defines them is no program that uses them. */
static void test_libc(void **state)
{
	struct bpfhost_elf *elf;
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512], path[256] = "";
	int fd;

	(void)state;
	assert_non_null(maps);
	while (!*path && fgets(line, sizeof(line), maps))
		if (strstr(line, "/libc.so.6"))
			assert_int_equal(sscanf(line, "%*s %*s %*s %*s %*s %255s", path), 1);
	fclose(maps);
	if (!*path)
		skip();
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(bpfhost_elf_open(fd, &elf, NULL), 0);
	close(fd);
	assert_false(bpfhost_elf_returns(elf).has_coroutines);
	assert_false(bpfhost_elf_returns(elf).is_unwound);
	bpfhost_elf_close(elf);
}

static void test_unwound(void **state)
{
	const struct fixture *fixture = *state;

	fixture_run(fixture,
		    "echo 'int f(int n) { return n; } int main() { return f(0); }' >plain.c");
	fixture_run(fixture,
		    "echo 'int f(int n) { if (n) throw n; return n; } int main() { return f(0); }' "
		    ">throws.cc");
	fixture_run(fixture,
		    "echo 'struct s { ~s(); }; void g(); void f() { s a; g(); }' >passes.cc");
	fixture_run(fixture, "gcc -o plain plain.c && gcc -static -o plain-static plain.c");
	fixture_run(fixture, "g++ -o throws throws.cc && g++ -static -o throws-static throws.cc");
	fixture_run(fixture,
		    "g++ -shared -fPIC -o passes.so passes.cc && strip -o throws-stripped throws");
	fixture_run(fixture, "g++ -fno-exceptions -shared -fPIC -o quiet.so passes.cc");
	fixture_run(fixture, "strip -o static-stripped throws-static");
	fixture_run(fixture,
		    "g++ -static-pie -o throws-pie throws.cc && gcc -static-pie -o plain-pie "
		    "plain.c && strip -o pie-stripped throws-pie");
	/* Its unwinder is its own, and it neither takes nor gives one. */
	fixture_run(fixture, "g++ -static-libgcc -static-libstdc++ -o throws-own throws.cc && "
			     "strip -o own-stripped throws-own");
	assert_false(is_unwound(fixture, "plain"));
	assert_false(is_unwound(fixture, "plain-static"));
	assert_false(is_unwound(fixture, "quiet.so"));
	assert_true(is_unwound(fixture, "throws"));
	assert_true(is_unwound(fixture, "throws-stripped"));
	assert_true(is_unwound(fixture, "throws-static"));
	assert_true(is_unwound(fixture, "passes.so"));
	assert_true(is_unwound(fixture, "static-stripped"));
	assert_false(is_unwound(fixture, "plain-pie"));
	assert_true(is_unwound(fixture, "throws-pie"));
	assert_true(is_unwound(fixture, "pie-stripped"));
	assert_true(is_unwound(fixture, "throws-own"));
	assert_true(is_unwound(fixture, "own-stripped"));
}

/* The readers meet a damaged file that lies in memory: they may say what they like, but end well. */
static void read_all(const char *data, size_t size)
{
	static const char *const names[] = { ".text", ".symtab", ".gnu_debuglink", ".dynamic",
					     ".debug_info" };
	struct bpfhost_symbols *symbols = NULL;
	struct bpfhost_elf *elf = NULL;

	if (elf_file_open_memory(data, size, &elf, NULL))
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct bpfhost_elf_section section;

		if (!bpfhost_elf_section(elf, names[i], &section))
			assert_int_equal(((const char *)section.data)[section.size], 0);
	}
	if (!bpfhost_symbols_read(elf, elf, &symbols, NULL))
		bpfhost_symbols_at(symbols, 0x1234);
	bpfhost_symbols_free(symbols);
	bpfhost_elf_close(elf);
}

static void test_cut_off(void **state)
{
	const struct fixture *fixture = *state;
	size_t size;
	char *data;

	build(fixture, "cut", "-g");
	data = fixture_read(fixture, "cut", &size);
	for (size_t percent = 0; percent <= 100; percent++) {
		char *exact = malloc(size * percent / 100 + 1);

		assert_non_null(exact);
		memcpy(exact, data, size * percent / 100);
		read_all(exact, size * percent / 100);
		free(exact);
	}
	free(data);
}

static void test_flipped(void **state)
{
	const struct fixture *fixture = *state;
	size_t size;
	char *data;

	build(fixture, "flipped", "");
	data = fixture_read(fixture, "flipped", &size);
	for (size_t i = 0; i < size; i += i < 1024 || i > size - 2048 ? 1 : 7) {
		data[i] ^= (char)(1 << i % 8);
		read_all(data, size);
		data[i] ^= (char)(1 << i % 8);
		data[i] = (char)~data[i];
		read_all(data, size);
		data[i] = (char)~data[i];
	}
	free(data);
}

/* A file that shrinks under our hands is damage, and no signal. */
static void test_shrinks(void **state)
{
	const struct fixture *fixture = *state;
	struct bpfhost_symbols *symbols = NULL;
	struct bpfhost_error err = { 0 };
	struct bpfhost_elf *elf;

	build(fixture, "shrinks", "");
	elf = fixture_elf(fixture, "shrinks");
	fixture_run(fixture, "truncate -s 100 shrinks");
	assert_int_equal(bpfhost_symbols_read(elf, NULL, &symbols, &err), -ENOEXEC);
	assert_string_equal(err.text, "the symbols in its .symtab are damaged or cut off");
	bpfhost_elf_close(elf);
}

static void test_narrow(void **state)
{
	const struct fixture *fixture = *state;
	struct bpfhost_elf_section section;
	struct bpfhost_symbols *symbols;
	const struct bpfhost_symbol *all;
	struct bpfhost_elf *elf;
	size_t count;

	fixture_write(fixture, "narrow.s",
		      ".globl first, second\n.type first, @function\n.type second, @function\n"
		      "first: nop\n ret\n.size first, . - first\n"
		      "second: ret\n.size second, . - second\n");
	if (fixture_try(fixture, "as --32 -o narrow.o narrow.s && "
				 "ld -m elf_i386 -e first -Ttext 0x8049000 -o narrow narrow.o"))
		skip(); /* binutils for another machine */
	elf = fixture_elf(fixture, "narrow");
	assert_int_equal(bpfhost_elf_info(elf)->bits, 32);
	assert_int_equal(bpfhost_elf_info(elf)->machine, EM_386);
	assert_int_equal(bpfhost_elf_section(elf, ".text", &section), 0);
	assert_int_equal(section.size, 3);
	assert_int_equal(section.address, 0x8049000);
	assert_true(bpfhost_elf_is_code(elf, section.offset));
	symbols = fixture_symbols(fixture, "narrow", NULL);
	all = bpfhost_symbols_all(symbols, &count);
	assert_int_equal(count, 2);
	assert_string_equal(all[0].name, "first");
	assert_int_equal(all[0].size, 2);
	assert_string_equal(all[1].name, "second");
	assert_int_equal(all[1].address, 0x8049002);
	assert_int_equal(all[1].offset, section.offset + 2);
	bpfhost_symbols_free(symbols);
	bpfhost_elf_close(elf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_information),
		cmocka_unit_test(test_no_sections),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_compressed_lies),
		cmocka_unit_test(test_go),
		cmocka_unit_test(test_unwound),
		cmocka_unit_test(test_coroutines),
		cmocka_unit_test(test_libc),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_shrinks),
		cmocka_unit_test(test_narrow),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown) ? 1 : 0;
}
