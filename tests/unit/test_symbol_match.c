/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "elf_fixture.h"

#include <time.h>

#include "elf/names_internal.h"

#define VEC_DROP                                                                                   \
	"_ZN66_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..ops..drop..Drop$GT$4drop"             \
	"17h0123456789abcde1E"

/* Each is a function of two bytes in a program without a library. */
static const char *const functions[] = {
	"main",
	"memory",
	"memory_free",
	"mem",
	"with space", /* whatever an assembler lets through */
	"_ZN2ns1fEi",
	"_ZN2ns1fEPKc",
	"_ZN2ns1fEv.cold",
	"_ZN2ns1gIiEET_S1_",
	"_ZN2ns4listIiE4pushERKi",
	"_ZN2ns1hB5cxx11Ev",
	"_ZNK2ns1AltERKS0_",
	"_ZN2ns1AcviEv",
	"_ZN2ns1AC1Ev",
	"_ZN2ns1AD1Ev",
	"_ZN12_GLOBAL__N_15localEv",
	"_ZNSsC1Ev",
	"_ZNSo5writeEPKcl",
	"_ZN2nslsIiEERSoS1_RKT_",
	"_ZN2ns5innerEv.constprop.0",
	"_ZN2ns6promotEv.llvm.123",
	"_ZThn16_N2ns1B3runEv",
	"_ZZN2ns5outerEvENKUlvE_clEv",
	"_ZN2ns3fooENSt3mapIiSsSt4lessIiESaISt4pairIKiSsEEEE",
	"_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE",
	"_ZN4core3fmt5Write9write_fmt17h0123456789abcde0E",
	VEC_DROP,
	"_RNvNtCs4fqI2P2rA04_7mycrate3foo3bar",
	"_RINvNtCs4fqI2P2rA04_7mycrate3gen4takemE",
};

#define FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

static void build(const struct fixture *fixture)
{
	static char text[1 << 14];
	size_t size = 0;

	for (size_t i = 0; i < FUNCTIONS; i++)
		size += (size_t)
			sprintf(text + size,
				".globl \"%s\"\n.type \"%s\", %%function\n\"%s\": .byte 0, 1\n"
				".size \"%s\", 2\n",
				functions[i], functions[i], functions[i], functions[i]);
	/* The name of a constructor that is called for a whole object and for a base is one place. */
	strcpy(text + size, ".globl _ZN2ns1AC2Ev\n.set _ZN2ns1AC2Ev, _ZN2ns1AC1Ev\n"
			    ".type data_f, %object\ndata_f: .byte 1\n");
	fixture_write(fixture, "names.s", text);
	fixture_run(fixture, "$CC -nostdlib -static -Wl,-e,main -o names names.s");
}

struct found {
	char names[4096];
	size_t count;
	int stop_at;
};

static int take(void *ctx, const struct bpfhost_symbol *symbol)
{
	struct found *found = ctx;

	snprintf(found->names + strlen(found->names), 512, "%s%s%s%s", found->count ? " " : "",
		 symbol->name, symbol->version ? "@" : "", symbol->version ? symbol->version : "");
	found->count++;
	return found->stop_at && found->count == (size_t)found->stop_at ? -ECANCELED : 0;
}

static void expect(const struct bpfhost_symbols *symbols, const char *pattern, const char *names)
{
	struct found found = { 0 };
	int count = bpfhost_symbols_match(symbols, pattern, false, take, &found);

	if (strcmp(found.names, names))
		fail_msg("%s: got \"%s\", not \"%s\"", pattern, found.names, names);
	assert_int_equal(count, found.count);
}

