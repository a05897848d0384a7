/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "elf_fixture.h"

#include <elf.h>
#include <inttypes.h>

#define NONE -EILSEQ
#define CUT  -ENODATA

/* From the manuals of the processors, one or more for each kind of opcode. */
static const struct {
	const char *code; /* in hexadecimal digits */
	int length;
} x86[] = {
	{ "90", 1 },
	{ "4889e5", 3 },
	{ "0fa2", 2 },
	{ "c3", 1 },
	/* ModRM, SIB and distances. */
	{ "8b00", 2 },
	{ "8b4500", 3 },
	{ "8b0424", 3 },
	{ "8b442408", 4 },
	{ "8b042500000000", 7 },
	{ "8b0500000000", 6 },
	{ "8b8000000000", 6 },
	{ "8b842400000000", 7 },
	{ "678b00", 3 },
	{ "64488b042528000000", 9 },
	/* Values of all sizes. */
	{ "0401", 2 },
	{ "0501000000", 5 },
	{ "66050100", 4 },
	{ "480501000000", 6 },
	{ "66480501000000", 7 },
	{ "6a01", 2 },
	{ "6801000000", 5 },
	{ "66680100", 4 },
	{ "69c001000000", 6 },
	{ "6669c00100", 5 },
	{ "6bc001", 3 },
	{ "83c001", 3 },
	{ "81c001000000", 6 },
	{ "8144240401000000", 8 },
	{ "b001", 2 },
	{ "b801000000", 5 },
	{ "66b80100", 4 },
	{ "48b80100000000000000", 10 },
	{ "6648b80100000000000000", 11 },
	{ "c20800", 3 },
	{ "c8080001", 4 },
	{ "cd80", 2 },
	{ "a00000000000000000", 9 },
	{ "67a000000000", 6 },
	{ "48a10000000000000000", 10 },
	{ "c70001000000", 6 },
	{ "c7f801000000", 6 }, /* xbegin */
	{ "c6f801", 3 },       /* xabort */
	{ "c70801000000", NONE },
	/* test takes a value, its neighbours do not. */
	{ "f6c001", 3 },
	{ "f6c801", 3 },
	{ "f6d0", 2 },
	{ "f7c001000000", 6 },
	{ "66f7c00100", 5 },
	{ "48f7c001000000", 7 },
	{ "f7d8", 2 },
	/* Branches. */
	{ "7500", 2 },
	{ "e300", 2 },
	{ "e800000000", 5 },
	{ "e900000000", 5 },
	{ "eb00", 2 },
	{ "0f8400000000", 6 },
	{ "f2e900000000", 6 },
	{ "666648e800000000", 8 }, /* how thread-local storage is asked for */
	{ "66e800000000", NONE },
	{ "ffe0", 2 },
	{ "fff8", NONE },
	{ "fec0", 2 },
	{ "fed0", NONE },
	{ "8fc0", 2 },
	{ "8fe0", NONE },
	/* Behind 0f, 0f 38 and 0f 3a. */
	{ "0f05", 2 },
	{ "0f0b", 2 },
	{ "0f1f840000000000", 8 },
	{ "662e0f1f840000000000", 10 },
	{ "0f70c001", 4 },
	{ "0fa4c001", 4 },
	{ "0fa5c0", 3 },
	{ "0fbae001", 4 },
	{ "0fc6c001", 4 },
	{ "0fc8", 2 },
	{ "0f77", 2 },
	{ "0f3800c0", 4 },
	{ "660f3a0fc001", 6 },
	{ "f30f1efa", 4 },
	{ "0f0fc0b4", 4 },     /* 3DNow */
	{ "660f78c00102", 6 }, /* extrq */
	{ "f20f78c00102", 6 }, /* insertq */
	{ "0f78c0", 3 },       /* vmread */
	{ "0f04", NONE },
	{ "0f7a", NONE },
	/* VEX, EVEX and XOP. */
	{ "c5f877", 3 },
	{ "c5f96ec6", 4 },
	{ "c5f1c6c001", 5 },
	{ "c5f172f003", 5 },
	{ "c5f8904c24fe", 6 },
	{ "c4e27978c6", 5 },
	{ "c4e3790fc001", 6 },
	{ "c4e17a6f06", 5 },
	{ "c4e07a6f06", NONE },
	{ "66c5f877", NONE },
	{ "48c5f877", NONE },
	{ "62e27d287ac6", 6 },
	{ "62f17c486f4601", 7 },
	{ "62f37d480fc001", 7 },
	{ "62f57c4858c0", 6 }, /* FP16 */
	{ "62f17f087bc8", 6 }, /* vcvtusi2sd */
	{ "62f17f487ac1", 6 }, /* vcvtudq2ps */
	{ "c5ff7bc8", NONE },
	{ "62f47c4858c0", NONE },
	{ "62f178486f06", NONE },
	{ "8fe97880c1", 5 },
	{ "8fe878c0c001", 6 },
	{ "8fea7810c001000000", 9 },
	{ "8feb7810c0", NONE },
	/* None in 64-bit mode. */
	{ "06", NONE },
	{ "d510b8", NONE },
	{ "4048b8", NONE },
	{ "ea", NONE },
	/* 15 bytes, and one more. */
	{ "6666666666662e0f1f840000000000", 15 },
	{ "666666666666662e0f1f840000000000", NONE },
	{ "666666666666666666666666666666", NONE },
	/* Cut off. */
	{ "", CUT },
	{ "66", CUT },
	{ "48", CUT },
	{ "0f", CUT },
	{ "0f38", CUT },
	{ "8b", CUT },
	{ "8b04", CUT },
	{ "8b4424", CUT },
	{ "e8000000", CUT },
	{ "f7c0", CUT },
	{ "c4", CUT },
	{ "c4e1", CUT },
	{ "c4e17a", CUT },
	{ "c5", CUT },
	{ "62e2", CUT },
	{ "62e27d28", CUT },
	{ "8fe8", CUT },
};

