/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "elf_fixture.h"

#include <elf.h>

enum {
	EMULATED = BPFHOST_STEP_EMULATED,
	SINGLE = BPFHOST_STEP_SINGLE,
	REFUSED = BPFHOST_STEP_REFUSED
};

#define MISTAKEN "AVX that it would run as something else"
#define LOST     "system call, behind which it would lose its place"
#define OWN      "one that the kernel runs itself"

struct expected {
	const char *code; /* in hexadecimal digits */
	uint8_t length;
	uint8_t step;
	const char *text;
};

/*
 * What Linux 6.18 was seen to do with them: it refused a probe in a mapped file with ENOTSUPP, or a
 * hit took about one or about ten microseconds.
 */
static const struct expected x86[] = {
	{ "f30f1efa", 4, SINGLE, "endbr64" },
	{ "f30f1efb", 4, SINGLE, "endbr32" },
	{ "90", 1, EMULATED, "nop" },
	{ "6690", 2, EMULATED, "nop" },
	{ "666690", 3, EMULATED, "nop" },
	{ "f390", 2, EMULATED, "pause" },
	/* Registers that were to be exchanged were not. */
	{ "4190", 0, REFUSED, "xchg that it takes for a nop" },
	{ "4990", 0, REFUSED, "xchg that it takes for a nop" },
	{ "664190", 0, REFUSED, "xchg that it takes for a nop" },
	{ "4890", 2, EMULATED, "nop" },
	{ "9c", 0, REFUSED, "pushf" }, /* pushed a trap flag */
	{ "669c", 0, REFUSED, "pushf" },
	{ "9d", 0, SINGLE, "other" },
	{ "c7f806060606", 0, REFUSED, "xbegin" }, /* aborted to a place relative to the copy */
	{ "c6f800", 0, SINGLE, "other" },
	{ "c7c000000000", 0, SINGLE, "other" },
	/* What follows was run in the copy as well. */
	{ "0f05", 0, REFUSED, LOST },
	{ "0f34", 0, REFUSED, LOST },
	{ "0f00c0", 0, REFUSED, OWN }, /* sldt */
	{ "0f00c8", 0, REFUSED, OWN }, /* str */
	{ "0f0106", 0, REFUSED, OWN }, /* sgdt */
	{ "0f010e", 0, REFUSED, OWN }, /* sidt */
	{ "0f01e0", 0, REFUSED, OWN }, /* smsw */
	{ "0f0126", 0, REFUSED, OWN },
	{ "0f01c8", 0, SINGLE, "other" }, /* monitor */
	{ "0f01d0", 0, SINGLE, "other" }, /* xgetbv */
	{ "0f1f00", 3, EMULATED, "nop" },
	{ "0f1f4000", 4, EMULATED, "nop" },
	{ "0f1f440000", 5, EMULATED, "nop" },
	{ "660f1f440000", 6, EMULATED, "nop" },
	{ "0f1f8000000000", 7, EMULATED, "nop" },
	{ "0f1f840000000000", 8, EMULATED, "nop" },
	{ "660f1f840000000000", 9, SINGLE, "nop" },
	{ "66660f1f840000000000", 10, SINGLE, "nop" },
	{ "662e0f1f840000000000", 10, REFUSED, "nop with a segment prefix" },
	{ "2e0f1f840000000000", 9, REFUSED, "nop with a segment prefix" },
	{ "6666662e0f1f840000000000", 12, REFUSED, "nop with a segment prefix" },
	{ "55", 1, EMULATED, "push" },
	{ "4155", 2, EMULATED, "push" },
	{ "4055", 2, SINGLE, "push" },
	{ "6655", 2, SINGLE, "push" },
	{ "eb00", 2, EMULATED, "jmp" },
	{ "e900000000", 5, EMULATED, "jmp" },
	{ "f2e900000000", 6, EMULATED, "jmp" },
	{ "e800000000", 5, EMULATED, "call" },
	{ "7500", 2, EMULATED, "jcc" },
	{ "0f8500000000", 6, EMULATED, "jcc" },
	{ "66e80000", 0, REFUSED, "16-bit branch" },
	{ "660f850000", 0, REFUSED, "16-bit branch" },
	{ "3effe0", 0, REFUSED, "ds or notrack" },
	{ "f0ff00", 0, REFUSED, "lock" },
	{ "2e488b00", 0, REFUSED, "cs" },
	{ "cc", 0, REFUSED, "int3" },
	{ "cd80", 0, REFUSED, "int" },
	{ "f4", 0, REFUSED, "hlt" },
	{ "fa", 0, REFUSED, "no instruction of a program" },
	{ "06", 0, REFUSED, "no instruction of a program" },
	{ "8ed0", 0, REFUSED, "mov to ss" },
	{ "8ed8", 0, SINGLE, "other" },
	{ "64488b042500000000", 0, SINGLE, "other" },
	{ "4889e5", 0, SINGLE, "other" },
	{ "4883ec08", 0, SINGLE, "other" },
	{ "c3", 0, SINGLE, "other" },
	{ "c5f877", 0, REFUSED, MISTAKEN }, /* vzeroupper */
	{ "c5f96ec6", 0, REFUSED, "AVX" },  /* vmovd, how glibc's memset begins */
	{ "c5fe6f06", 0, REFUSED, "AVX" },  /* vmovdqu */
	{ "c5f9efc0", 0, REFUSED, "AVX" },  /* vpxor */
	{ "c5f1efc9", 0, REFUSED, "AVX" },
	{ "c4e17a6f06", 0, REFUSED, "AVX" },
	{ "c5e9d5c1", 0, REFUSED, "AVX" }, /* vpmullw */
	{ "c5e962c1", 0, REFUSED, "AVX" }, /* vpunpckldq */
	{ "62f17c486f06", 0, REFUSED, "AVX" },
	/* A probe was taken, and what the program came to was wrong, or it was killed. */
	{ "c4e27978c6", 0, REFUSED, MISTAKEN },   /* vpbroadcastb */
	{ "62e27d287ac6", 0, REFUSED, MISTAKEN }, /* the same, how glibc's evex memset begins */
	{ "c4e17a7f06", 0, REFUSED, MISTAKEN },   /* vmovdqu */
	{ "c5f976d0", 0, REFUSED, MISTAKEN },     /* vpcmpeqd */
	{ "c5e972f003", 0, REFUSED, MISTAKEN },   /* vpslld */
	{ "c5f1ebd0", 0, REFUSED, MISTAKEN },     /* vpor */
	{ "c5f1e8d0", 0, REFUSED, MISTAKEN },     /* vpsubsb */
	{ "c5f1e9d0", 0, REFUSED, MISTAKEN },     /* vpsubsw */
	{ "c5f8904c24fe", 0, REFUSED, MISTAKEN }, /* kmovw */
	{ "c4e2719dd0", 0, REFUSED, MISTAKEN },   /* vfnmadd132ss */
	{ "c5f8c2d000", 0, REFUSED, MISTAKEN },   /* vcmpps */
	{ "c5f857d0", 0, SINGLE, "other" },       /* vxorps, no push for being longer */
	{ "c5f0c6d000", 0, SINGLE, "other" },     /* vshufps */
	{ "8fe97880c1", 0, REFUSED, "XOP" },
	{ "8fc0", 0, SINGLE, "other" },
	{ "d510b8", 0, REFUSED, "APX" },
	{ "c5f9", 0, SINGLE, "other" },
	{ "c4e17a", 0, SINGLE, "other" },
	{ "0f0b", 0, SINGLE, "other" },
	{ "0f1ec0", 0, SINGLE, "other" },
	{ "f30f1ec8", 0, SINGLE, "other" },
	/* Cut off: what it is can be told, how long it is cannot. */
	{ "0f1f84", 0, EMULATED, "nop" },
	{ "e90000", 0, EMULATED, "jmp" },
	{ "f30f1e", 0, SINGLE, "other" },
	{ "0f", 0, SINGLE, "other" },
	{ "0f01", 0, SINGLE, "other" },
	{ "66", 0, SINGLE, "other" },
	{ "41", 0, SINGLE, "other" },
	{ "", 0, SINGLE, "other" },
};