static const char *const patterns[][2] = {
	{ "main", "main" },
	{ "mai", "" },
	{ "", "" },
	{ "data_f", "" },
	{ "mem*", "mem memory memory_free" },
	{ "mem?ry", "memory" },
	{ "*free", "memory_free" },
	{ "m*m*y*", "memory memory_free" },
	{ "_ZN2ns1fEi", "_ZN2ns1fEi" },
	{ "ns::f(int)", "_ZN2ns1fEi" },
	{ "ns::f(char const*)", "_ZN2ns1fEPKc" },
	{ "ns::f( char const * )", "_ZN2ns1fEPKc" },
	{ "ns::f(long)", "" },
	{ "ns::f", "_ZN2ns1fEPKc _ZN2ns1fEi" },
	{ "ns::f*", "_ZN2ns1fEPKc _ZN2ns1fEi _ZN2ns1fEv.cold "
		    "_ZN2ns3fooENSt3mapIiSsSt4lessIiESaISt4pairIKiSsEEEE" },
	{ "?s::f", "_ZN2ns1fEPKc _ZN2ns1fEi" },
	{ "*::f(int)", "_ZN2ns1fEi" },
	{ "f", "" },
	{ "ns::f() [clone .cold]", "_ZN2ns1fEv.cold" },
	{ "ns::inner", "" },
	{ "ns::inner*", "_ZN2ns5innerEv.constprop.0" },
	{ "ns::promot", "_ZN2ns6promotEv.llvm.123" },
	{ "ns::g", "_ZN2ns1gIiEET_S1_" },
	{ "ns::g<int>", "_ZN2ns1gIiEET_S1_" },
	{ "ns::g<long>", "" },
	{ "ns::g<int>(int)", "_ZN2ns1gIiEET_S1_" },
	{ "ns::g(int)", "_ZN2ns1gIiEET_S1_" },
	{ "int ns::g<int>(int)", "_ZN2ns1gIiEET_S1_" },
	{ "ns::list<int>::push", "_ZN2ns4listIiE4pushERKi" },
	{ "ns::list<*>::push", "_ZN2ns4listIiE4pushERKi" },
	{ "ns::list::push", "_ZN2ns4listIiE4pushERKi" },
	{ "ns::list::push(int const&)", "_ZN2ns4listIiE4pushERKi" },
	{ "ns::h", "_ZN2ns1hB5cxx11Ev" },
	{ "ns::h()", "_ZN2ns1hB5cxx11Ev" },
	{ "ns::h[abi:cxx11]()", "_ZN2ns1hB5cxx11Ev" },
	{ "ns::A::operator<", "_ZNK2ns1AltERKS0_" },
	{ "ns::A::operator <", "_ZNK2ns1AltERKS0_" },
	{ "ns::A::operator int", "_ZN2ns1AcviEv" },
	{ "ns::A::A", "_ZN2ns1AC1Ev" },
	{ "ns::A::A()", "_ZN2ns1AC1Ev" },
	{ "ns::A::~A", "_ZN2ns1AD1Ev" },
	{ "ns::operator<<", "_ZN2nslsIiEERSoS1_RKT_" },
	{ "(anonymous namespace)::local", "_ZN12_GLOBAL__N_15localEv" },
	{ "std::basic_string::basic_string", "_ZNSsC1Ev" },
	{ "std::*", "_ZNSo5writeEPKcl _ZNSsC1Ev" },
	{ "std::ostream::write", "_ZNSo5writeEPKcl" },
	{ "std::ost*::write", "_ZNSo5writeEPKcl" },
	{ "non-virtual thunk to ns::B::run()", "_ZThn16_N2ns1B3runEv" },
	{ "ns::B::run", "" },
	{ "ns::outer()::{lambda()#1}::operator()", "_ZZN2ns5outerEvENKUlvE_clEv" },
	{ "ns::foo(*std::string*)", "_ZN2ns3fooENSt3mapIiSsSt4lessIiESaISt4pairIKiSsEEEE" },
	{ "core::fmt::Write::write_fmt", "_ZN4core3fmt5Write9write_fmt17h0123456789abcde0E "
					 "_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE" },
	{ "core::fmt::Write::write_fmt::h0123456789abcde0",
	  "_ZN4core3fmt5Write9write_fmt17h0123456789abcde0E" },
	{ "core::fmt::Write::write_fmt::h0123456789abcd00", "" },
	{ "<alloc::vec::Vec<T> as core::ops::drop::Drop>::drop", VEC_DROP },
	{ "<alloc::vec::Vec<*>::drop", VEC_DROP },
	{ "mycrate::foo::bar", "_RNvNtCs4fqI2P2rA04_7mycrate3foo3bar" },
	{ "mycrate[317d481089b8c8fe]::foo::bar", "_RNvNtCs4fqI2P2rA04_7mycrate3foo3bar" },
	{ "mycrate::gen::take", "_RINvNtCs4fqI2P2rA04_7mycrate3gen4takemE" },
	{ "mycrate::gen::take::<u32>", "_RINvNtCs4fqI2P2rA04_7mycrate3gen4takemE" },
	{ "mycrate::*", "_RINvNtCs4fqI2P2rA04_7mycrate3gen4takemE "
			"_RNvNtCs4fqI2P2rA04_7mycrate3foo3bar" },
};

static void test_patterns(void **state)
{
	const struct fixture *fixture = *state;
	struct bpfhost_symbols *symbols;

	build(fixture);
	symbols = fixture_symbols(fixture, "names", NULL);
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		expect(symbols, patterns[i][0], patterns[i][1]);
	bpfhost_symbols_free(symbols);
}