/* The bytes lie at the end of their memory, so that a sanitizer sees what reads past them. */
static size_t take_code(const char *digits, uint8_t **ret_code)
{
	size_t size = strlen(digits) / 2;

	*ret_code = malloc(size ? size : 1);
	assert_non_null(*ret_code);
	for (size_t i = 0; i < size; i++)
		sscanf(digits + 2 * i, "%2hhx", &(*ret_code)[i]);
	return size;
}

static int length_of(const char *digits)
{
	uint8_t *code;
	size_t size = take_code(digits, &code);
	int length = bpfhost_instruction_length(EM_X86_64, code, size);

	free(code);
	return length;
}

static void test_x86(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(x86) / sizeof(x86[0]); i++)
		if (length_of(x86[i].code) != x86[i].length)
			fail_msg("%s: %d", x86[i].code, length_of(x86[i].code));
}

static void test_other_machines(void **state)
{
	(void)state;
	assert_int_equal(bpfhost_instruction_length(EM_AARCH64, "\0\0\0\0\0", 5), 4);
	assert_int_equal(bpfhost_instruction_length(EM_AARCH64, "\0\0\0", 3), -ENODATA);
	assert_int_equal(bpfhost_instruction_length(EM_386, "\x90", 1), -ENOTSUP);
}

/* ---- where in a function ---------------------------------------------------------------------------- */

/* The instruction that holds a byte: its begin, or -errno. */
static int begin_of(uint16_t machine, const char *digits, size_t at)
{
	struct bpfhost_instruction_span span = { 0 };
	uint8_t *code;
	size_t size = take_code(digits, &code);
	int ret = bpfhost_instruction_at(machine, code, size, at, &span);

	if (!ret)
		assert_int_equal(bpfhost_instruction_length(machine, code + span.begin,
							    size - span.begin),
				 span.length);
	free(code);
	return ret ? ret : (int)span.begin;
}

