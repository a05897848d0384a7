/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "elf_fixture.h"

#include <lzma.h>

/* A symbol as readelf tells it. */
struct told {
	char *name;
	char *version;
	uint64_t address;
};

struct told_list {
	struct told *all;
	size_t count;
};

static const char library[] =
	"__attribute__((noinline)) static int hidden(int x) { return x + 1; }\n"
	"int shown_old(int x) { return hidden(x); }\n"
	"int shown_new(int x) { return hidden(x) * 2; }\n"
	"__asm__(\".symver shown_old, shown@V1\");\n"
	"__asm__(\".symver shown_new, shown@@V2\");\n"
	"int plain(int x) { return x - 1; }\n"
	"int table[4] = { 1, 2, 3, 4 };\n"
	"char zeroes[64];\n"
	"__thread int own;\n"
	"static int one(void) { return 1; }\n"
	"static int (*choose(void))(void) { return one; }\n"
	"int chosen(void) __attribute__((ifunc(\"choose\")));\n";

static void build_library(const struct fixture *fixture, const char *options)
{
	fixture_write(fixture, "library.c", library);
	fixture_write(fixture, "library.map",
		      "V1 { global: shown; local: *; }; V2 { global: shown; plain; table; zeroes;"
		      " own; chosen; } V1;\n");
	fixture_run(fixture,
		    "$CC -O1 -fPIC -shared -Wl,--build-id -Wl,--version-script=library.map %s "
		    "-o library.so library.c",
		    options);
}

static int compare_text(const char *one, const char *other)
{
	if (!one || !other)
		return (one != NULL) - (other != NULL);
	return strcmp(one, other);
}

static int compare_told(const void *a, const void *b)
{
	const struct told *one = a, *other = b;
	int order = compare_text(one->name, other->name);

	if (!order)
		order = compare_text(one->version, other->version);
	return order ? order : (one->address > other->address) - (one->address < other->address);
}

/* What readelf says about functions and objects that are defined, sorted and without doubles. */
static struct told_list ask_readelf(const struct fixture *fixture, const char *files)
{
	FILE *output = fixture_ask(
		fixture,
		"for f in %s; do readelf -W --syms --dyn-syms $f; done | "
		"awk '$4 ~ /^(FUNC|IFUNC|OBJECT)$/ && $7 !~ /^(UND|ABS|COM)$/ && $8 != \"\" "
		"{ print $2, $8 }'",
		files);
	struct told_list list = { 0 };
	static char name[1 << 16];
	unsigned long long address;
	size_t kept = 0;

	while (fscanf(output, "%llx %65535s", &address, name) == 2) {
		char *at = strchr(name + 1, '@');

		list.all = realloc(list.all, (list.count + 1) * sizeof(*list.all));
		assert_non_null(list.all);
		if (at) {
			*at++ = '\0';
			at += *at == '@';
		}
		list.all[list.count++] =
			(struct told){ strdup(name), at ? strdup(at) : NULL, address };
	}
	pclose(output);
	qsort(list.all, list.count, sizeof(*list.all), compare_told);
	for (size_t i = 0; i < list.count; i++) {
		if (kept && !compare_told(&list.all[kept - 1], &list.all[i])) {
			free(list.all[i].name);
			free(list.all[i].version);
		} else {
			list.all[kept++] = list.all[i];
		}
	}
	list.count = kept;
	return list;
}

static void free_told(struct told_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->all[i].name);
		free(list->all[i].version);
	}
	free(list->all);
}

static void check_offset(const struct bpfhost_elf *elf, const struct bpfhost_symbol *symbol)
{
	uint64_t offset;

	if (bpfhost_elf_offset(elf, symbol->address, &offset))
		offset = BPFHOST_SYMBOL_NO_OFFSET;
	assert_int_equal(symbol->offset, offset);
}

/* All symbols of both files are those of readelf, in order. How many there are. */
static size_t compare(const struct fixture *fixture, const char *name, const char *debug)
{
	char files[1024];
	struct bpfhost_symbols *symbols = fixture_symbols(fixture, name, debug);
	struct bpfhost_elf *elf = fixture_elf(fixture, name);
	const struct bpfhost_symbol *all;
	struct told_list told;
	size_t count;

	snprintf(files, sizeof(files), "%s %s", name, debug ? debug : "");
	told = ask_readelf(fixture, files);
	all = bpfhost_symbols_all(symbols, &count);
	for (size_t i = 0; i < count && i < told.count; i++) {
		assert_string_equal(all[i].name, told.all[i].name);
		assert_int_equal(compare_text(all[i].version, told.all[i].version), 0);
		assert_int_equal(all[i].address, told.all[i].address);
		check_offset(elf, &all[i]);
	}
	assert_int_equal(count, told.count);
	bpfhost_symbols_free(symbols);
	bpfhost_elf_close(elf);
	free_told(&told);
	return count;
}