static void test_all(void **state)
{
	const struct fixture *fixture = *state;
	struct found found = { .stop_at = 3 };
	struct bpfhost_symbols *symbols;

	build(fixture);
	symbols = fixture_symbols(fixture, "names", NULL);
	assert_int_equal(bpfhost_symbols_match(symbols, "*", false, take, &found), -ECANCELED);
	assert_int_equal(found.count, 3);
	found = (struct found){ 0 };
	assert_int_equal(bpfhost_symbols_match(symbols, "*", false, take, &found), FUNCTIONS);
	bpfhost_symbols_free(symbols);
}

static void test_versions(void **state)
{
	const struct fixture *fixture = *state;
	struct bpfhost_symbols *symbols;

	fixture_write(fixture, "versions.c",
		      "int f1(void) { return 1; }\nint f2(void) { return 2; }\n"
		      "int f3(void) { return 3; }\nint g1(void) { return 4; }\n"
		      "int g2(void) { return 5; }\n"
		      "__asm__(\".symver f1, f@V1\"); __asm__(\".symver f2, f@V2\");\n"
		      "__asm__(\".symver f3, f@@V3\"); __asm__(\".symver g1, g@V1\");\n"
		      "__asm__(\".symver g2, g@V2\");\n");
	fixture_write(
		fixture, "versions.map",
		"V1 { global: f; g; local: *; }; V2 { global: f; g; } V1; V3 { global: f; } V2;\n");
	fixture_run(fixture, "$CC -fPIC -shared -Wl,--version-script=versions.map -o versions.so "
			     "versions.c && strip versions.so");
	symbols = fixture_symbols(fixture, "versions.so", NULL);
	expect(symbols, "f", "f@V3");
	expect(symbols, "f@V1", "f@V1");
	expect(symbols, "f@V2", "f@V2");
	expect(symbols, "f@@V3", "f@V3");
	expect(symbols, "f@@V1", "");
	expect(symbols, "f@V*", "f@V1 f@V2 f@V3");
	expect(symbols, "f@V4", "");
	expect(symbols, "g", "g@V1 g@V2");
	expect(symbols, "?", "f@V3 g@V1 g@V2");
	expect(symbols, "*@V1", "f@V1 g@V1");
	bpfhost_symbols_free(symbols);
}

static void expect_nearest(const struct bpfhost_symbols *symbols, const char *pattern,
			   const char *first)
{
	const char *names[3];
	size_t count = bpfhost_symbols_nearest(symbols, pattern, names, 3);

	if (!first) {
		assert_int_equal(count, 0);
		return;
	}
	if (!count || strcmp(names[0], first))
		fail_msg("%s: %s is not nearest, but %s", pattern, first,
			 count ? names[0] : "none");
	assert_in_range(count, 1, 3);
}

static void test_nearest(void **state)
{
	const struct fixture *fixture = *state;
	struct bpfhost_symbols *symbols;
	const char *names[3];

	build(fixture);
	symbols = fixture_symbols(fixture, "names", NULL);
	expect_nearest(symbols, "mian", "main");
	expect_nearest(symbols, "memoryfree", "memory_free");
	expect_nearest(symbols, "memoryfree@V1", "memory_free");
	expect_nearest(symbols, "memo", "mem");
	expect_nearest(symbols, "MEMORY", "memory");
	expect_nearest(symbols, "ns::lists::push", "_ZN2ns4listIiE4pushERKi");
	expect_nearest(symbols, "push", "_ZN2ns4listIiE4pushERKi");
	expect_nearest(symbols, "list::push(int)", "_ZN2ns4listIiE4pushERKi");
	expect_nearest(symbols, "memory_", "memory");
	expect_nearest(symbols, "completely_else", NULL);
	expect_nearest(symbols, "", NULL);
	expect_nearest(symbols, "data_f", NULL);
	assert_int_equal(bpfhost_symbols_nearest(symbols, "mian", names, 0), 0);
	assert_int_equal(bpfhost_symbols_nearest(symbols, "memo", names, 3), 3);
	assert_string_equal(names[1], "memory");
	assert_string_equal(names[2], "memory_free");
	bpfhost_symbols_free(symbols);
}

/* Demangled as c++filt does, which shows no more than we with -i. */
static void compare_demangled(const struct fixture *fixture, const char *command)
{
	static char name[1 << 16], wanted[1 << 17];
	FILE *mangled, *demangled;
	char path[256];
	size_t count = 0;

	fixture_run(fixture, "(%s) >mangled && c++filt -i <mangled >demangled", command);
	mangled = fixture_ask(fixture, "cat mangled");
	snprintf(path, sizeof(path), "%s/demangled", fixture->folder);
	demangled = fopen(path, "r");
	assert_non_null(demangled);
	while (fgets(name, sizeof(name), mangled) && fgets(wanted, sizeof(wanted), demangled)) {
		char *got;

		name[strcspn(name, "\n")] = '\0';
		wanted[strcspn(wanted, "\n")] = '\0';
		got = bpfhost_demangle(name);
		assert_string_equal(got ? got : name, wanted);
		free(got);
		count++;
	}
	pclose(mangled);
	fclose(demangled);
	print_message("%zu names demangled\n", count);
	assert_true(count > 20);
}