static void test_at(void **state)
{
	static const char code[] = "554889e5b80100000089c35dc3"; /* 1, 3, 5, 2, 1 and 1 bytes */
	static const int begins[] = { 0, 1, 1, 1, 4, 4, 4, 4, 4, 9, 9, 11, 12, -ENODATA };

	(void)state;
	for (size_t at = 0; at < sizeof(begins) / sizeof(begins[0]); at++)
		assert_int_equal(begin_of(EM_X86_64, code, at), begins[at]);
	assert_int_equal(begin_of(EM_AARCH64, code, 4), 4);
	assert_int_equal(begin_of(EM_AARCH64, code, 7), 4);
	assert_int_equal(begin_of(EM_AARCH64, code, 12), -ENODATA);
	assert_int_equal(begin_of(EM_386, code, 4), -ENOTSUP);
	assert_int_equal(begin_of(EM_X86_64, "", 0), -ENODATA);
}

/* What lies behind data is not known; what lies before is. */
static void test_at_among_data(void **state)
{
	/* jmp over a byte that would be a call's; nop; nop; nop; nop; ret */
	static const char hidden[] = "eb01e890909090c3";
	/* nop; jmp over 06; mov %esp,%ebp; ret */
	static const char none[] = "90eb010689e5c3";
	/* The same over zeros. */
	static const char zeros[] = "90eb02000089e5c3";

	(void)state;
	assert_int_equal(begin_of(EM_X86_64, hidden, 1), -EILSEQ);
	assert_int_equal(begin_of(EM_X86_64, hidden, 4), -EILSEQ);
	assert_int_equal(begin_of(EM_X86_64, hidden, 7), 7);
	assert_int_equal(begin_of(EM_X86_64, none, 2), 1);
	assert_int_equal(begin_of(EM_X86_64, none, 4), -EILSEQ);
	assert_int_equal(begin_of(EM_X86_64, none, 5), -EILSEQ);
	assert_int_equal(begin_of(EM_X86_64, zeros, 2), 1);
	assert_int_equal(begin_of(EM_X86_64, zeros, 5), -EILSEQ);
}

/* je over the prefix; lock cmpxchg %edx,(%rdi); ret: a breakpoint behind the prefix would be locked. */
static void test_at_behind_a_lock(void **state)
{
	static const char code[] = "7401f00fb117c3";

	(void)state;
	assert_int_equal(begin_of(EM_X86_64, code, 2), 2);
	assert_int_equal(begin_of(EM_X86_64, code, 3), 2);
	assert_int_equal(begin_of(EM_X86_64, code, 4), 2);
	/* Over a rex prefix jumps nobody. */
	assert_int_equal(begin_of(EM_X86_64, "74014889e5c3", 3), -EILSEQ);
}