static void test_as_readelf(void **state)
{
	const struct fixture *fixture = *state;

	fixture_write(fixture, "main.c",
		      "#include <stdio.h>\n#include <string.h>\n"
		      "int main(int c, char **v) { printf(\"%s\", v[c - 1]);"
		      " return !memchr(*v, 0, 9); }\n");
	fixture_run(fixture, "$CC -o pie main.c && $CC -no-pie -o fixed main.c");
	assert_in_range(compare(fixture, "pie", NULL), 5, 100);
	assert_in_range(compare(fixture, "fixed", NULL), 5, 100);
	build_library(fixture, "");
	assert_in_range(compare(fixture, "library.so", NULL), 10, 100);
	if (!fixture_try(fixture, "$CC -static -o static main.c 2>static.log"))
		assert_in_range(compare(fixture, "static", NULL), 1000, 100000);
}

static void test_as_readelf_on_libraries(void **state)
{
	const struct fixture *fixture = *state;
	static const char *const names[] = { "libc.so.6", "libstdc++.so.6" };

	for (size_t i = 0; i < 2; i++) {
		FILE *output = fixture_ask(fixture, "$CC -print-file-name=%s", names[i]);
		char path[512];
		size_t count;

		assert_int_equal(fscanf(output, "%511s", path), 1);
		pclose(output);
		if (*path != '/') {
			print_message("no %s here\n", names[i]);
			continue;
		}
		count = compare(fixture, path, NULL);
		print_message("%s: %zu symbols\n", path, count);
		assert_true(count > 1000);
	}
}

static const struct bpfhost_symbol *find(const struct bpfhost_symbols *symbols, const char *name,
					 const char *version)
{
	size_t count;
	const struct bpfhost_symbol *all = bpfhost_symbols_all(symbols, &count);

	for (size_t i = 0; i < count; i++) {
		if (!strcmp(all[i].name, name) && !compare_text(all[i].version, version))
			return &all[i];
	}
	return NULL;
}

static void test_kinds(void **state)
{
	const struct fixture *fixture = *state;
	struct bpfhost_symbols *symbols;
	const struct bpfhost_symbol *symbol;

	build_library(fixture, "");
	symbols = fixture_symbols(fixture, "library.so", NULL);
	symbol = find(symbols, "shown", "V1");
	assert_non_null(symbol);
	assert_false(symbol->is_default);
	assert_int_equal(symbol->kind, BPFHOST_SYMBOL_FUNCTION);
	symbol = find(symbols, "shown", "V2");
	assert_non_null(symbol);
	assert_true(symbol->is_default);
	assert_false(symbol->is_local);
	symbol = find(symbols, "chosen", "V2");
	assert_non_null(symbol);
	assert_int_equal(symbol->kind, BPFHOST_SYMBOL_IFUNC);
	symbol = find(symbols, "hidden", NULL);
	assert_non_null(symbol);
	assert_true(symbol->is_local);
	assert_int_equal(symbol->source, BPFHOST_SYMBOLS_SYMTAB);
	symbol = bpfhost_symbols_object(symbols, "table");
	assert_non_null(symbol);
	assert_int_equal(symbol->size, 16);
	assert_int_equal(symbol->kind, BPFHOST_SYMBOL_OBJECT);
	symbol = bpfhost_symbols_object(symbols, "zeroes");
	assert_non_null(symbol);
	assert_int_equal(symbol->offset, BPFHOST_SYMBOL_NO_OFFSET);
	assert_null(bpfhost_symbols_object(symbols, "plain"));
	assert_null(bpfhost_symbols_object(symbols, "own")); /* a thread's: has no address */
	assert_null(bpfhost_symbols_object(symbols, "tabl"));
	bpfhost_symbols_free(symbols);
}