static const struct expected arm64[] = {
	{ "1f2003d5", 4, SINGLE, "nop" },   { "5f2403d5", 4, SINGLE, "bti" },
	{ "1f2403d5", 4, SINGLE, "bti" },   { "df2403d5", 4, SINGLE, "bti" },
	{ "fd7bbfa9", 4, SINGLE, "other" }, { "3f2303d5", 4, SINGLE, "other" },
	{ "1f20", 0, SINGLE, "other" },
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

static void check(uint16_t machine, const struct expected *expected)
{
	struct bpfhost_instruction got = { 0 };
	uint8_t *code;
	size_t size = take_code(expected->code, &code);

	assert_int_equal(bpfhost_instruction_look(machine, code, size, &got), 0);
	if (got.length != expected->length || got.step != expected->step ||
	    strcmp(got.text, expected->text))
		fail_msg("%s: %u %u %s", expected->code, got.length, got.step, got.text);
	assert_int_equal(got.is_marker, !strncmp(got.text, "endbr", 5) || !strcmp(got.text, "bti"));
	free(code);
}

static void test_x86(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(x86) / sizeof(x86[0]); i++)
		check(EM_X86_64, &x86[i]);
}

static void test_arm64(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(arm64) / sizeof(arm64[0]); i++)
		check(EM_AARCH64, &arm64[i]);
}