static void test_demangle(void **state)
{
	const struct fixture *fixture = *state;

	build(fixture);
	compare_demangled(fixture, "nm names | awk 'NF == 3 { print $3 }'");
	compare_demangled(fixture, "nm -D --defined-only `$CC -print-file-name=libstdc++.so.6` | "
				   "awk 'NF == 3 { sub(/@.*/, \"\", $3); print $3 }'; "
				   "nm names | awk 'NF == 3 { print $3 }'");
	assert_null(bpfhost_demangle("main"));
	assert_null(bpfhost_demangle(""));
	assert_null(bpfhost_demangle("_Z"));
	assert_null(bpfhost_demangle("_ZN"));
	assert_null(bpfhost_demangle("_R"));
}

static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* f(pair<int, int>, pair<pair<int, int>, pair<int, int>>, ...): each has the one before it twice. */
static void double_cplus(char *name, int levels)
{
	char *at = stpcpy(name, "_Z1f4pairIiiE");

	for (int i = 0; i < levels; i++) {
		char digit = (char)(i < 10 ? '0' + i : 'A' + i - 10);

		at += sprintf(at, "S_IS%c_S%c_E", digit, digit);
	}
}

/* b::<(u32, u32), ((u32, u32), (u32, u32)), ...>, by places in the name. */
static void double_rust(char *name, int levels)
{
	char *at = stpcpy(name, "_RINvC1a1b"), *last = at;

	at = stpcpy(at, "TmmE");
	for (int i = 0; i < levels; i++) {
		size_t place = (size_t)(last - name) - 2 - 1;
		char text[3] = { digits[place / 62], digits[place % 62], '\0' };
		const char *number = place < 62 ? text + 1 : text;

		last = at;
		at += sprintf(at, "TB%s_B%s_E", number, number);
	}
	strcpy(at, "E");
}

/* Names that stand for gigabytes are given up at once, and those that only stand for much are not. */
static void test_demangle_bomb(void **state)
{
	void (*const makers[])(char *name, int levels) = { double_cplus, double_rust };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char name[1024], *text;
		clock_t start = clock();

		makers[i](name, 8);
		text = bpfhost_demangle(name);
		assert_non_null(text);
		assert_in_range(strlen(text), 1 << 10, 1 << 14);
		free(text);
		makers[i](name, 30);
		assert_null(bpfhost_demangle(name));
		assert_true(clock() - start < CLOCKS_PER_SEC);
	}
}

static void test_bare(void **state)
{
	static const char *const names[][2] = {
		{ "f", "f" },
		{ "a<b>::c<d<e> >", "a::c" },
		{ "operator<", "operator<" },
		{ "operator< <int>", "operator< " },
		{ "a::operator<<<int>", "a::operator<<" },
		{ "a<b>::operator->", "a::operator->" },
		{ "operator<=><int>", "operator<=>" },
		{ "operator()<int>", "operator()" },
		{ "a<(b)(1 > 2)>::c", "a::c" },
		{ "a<decltype(x->y)>::c", "a::c" },
		{ "f(a<b>)", "f(a<b>)" },
		{ "f[abi:x][abi:y]<int>", "f" },
		{ "<A<B> as C>::d::<e>", "<A<B> as C>::d" },
		{ "a<b", "a<b" },
		{ "a>b", "a>b" },
		{ "f(a", "f(a" },
		{ "my_operator<x>", "my_operator" },
		{ "operators<x>", "operators" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char name[64];

		strcpy(name, names[i][0]);
		names_make_bare(name);
		assert_string_equal(name, names[i][1]);
	}
}

static void test_glob(void **state)
{
	(void)state;
	assert_true(names_glob("", ""));
	assert_true(names_glob("*", ""));
	assert_true(names_glob("a*b*c", "aXbYbZc"));
	assert_true(names_glob("f(int, char*)", "f(int,char *)"));
	assert_true(names_glob("*x", "xxx"));
	assert_true(names_glob("operator[]", "operator[]"));
	assert_false(names_glob("operator[]", "operator["));
	assert_false(names_glob("a*b", "aXbY"));
	assert_false(names_glob("?", ""));
	assert_false(names_glob("a", "ab"));
	assert_false(names_glob("", "a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patterns), cmocka_unit_test(test_all),
		cmocka_unit_test(test_versions), cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_demangle), cmocka_unit_test(test_demangle_bomb),
		cmocka_unit_test(test_bare),     cmocka_unit_test(test_glob),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown) ? 1 : 0;
}