static void test_at(void **state)
{
	const struct fixture *fixture = *state;
	struct bpfhost_symbols *symbols;
	const struct bpfhost_symbol *symbol;

	build_library(fixture, "");
	symbols = fixture_symbols(fixture, "library.so", NULL);
	symbol = find(symbols, "plain", "V2");
	assert_non_null(symbol);
	assert_true(symbol->size > 1);
	assert_string_equal(bpfhost_symbols_at(symbols, symbol->address)->name, "plain");
	assert_string_equal(bpfhost_symbols_at(symbols, symbol->address + symbol->size - 1)->name,
			    "plain");
	symbol = find(symbols, "table", "V2");
	assert_string_equal(bpfhost_symbols_at(symbols, symbol->address + 15)->name, "table");
	assert_null(bpfhost_symbols_at(symbols, 0));
	assert_null(bpfhost_symbols_at(symbols, UINT64_MAX));
	bpfhost_symbols_free(symbols);
}

static void split_debug(const struct fixture *fixture)
{
	fixture_run(fixture, "objcopy --only-keep-debug library.so library.debug && "
			     "strip -o bare.so library.so");
}

static void test_debug_file(void **state)
{
	const struct fixture *fixture = *state;
	struct bpfhost_symbols *symbols;
	const struct bpfhost_symbol *symbol;

	build_library(fixture, "-g");
	split_debug(fixture);
	symbols = fixture_symbols(fixture, "bare.so", NULL);
	assert_null(find(symbols, "hidden", NULL));
	bpfhost_symbols_free(symbols);
	symbols = fixture_symbols(fixture, "bare.so", "library.debug");
	symbol = find(symbols, "hidden", NULL);
	assert_non_null(symbol);
	assert_int_equal(symbol->source, BPFHOST_SYMBOLS_DEBUG);
	assert_int_not_equal(symbol->offset, BPFHOST_SYMBOL_NO_OFFSET);
	symbol = find(symbols, "shown", "V1");
	assert_non_null(symbol);
	assert_int_equal(symbol->source, BPFHOST_SYMBOLS_DYNSYM);
	bpfhost_symbols_free(symbols);
	compare(fixture, "bare.so", "library.debug");
}

/* The name of a symbol in its table is cut, and others that share its end must not suffer. */
static void test_shared_ends(void **state)
{
	const struct fixture *fixture = *state;
	struct bpfhost_symbols *symbols;

	fixture_write(fixture, "ends.s",
		      ".globl main\n.type main, @function\nmain: ret\n"
		      ".type xab, @function\n\"xab@V9\": ret\n.type \"xab@V9\", @function\n"
		      "\"ab@V9\": ret\n.type \"ab@V9\", @function\n"
		      "\"b@@V9\": ret\n.type \"b@@V9\", @function\n"
		      "\"yb@@V9\": ret\n.type \"yb@@V9\", @function\n");
	if (fixture_try(fixture, "$CC -nostdlib -static -Wl,-e,main -o ends ends.s 2>ends.log"))
		skip(); /* an assembler that takes versions itself */
	symbols = fixture_symbols(fixture, "ends", NULL);
	assert_non_null(find(symbols, "xab", "V9"));
	assert_non_null(find(symbols, "ab", "V9"));
	assert_non_null(find(symbols, "b", "V9"));
	assert_non_null(find(symbols, "yb", "V9"));
	assert_true(find(symbols, "yb", "V9")->is_default);
	assert_false(find(symbols, "ab", "V9")->is_default);
	bpfhost_symbols_free(symbols);
}

static void pack(const struct fixture *fixture, const char *from, const char *to)
{
	size_t size, packed_size = 0, capacity;
	char *data = fixture_read(fixture, from, &size), path[256];
	uint8_t *packed;
	FILE *file;

	capacity = lzma_stream_buffer_bound(size);
	packed = malloc(capacity);
	assert_non_null(packed);
	assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, NULL, (uint8_t *)data, size,
						 packed, &packed_size, capacity),
			 LZMA_OK);
	snprintf(path, sizeof(path), "%s/%s", fixture->folder, to);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(packed, 1, packed_size, file), packed_size);
	fclose(file);
	free(packed);
	free(data);
}