static void test_other_machine(void **state)
{
	struct bpfhost_instruction got;

	(void)state;
	assert_int_equal(bpfhost_instruction_look(EM_RISCV, "\0\0\0\0", 4, &got), -ENOTSUP);
	assert_int_equal(bpfhost_instruction_look(EM_386, "\x90", 1, &got), -ENOTSUP);
}

/* Lengths and words that are given are objdump's, over a real library. */
static void test_as_objdump(void **state)
{
	const struct fixture *fixture = *state;
	unsigned int length, known = 0;
	char digits[64], word[64];
	FILE *output;

	if (sizeof(void *) != 8 || fixture_try(fixture, "uname -m | grep -q x86_64"))
		skip();
	output = fixture_ask(
		fixture,
		"objdump -d --insn-width=16 `$CC -print-file-name=libc.so.6` | head -n 200000 | "
		"awk -F'\\t' 'NF >= 3 { gsub(/ /, \"\", $2); split($3, w, \" \"); "
		"i = 1; while (w[i] ~ /^(bnd|cs|data16|repz|repnz)$/) i++; "
		"if (w[i] w[i + 1] ~ /^xchg.ax,.ax$/) w[i] = \"nop\"; "
		"print length($2) / 2, $2, w[i] }'");
	while (fscanf(output, "%u %63s %63s", &length, digits, word) == 3) {
		struct bpfhost_instruction got;
		uint8_t *code;
		size_t size = take_code(digits, &code);

		assert_int_equal(bpfhost_instruction_look(EM_X86_64, code, size, &got), 0);
		free(code);
		if (!got.length)
			continue;
		known++;
		if (got.length != length)
			fail_msg("%s %s: %u bytes", digits, word, got.length);
		/* "jcc" is any jump, "nop with ..." a nop. */
		if (strcmp(got.text, "jcc") ? strncmp(word, got.text, strcspn(got.text, " "))
					    : *word != 'j')
			fail_msg("%s %s: %s", digits, word, got.text);
	}
	pclose(output);
	print_message("%u instructions compared\n", known);
	assert_true(known > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_x86),
		cmocka_unit_test(test_arm64),
		cmocka_unit_test(test_other_machine),
		cmocka_unit_test(test_as_objdump),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown) ? 1 : 0;
}