static void test_jump(void **state)
{
	static const struct {
		const char *code;
		size_t length;
		int32_t distance;
	} jumps[] = {
		{ "7405", 2, 5 },          { "ebfe", 2, -2 },
		{ "e2fb", 2, -5 },         { "e904030201", 5, 0x01020304 },
		{ "0f85fcffffff", 6, -4 }, { "e800000000", 0, 0 },
		{ "0f1f00", 0, 0 },        { "74", 0, 0 },
		{ "0f85fcffff", 0, 0 },    { "", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
		int32_t distance = 0;
		uint8_t *code;
		size_t size = take_code(jumps[i].code, &code);

		assert_int_equal(bpfhost_instruction_jump(code, size, &distance), jumps[i].length);
		assert_int_equal(distance, jumps[i].distance);
		free(code);
	}
}

static void need_x86(const struct fixture *fixture)
{
	if (sizeof(void *) != 8 || fixture_try(fixture, "uname -m | grep -q x86_64")) {
		print_message("skipped: needs x86-64\n");
		skip();
	}
}

/* ---- against what the compiler says -------------------------------------------------------------------- */

/* Unwinding information tells of addresses at which instructions begin. */
struct rows {
	struct bpfhost_elf *elf;
	struct bpfhost_symbols *symbols;
	unsigned int right, unknown;
};

static void check_row(struct rows *rows, uint64_t address)
{
	const struct bpfhost_symbol *symbol = bpfhost_symbols_at(rows->symbols, address);
	struct bpfhost_instruction_span span;
	size_t at = symbol ? address - symbol->address : 0;
	uint8_t *code;
	int ret;

	/* Where it was split, the begin of a part is not its begin. */
	if (!at || symbol->kind != BPFHOST_SYMBOL_FUNCTION || at >= symbol->size)
		return;
	code = malloc(symbol->size);
	assert_non_null(code);
	assert_int_equal(bpfhost_elf_read(rows->elf, symbol->offset, code, symbol->size),
			 symbol->size);
	ret = bpfhost_instruction_at(EM_X86_64, code, symbol->size, at, &span);
	free(code);
	if (ret)
		rows->unknown++;
	else if (span.begin == at)
		rows->right++;
	else
		fail_msg("%s+0x%zx is told to lie within one of %u bytes at 0x%zx", symbol->name,
			 at, span.length, span.begin);
}

static void check_rows(const struct fixture *fixture, const char *file)
{
	struct rows rows = { 0 };
	char path[512] = "";
	uint64_t address;
	FILE *output = fixture_ask(fixture, "readlink -f %s", file);

	if (fscanf(output, "%511s", path) == 1 && !access(path, R_OK)) {
		FILE *frames = fixture_ask(fixture,
					   "readelf --debug-dump=frames-interp %s 2>/dev/null | "
					   "sed -n 's/^\\([0-9a-f]\\{16\\}\\) [^ ]*[+].*/\\1/p'",
					   path);

		rows.elf = fixture_elf(fixture, path);
		rows.symbols = fixture_symbols(fixture, path, NULL);
		while (fscanf(frames, "%" SCNx64, &address) == 1)
			check_row(&rows, address);
		assert_int_equal(pclose(frames), 0);
		bpfhost_symbols_free(rows.symbols);
		bpfhost_elf_close(rows.elf);
	}
	pclose(output);
	print_message("%s: %u places right, %u unknown\n", file, rows.right, rows.unknown);
	assert_true(rows.unknown <= rows.right / 100);
}

static void test_as_unwinding(void **state)
{
	need_x86(*state);
	check_rows(*state, "/proc/$PPID/exe");
	check_rows(*state, "`$CC -print-file-name=libc.so.6`");
	check_rows(*state, "`$CC -print-file-name=libcrypto.so.3`");
}

/* ---- against objdump -------------------------------------------------------------------------------- */

struct tally {
	unsigned int compared, bad, prefixes, waits, undecided;
};

/* Nothing but prefixes, as objdump tells them that stand where they may not: the last word is one. */
static bool is_prefixes(const char *text)
{
	size_t end = strlen(text);

	while (end && text[end - 1] == ' ')
		end--;
	while (end && text[end - 1] != ' ')
		end--;
	return !strncmp(text + end, "rex", 3);
}

/* What has another length on other processors, is no program's, or has prefixes that it must not have. */
static bool is_undecided(const char *text)
{
	bool has_prefix = !strncmp(text, "rex", 3) || !strncmp(text, "data16", 6) ||
			  !strncmp(text, "rep", 3) || !strncmp(text, "bnd", 3) ||
			  strstr(text, " rex") || strstr(text, " data16") || strstr(text, " rep");

	return (*text == 'j' && strstr(text, "w ")) || !strncmp(text, "callw", 5) ||
	       strstr(text, "%cr") || strstr(text, "%db") ||
	       (has_prefix && (strstr(text, " v") || strstr(text, " k") || strstr(text, "{")));
}

static void compare_one(struct tally *tally, const char *digits, unsigned int length,
			const char *text)
{
	int got = length_of(digits);

	if (strstr(text, "(bad)") || !strncmp(text, ".byte", 5)) {
		tally->bad++;
	} else if (got == (int)length) {
		tally->compared++;
	} else if (got > 0 && !strncmp(digits + 2 * (got - 1), "9b", 2)) {
		tally->waits++; /* fwait, which objdump takes together with what follows */
	} else if (got == -ENODATA && is_prefixes(text)) {
		tally->prefixes++;
	} else if (got == -EILSEQ && is_undecided(text)) {
		tally->undecided++;
	} else {
		fail_msg("%s %s: %d", digits, text, got);
	}
}

/* Of what command shows, which is run in the folder with FILE. */
static unsigned int compare(const struct fixture *fixture, const char *file, const char *dump)
{
	struct tally tally = { 0 };
	char digits[64], text[256];
	unsigned int length;
	FILE *output =
		fixture_ask(fixture,
			    "FILE=%s; test -e $FILE || exit 0; (%s) | awk -F'\\t' 'NF >= 3 "
			    "{ gsub(/ /, \"\", $2); print length($2) / 2, $2, substr($3, 1, 99) }'",
			    file, dump);

	while (fscanf(output, "%u %63s%255[^\n]", &length, digits, text) == 3)
		compare_one(&tally, digits, length, text + 1);
	assert_int_equal(pclose(output), 0);
	print_message("%s: %u instructions compared; %u are bad, %u prefixes alone, %u fwait, "
		      "%u undecided\n",
		      file, tally.compared, tally.bad, tally.prefixes, tally.waits,
		      tally.undecided);
	return tally.compared;
}

#define OBJDUMP "objdump -d --insn-width=16 $FILE"

static void test_as_objdump(void **state)
{
	need_x86(*state);
	assert_true(compare(*state, "`$CC -print-file-name=libc.so.6`", OBJDUMP) > 100000);
	assert_true(compare(*state, "`$CC -print-file-name=libm.so.6`", OBJDUMP) > 10000);
	assert_true(compare(*state, "/proc/$PPID/exe", OBJDUMP) > 1000);
	/* Has assembly by hand, with tables between the functions. */
	compare(*state, "`$CC -print-file-name=libcrypto.so.3`", OBJDUMP);
}

/* Stretches of what is too large for all of it; they need not begin with an instruction. */
#define OBJDUMP_SOME                                                                               \
	"set -- `objdump -h -j .text $FILE | grep ' [.]text '`; "                                  \
	"awk -v size=$((0x$3)) -v begin=$((0x$4)) 'BEGIN { srand(1); "                             \
	"for (i = 0; i < 8; i++) { at = begin + int(rand() * (size - 65536)); "                    \
	"printf \"--start-address=%d --stop-address=%d\\n\", at, at + 65536 } }' | "               \
	"while read -r range; do objdump -d --insn-width=16 $range $FILE; done"

static void test_as_objdump_in_large_programs(void **state)
{
	static const char *const files[] = {
		"`gcc -print-prog-name=cc1`",
		"`ls /usr/lib/llvm-*/lib/libLLVM-*.so.1 | head -n 1`",
	};

	need_x86(*state);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		compare(*state, files[i], OBJDUMP_SOME);
}

/* All that bytes can be, in particular what no compiler makes. */
static void test_as_objdump_of_noise(void **state)
{
	const struct fixture *fixture = *state;
	char path[128];
	FILE *file;

	need_x86(fixture);
	snprintf(path, sizeof(path), "%s/noise", fixture->folder);
	file = fopen(path, "w");
	assert_non_null(file);
	srandom(1);
	for (int i = 0; i < 500000; i++)
		fputc((int)(random() >> 8 & 0xff), file);
	fclose(file);
	assert_true(compare(fixture, "noise",
			    "objdump -D -b binary -m i386:x86-64 --insn-width=16 $FILE") > 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_x86),
		cmocka_unit_test(test_other_machines),
		cmocka_unit_test(test_at),
		cmocka_unit_test(test_at_among_data),
		cmocka_unit_test(test_at_behind_a_lock),
		cmocka_unit_test(test_jump),
		cmocka_unit_test(test_as_unwinding),
		cmocka_unit_test(test_as_objdump),
		cmocka_unit_test(test_as_objdump_in_large_programs),
		cmocka_unit_test(test_as_objdump_of_noise),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown) ? 1 : 0;
}