static void test_debugdata(void **state)
{
	const struct fixture *fixture = *state;
	struct bpfhost_symbols *symbols;
	const struct bpfhost_symbol *symbol;

	build_library(fixture, "");
	split_debug(fixture);
	pack(fixture, "library.debug", "packed.xz");
	fixture_run(fixture, "objcopy --add-section .gnu_debugdata=packed.xz bare.so mini.so");
	symbols = fixture_symbols(fixture, "mini.so", NULL);
	symbol = find(symbols, "hidden", NULL);
	assert_non_null(symbol);
	assert_int_equal(symbol->source, BPFHOST_SYMBOLS_DEBUGDATA);
	bpfhost_symbols_free(symbols);
}

/* Its own symbols are there all the same. */
static void expect_left_out(const struct fixture *fixture, const char *name, const char *debug_name,
			    const char *sentence)
{
	struct bpfhost_elf *elf = fixture_elf(fixture, name);
	struct bpfhost_elf *debug = debug_name ? fixture_elf(fixture, debug_name) : NULL;
	struct bpfhost_symbols *symbols = NULL;
	struct bpfhost_error err = { 0 };

	assert_int_equal(bpfhost_symbols_read(elf, debug, &symbols, &err), 0);
	assert_string_equal(err.text, sentence);
	assert_non_null(find(symbols, "plain", "V2"));
	bpfhost_symbols_free(symbols);
	bpfhost_elf_close(debug);
	bpfhost_elf_close(elf);
}

static void test_debugdata_damaged(void **state)
{
	const struct fixture *fixture = *state;
	const char *damaged = "the symbols in its .gnu_debugdata are damaged or cut off";

	build_library(fixture, "");
	split_debug(fixture);
	fixture_write(fixture, "noise", "no xz file at all");
	fixture_run(fixture, "objcopy --add-section .gnu_debugdata=noise bare.so mini.so");
	expect_left_out(fixture, "mini.so", NULL, damaged);
	pack(fixture, "library.debug", "packed.xz");
	fixture_run(fixture, "head -c 500 packed.xz >cut.xz && "
			     "objcopy --add-section .gnu_debugdata=cut.xz bare.so mini.so");
	expect_left_out(fixture, "mini.so", NULL, damaged);
	/* Some kilobytes that become more than is taken. */
	fixture_run(fixture, "truncate -s 130M zeroes");
	pack(fixture, "zeroes", "bomb.xz");
	fixture_run(fixture, "objcopy --add-section .gnu_debugdata=bomb.xz bare.so mini.so");
	expect_left_out(fixture, "mini.so", NULL,
			"there are more symbols in its .gnu_debugdata than are read");
	fixture_damage(fixture, "library.debug");
	expect_left_out(fixture, "bare.so", "library.debug",
			"the symbols in its debug file are damaged or cut off");
	pack(fixture, "library.debug", "packed.xz");
	fixture_run(fixture, "objcopy --add-section .gnu_debugdata=packed.xz bare.so mini.so");
	expect_left_out(fixture, "mini.so", NULL, damaged);
}

static void test_nothing(void **state)
{
	const struct fixture *fixture = *state;
	struct bpfhost_symbols *symbols;
	const char *name;
	size_t count;

	fixture_write(fixture, "nothing.s", ".globl main\n.type main, @function\nmain: ret\n");
	fixture_run(fixture, "$CC -nostdlib -static -Wl,-e,main -s -o nothing nothing.s");
	symbols = fixture_symbols(fixture, "nothing", NULL);
	bpfhost_symbols_all(symbols, &count);
	assert_int_equal(count, 0);
	assert_null(bpfhost_symbols_at(symbols, 1));
	assert_null(bpfhost_symbols_object(symbols, "x"));
	assert_int_equal(bpfhost_symbols_match(symbols, "*", false, NULL, NULL), 0);
	assert_int_equal(bpfhost_symbols_nearest(symbols, "main", &name, 1), 0);
	bpfhost_symbols_free(symbols);
	bpfhost_symbols_free(NULL);
}

/* The public struct is what each symbol costs. */
static void test_small(void **state)
{
	(void)state;
	assert_in_range(sizeof(struct bpfhost_symbol), 1, 48);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_readelf), cmocka_unit_test(test_as_readelf_on_libraries),
		cmocka_unit_test(test_kinds),      cmocka_unit_test(test_at),
		cmocka_unit_test(test_debug_file), cmocka_unit_test(test_shared_ends),
		cmocka_unit_test(test_debugdata),  cmocka_unit_test(test_debugdata_damaged),
		cmocka_unit_test(test_nothing),    cmocka_unit_test(test_small),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown) ? 1 : 0;
}
