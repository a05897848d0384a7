/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <elf.h>

#if defined(__x86_64__)
#include <asm/ptrace.h>
#endif

#include <bpfhost/usdt.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define NO                BPFHOST_ARGUMENT_NOWHERE
#define SIGNED            BPFHOST_ARGUMENT_SIGNED

enum { UNKNOWN, CONSTANT, REGISTER, MEMORY };

/* struct pt_regs of x86-64 */
enum {
	R15 = 0,
	R14 = 8,
	R13 = 16,
	R12 = 24,
	RBP = 32,
	RBX = 40,
	R11 = 48,
	R10 = 56,
	R9 = 64,
	R8 = 72,
	RAX = 80,
	RCX = 88,
	RDX = 96,
	RSI = 104,
	RDI = 112,
	RIP = 128,
	RSP = 152,
};

/* struct user_pt_regs of aarch64 */
#define X(n) ((n)*8)
enum { SP = 248, PC = 256 };

struct expected {
	const char *text;
	uint8_t place;
	uint8_t size;
	uint8_t flags;
	int64_t offset;
	uint16_t base;
	uint16_t index;
	uint8_t shift;
	bool is_float;
	const char *symbol;
};

/* One description and what it means. A float has no sign. */
#define ROW(...)                                                                                   \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define NONE(t, n, f)    ROW(.text = (t), .size = (n), .flags = (f), .base = NO, .index = NO)
#define NONE_FLOAT(t, n) ROW(.text = (t), .size = (n), .base = NO, .index = NO, .is_float = true)
#define FIXED(t, n, f, v)                                                                          \
	ROW(.text = (t), .place = CONSTANT, .size = (n), .flags = (f), .offset = (v), .base = NO,  \
	    .index = NO)
#define REG(t, n, f, r, s)                                                                         \
	ROW(.text = (t), .place = REGISTER, .size = (n), .flags = (f), .base = (r), .index = NO,   \
	    .shift = (s))
#define REG_FLOAT(t, n, r)                                                                         \
	ROW(.text = (t), .place = REGISTER, .size = (n), .base = (r), .index = NO, .is_float = true)
#define MEM(t, n, f, o, b, i, s)                                                                   \
	ROW(.text = (t), .place = MEMORY, .size = (n), .flags = (f), .offset = (o), .base = (b),   \
	    .index = (i), .shift = (s))
#define MEM_FLOAT(t, n, o, b)                                                                      \
	ROW(.text = (t), .place = MEMORY, .size = (n), .offset = (o), .base = (b), .index = NO,    \
	    .is_float = true)
#define SYM(t, n, f, o, b, i, s, name)                                                             \
	ROW(.text = (t), .place = MEMORY, .size = (n), .flags = (f), .offset = (o), .base = (b),   \
	    .index = (i), .shift = (s), .symbol = (name))
#define SYM_FLOAT(t, n, o, b, name)                                                                \
	ROW(.text = (t), .place = MEMORY, .size = (n), .offset = (o), .base = (b), .index = NO,    \
	    .is_float = true, .symbol = (name))

static void check(const struct bpfhost_usdt_argument *got, const struct expected *want)
{
	const struct bpfhost_argument *argument = &got->argument;
	const char *symbol = want->symbol ? want->symbol : "";

	if (argument->place != want->place || argument->size != want->size ||
	    argument->flags != want->flags || argument->offset != want->offset ||
	    argument->base != want->base || argument->index != want->index ||
	    argument->shift != want->shift || argument->hops || got->is_float != want->is_float ||
	    strcmp(got->symbol, symbol) != 0 || strcmp(got->text, want->text) != 0)
		fail_msg("\"%s\": text \"%s\", place %d, size %d, flags %d, offset %lld, base %d, "
			 "index %d, shift %d, float %d, symbol \"%s\"",
			 want->text, got->text, argument->place, argument->size, argument->flags,
			 (long long)argument->offset, argument->base, argument->index,
			 argument->shift, got->is_float, got->symbol);
}

static void check_all(const struct expected *expected, size_t count, uint16_t machine)
{
	struct bpfhost_usdt_argument arguments[BPFHOST_ARGUMENTS_MAX];

	for (size_t i = 0; i < count; i++) {
		memset(arguments, 0xa5, sizeof(arguments));
		if (bpfhost_usdt_arguments(expected[i].text, machine, arguments) != 1)
			fail_msg("\"%s\" is not one argument", expected[i].text);
		check(&arguments[0], &expected[i]);
	}
}

static void test_x86_registers(void **state)
{
	static const struct {
		const char *names;
		uint16_t base;
	} rows[] = {
		{ "rax eax ax al", RAX },      { "rbx ebx bx bl", RBX },
		{ "rcx ecx cx cl", RCX },      { "rdx edx dx dl", RDX },
		{ "rsi esi si sil", RSI },     { "rdi edi di dil", RDI },
		{ "rbp ebp bp bpl", RBP },     { "rsp esp sp spl", RSP },
		{ "r8 r8d r8w r8b", R8 },      { "r9 r9d r9w r9b", R9 },
		{ "r10 r10d r10w r10b", R10 }, { "r11 r11d r11w r11b", R11 },
		{ "r12 r12d r12w r12b", R12 }, { "r13 r13d r13w r13b", R13 },
		{ "r14 r14d r14w r14b", R14 }, { "r15 r15d r15w r15b", R15 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char names[4][8], text[16];

		assert_int_equal(sscanf(rows[i].names, "%7s %7s %7s %7s", names[0], names[1],
					names[2], names[3]),
				 4);
		for (int j = 0; j < 4; j++) {
			struct expected told = REG(text, 8 >> j, SIGNED, rows[i].base, 0);
			struct expected bare = REG(text, 8 >> j, 0, rows[i].base, 0);

			snprintf(text, sizeof(text), "-%d@%%%s", 8 >> j, names[j]);
			check_all(&told, 1, EM_X86_64);
			snprintf(text, sizeof(text), "%%%s", names[j]);
			check_all(&bare, 1, EM_X86_64);
		}
	}
}

#if defined(__x86_64__)
/* The kernel's own header has the last word about where a register lies. */
static void test_x86_layout(void **state)
{
	(void)state;
	assert_int_equal(R15, offsetof(struct pt_regs, r15));
	assert_int_equal(R14, offsetof(struct pt_regs, r14));
	assert_int_equal(R13, offsetof(struct pt_regs, r13));
	assert_int_equal(R12, offsetof(struct pt_regs, r12));
	assert_int_equal(RBP, offsetof(struct pt_regs, rbp));
	assert_int_equal(RBX, offsetof(struct pt_regs, rbx));
	assert_int_equal(R11, offsetof(struct pt_regs, r11));
	assert_int_equal(R10, offsetof(struct pt_regs, r10));
	assert_int_equal(R9, offsetof(struct pt_regs, r9));
	assert_int_equal(R8, offsetof(struct pt_regs, r8));
	assert_int_equal(RAX, offsetof(struct pt_regs, rax));
	assert_int_equal(RCX, offsetof(struct pt_regs, rcx));
	assert_int_equal(RDX, offsetof(struct pt_regs, rdx));
	assert_int_equal(RSI, offsetof(struct pt_regs, rsi));
	assert_int_equal(RDI, offsetof(struct pt_regs, rdi));
	assert_int_equal(RIP, offsetof(struct pt_regs, rip));
	assert_int_equal(RSP, offsetof(struct pt_regs, rsp));
}
#endif

static void test_x86_odd_registers(void **state)
{
	static const struct expected expected[] = {
		REG("1@%ah", 1, 0, RAX, 8),
		REG("-1@%bh", 1, SIGNED, RBX, 8),
		REG("1@%ch", 1, 0, RCX, 8),
		REG("%dh", 1, 0, RDX, 8),
		NONE("4@%ah", 4, 0),
		REG("8@%rip", 8, 0, RIP, 0),
		REG("1@%r8l", 1, 0, R8, 0),
		/* the size before the @ rules */
		REG("8@%eax", 8, 0, RAX, 0),
		REG("4@%rax", 4, 0, RAX, 0),
		REG("-4@%ax", 4, SIGNED, RAX, 0),
		REG_FLOAT("4f@%r11d", 4, R11),
		REG_FLOAT("8f@%rbx", 8, RBX),
		REG_FLOAT("-8f@%rbx", 8, RBX),
		/* out of reach, or none */
		NONE_FLOAT("8f@%xmm0", 8),
		NONE_FLOAT("4f@%st(0)", 4),
		NONE("8@%mm0", 8, 0),
		NONE("8@%r7", 8, 0),
		NONE("8@%r16", 8, 0),
		NONE("8@%r8q", 8, 0),
		NONE("8@%r8dd", 8, 0),
		NONE("8@%r", 8, 0),
		NONE("8@%", 8, 0),
		NONE("8@%raxx", 8, 0),
		NONE("8@%rax+1", 8, 0),
		NONE("8@%RAX", 8, 0),
		SYM("8@rax", 8, 0, 0, RIP, NO, 0, "rax"),
		NONE("-2@%cs", 2, SIGNED),
	};

	(void)state;
	check_all(expected, ARRAY_SIZE(expected), EM_X86_64);
}

static void test_x86_constants(void **state)
{
	static const struct expected expected[] = {
		FIXED("-4@$5", 4, SIGNED, 5),
		FIXED("-4@$-1", 4, SIGNED, -1),
		FIXED("4@$-1", 4, 0, 0xffffffff),
		FIXED("-4@$4294967295", 4, SIGNED, -1),
		FIXED("-1@$253", 1, SIGNED, -3),
		FIXED("1@$-3", 1, 0, 253),
		FIXED("2@$-2", 2, 0, 65534),
		FIXED("-8@$0x10", 8, SIGNED, 16),
		FIXED("-8@$-0X1f", 8, SIGNED, -31),
		FIXED("-8@$017", 8, SIGNED, 15),
		FIXED("-8@$0", 8, SIGNED, 0),
		FIXED("-8@$81985529216486895", 8, SIGNED, 0x123456789abcdef),
		FIXED("-8@$-9223372036854775808", 8, SIGNED, INT64_MIN),
		FIXED("8@$18446744073709551615", 8, 0, -1),
		FIXED("$7", 8, 0, 7),
		NONE("8@$18446744073709551616", 8, 0),
		NONE("8@$-9223372036854775809", 8, 0),
		NONE("8@$0x", 8, 0),
		NONE("8@$08", 8, 0),
		NONE("8@$5f", 8, 0),
		NONE("8@$5.5", 8, 0),
		NONE("8@$--5", 8, 0),
		NONE("8@$counter", 8, 0),
		NONE("8@$", 8, 0),
	};

	(void)state;
	check_all(expected, ARRAY_SIZE(expected), EM_X86_64);
}

static void test_x86_memory(void **state)
{
	static const struct expected expected[] = {
		MEM("-4@112(%rsp)", 4, SIGNED, 112, RSP, NO, 0),
		MEM("8@-80(%rbx)", 8, 0, -80, RBX, NO, 0),
		MEM_FLOAT("8f@(%rsp)", 8, 0, RSP),
		MEM("-4@0(%r13,%rbx,8)", 4, SIGNED, 0, R13, RBX, 3),
		MEM("8@(%rax,%rbx,8)", 8, 0, 0, RAX, RBX, 3),
		MEM("8@(%rax,%rbx,4)", 8, 0, 0, RAX, RBX, 2),
		MEM("8@(%rax,%rbx,2)", 8, 0, 0, RAX, RBX, 1),
		MEM("8@(%rax,%rbx,1)", 8, 0, 0, RAX, RBX, 0),
		MEM("-1@(%r15,%rbx)", 1, SIGNED, 0, R15, RBX, 0),
		MEM("8@( %rax , %rbx , 8 )", 8, 0, 0, RAX, RBX, 3),
		MEM("2@(,%rbx,2)", 2, 0, 0, NO, RBX, 1),
		MEM("2@-16(,%r9,4)", 2, 0, -16, NO, R9, 2),
		MEM("2@-16(,%r9)", 2, 0, -16, NO, R9, 0),
		MEM("8@0x10(%rdi)", 8, 0, 16, RDI, NO, 0),
		MEM("8@-0x10(%rdi)", 8, 0, -16, RDI, NO, 0),
		MEM("8@8+16-4(%rdi)", 8, 0, 20, RDI, NO, 0),
		MEM("8@-9223372036854775808(%rdi)", 8, 0, INT64_MIN, RDI, NO, 0),
		MEM("8@16(%rip)", 8, 0, 16, RIP, NO, 0),
		MEM("-4@4096", 4, SIGNED, 4096, NO, NO, 0),
		MEM("8@0x7fff0000", 8, 0, 0x7fff0000, NO, NO, 0),
		MEM("(%rax)", 8, 0, 0, RAX, NO, 0),
		MEM("16(%rax)", 8, 0, 16, RAX, NO, 0),
		MEM("-16(%rax)", 8, 0, -16, RAX, NO, 0),
		/* addresses of 32 bits, and what no instruction can do */
		NONE("8@(%eax)", 8, 0),
		NONE("8@(%rax,%ebx,8)", 8, 0),
		NONE("8@(%rax,%rsp,8)", 8, 0),
		NONE("8@(%rax,%rip,8)", 8, 0),
		NONE("8@(%rip,%rax,8)", 8, 0),
		NONE("8@(%rax,%rbx,3)", 8, 0),
		NONE("8@(%rax,%rbx,16)", 8, 0),
		NONE("8@(%rax,%rbx,0)", 8, 0),
		NONE("8@(%rax,%rbx,-1)", 8, 0),
		NONE("8@(%rax,%rbx,)", 8, 0),
		NONE("8@(%rax,%rbx,8,1)", 8, 0),
		NONE("8@(%rax,)", 8, 0),
		NONE("8@(%xmm0)", 8, 0),
		NONE("8@(rax)", 8, 0),
		NONE("8@()", 8, 0),
		NONE("8@(,)", 8, 0),
		NONE("8@(%rax", 8, 0),
		NONE("8@(%rax))", 8, 0),
		NONE("8@8(%rax)8", 8, 0),
		NONE("8@*(%rax)", 8, 0),
		NONE("8@+8(%rax)", 8, 0),
		NONE("8@8+(%rax)", 8, 0),
		NONE("8@0xffffffffffffffffff(%rax)", 8, 0),
		NONE("8@%fs:0x28", 8, 0),
		NONE("-4@%fs:tls@tpoff", 4, SIGNED),
		NONE("8@%gs:(%rax)", 8, 0),
	};

	(void)state;
	check_all(expected, ARRAY_SIZE(expected), EM_X86_64);
}

static void test_x86_symbols(void **state)
{
	static const struct expected expected[] = {
		SYM("-4@hidden(%rip)", 4, SIGNED, 0, RIP, NO, 0, "hidden"),
		SYM("-4@st+8(%rip)", 4, SIGNED, 8, RIP, NO, 0, "st"),
		SYM("-4@8+st(%rip)", 4, SIGNED, 8, RIP, NO, 0, "st"),
		SYM("-4@st-8(%rip)", 4, SIGNED, -8, RIP, NO, 0, "st"),
		SYM("-4@4+st-0x10(%rip)", 4, SIGNED, -12, RIP, NO, 0, "st"),
		SYM_FLOAT("8f@.LC0(%rip)", 8, 0, RIP, ".LC0"),
		SYM("8@count.0(%rip)", 8, 0, 0, RIP, NO, 0, "count.0"),
		SYM("8@_ZN1aL1bE(%rip)", 8, 0, 0, RIP, NO, 0, "_ZN1aL1bE"),
		SYM("8@gr\xc3\xb6\xc3\x9f"
		    "e(%rip)",
		    8, 0, 0, RIP, NO, 0,
		    "gr\xc3\xb6\xc3\x9f"
		    "e"),
		/* without position-independent code: the program counter becomes the base */
		SYM("8@counter", 8, 0, 0, RIP, NO, 0, "counter"),
		SYM("8@counter+16", 8, 0, 16, RIP, NO, 0, "counter"),
		SYM("-8@array(,%rdx,8)", 8, SIGNED, 0, RIP, RDX, 3, "array"),
		SYM("-8@array+24(,%rdx,4)", 8, SIGNED, 24, RIP, RDX, 2, "array"),
		SYM("-8@array(%rax)", 8, SIGNED, 0, RIP, RAX, 0, "array"),
		/* three registers are one too many */
		NONE("-8@array(%rax,%rdx,8)", 8, SIGNED),
		NONE("8@f@GOTPCREL(%rip)", 8, 0),
		NONE("8@f@PLT", 8, 0),
		NONE("8@a-b(%rip)", 8, 0),
		NONE("8@a+b(%rip)", 8, 0),
		NONE("8@-a(%rip)", 8, 0),
		NONE("8@a+(%rip)", 8, 0),
		NONE("8@\"a\"(%rip)", 8, 0),
	};

	(void)state;
	check_all(expected, ARRAY_SIZE(expected), EM_X86_64);
}

static void test_sizes(void **state)
{
	static const struct expected expected[] = {
		REG("1@%rax", 1, 0, RAX, 0),
		REG("-2@%rax", 2, SIGNED, RAX, 0),
		NONE_FLOAT("2f@%rax", 8),
		NONE_FLOAT("1f@%rax", 8),
		NONE_FLOAT("10f@(%rax)", 8),
		NONE_FLOAT("16f@-256(%rbp)", 8),
		NONE("-16@%rsi", 8, SIGNED),
		NONE("0@%rax", 8, 0),
		NONE("3@%rax", 8, 0),
		NONE("264@%rax", 8, 0),
		NONE("4294967300@%rax", 8, 0),
		NONE("99999999999999999999999@%rax", 8, 0),
		NONE("8@", 8, 0),
		NONE("@%rax", 8, 0),
		NONE("-@%rax", 8, 0),
		NONE("f@%rax", 8, 0),
		NONE("8x@%rax", 8, 0),
		NONE("8@@%rax", 8, 0),
		NONE("8@\x01\x7f\t", 8, 0),
	};
	struct expected escaped = expected[ARRAY_SIZE(expected) - 1];
	struct bpfhost_usdt_argument arguments[BPFHOST_ARGUMENTS_MAX];

	(void)state;
	check_all(expected, ARRAY_SIZE(expected) - 1, EM_X86_64);
	assert_int_equal(bpfhost_usdt_arguments(escaped.text, EM_X86_64, arguments), 1);
	escaped.text = "8@???";
	check(&arguments[0], &escaped);
}

static void test_arm64_registers(void **state)
{
	(void)state;
	for (int i = 0; i <= 31; i++) {
		char text[16];
		struct expected x = REG(text, 8, SIGNED, X(i), 0);
		struct expected w = REG(text, 4, 0, X(i), 0);
		struct expected none = NONE(text, 8, 0);

		snprintf(text, sizeof(text), "-8@x%d", i);
		if (i <= 30)
			check_all(&x, 1, EM_AARCH64);
		snprintf(text, sizeof(text), "w%d", i);
		check_all(i <= 30 ? &w : &none, 1, EM_AARCH64);
		snprintf(text, sizeof(text), "8@v%d", i);
		check_all(&none, 1, EM_AARCH64);
	}
}

static void test_arm64_values(void **state)
{
	static const struct expected expected[] = {
		FIXED("8@5", 8, 0, 5),
		FIXED("-4@-1", 4, SIGNED, -1),
		FIXED("1@-3", 1, 0, 253),
		FIXED("-4@#-7", 4, SIGNED, -7),
		FIXED("8@0x10", 8, 0, 16),
		FIXED("8@xzr", 8, 0, 0),
		FIXED("-4@wzr", 4, SIGNED, 0),
		FIXED("wzr", 4, 0, 0),
		REG("8@sp", 8, 0, SP, 0),
		REG("4@wsp", 4, 0, SP, 0),
		REG("8@fp", 8, 0, X(29), 0),
		REG("8@lr", 8, 0, X(30), 0),
		REG("8@pc", 8, 0, PC, 0),
		REG("-4@x9", 4, SIGNED, X(9), 0),
		REG_FLOAT("8f@x0", 8, X(0)),
		NONE("8@x31", 8, 0),
		NONE("8@x00", 8, 0),
		NONE_FLOAT("8f@d0", 8),
		NONE("8@v0.d[1]", 8, 0),
		NONE_FLOAT("16f@q0", 8),
		NONE("8@%rax", 8, 0),
		SYM("8@$5", 8, 0, 0, PC, NO, 0, "$5"),
		NONE("8@", 8, 0),
	};

	(void)state;
	check_all(expected, ARRAY_SIZE(expected), EM_AARCH64);
}

static void test_arm64_memory(void **state)
{
	static const struct expected expected[] = {
		MEM("-4@[sp, 60]", 4, SIGNED, 60, SP, NO, 0),
		MEM("-4@[sp,#60]", 4, SIGNED, 60, SP, NO, 0),
		MEM("-4@[sp, #-0x3c]", 4, SIGNED, -60, SP, NO, 0),
		MEM("8@[x0]", 8, 0, 0, X(0), NO, 0),
		MEM("8@[ x0 ]", 8, 0, 0, X(0), NO, 0),
		MEM("8@[x29, -16]", 8, 0, -16, X(29), NO, 0),
		MEM("8@[x1, x2]", 8, 0, 0, X(1), X(2), 0),
		MEM("8@[x1,x2,lsl 3]", 8, 0, 0, X(1), X(2), 3),
		MEM("8@[x1, x2, lsl #2]", 8, 0, 0, X(1), X(2), 2),
		MEM("8@[x1, x2, sxtx 3]", 8, 0, 0, X(1), X(2), 3),
		MEM("8@[x1, x2, sxtx]", 8, 0, 0, X(1), X(2), 0),
		MEM("[sp, 8]", 8, 0, 8, SP, NO, 0),
		SYM("8@counter", 8, 0, 0, PC, NO, 0, "counter"),
		SYM("8@counter+8", 8, 0, 8, PC, NO, 0, "counter"),
		/* half a register as an index, and what is out of reach */
		NONE("8@[x0, w1, sxtw 3]", 8, 0),
		NONE("8@[x0, w1, uxtw]", 8, 0),
		NONE("8@[x0, w1]", 8, 0),
		NONE("8@[w0]", 8, 0),
		NONE("8@[xzr]", 8, 0),
		NONE("8@[x0, xzr]", 8, 0),
		NONE("8@[x0, sp]", 8, 0),
		NONE("8@[x0, x1, lsl]", 8, 0),
		NONE("8@[x0, x1, lsl 5]", 8, 0),
		NONE("8@[x0, x1, lsl -1]", 8, 0),
		NONE("8@[x0, x1, lsl 256]", 8, 0),
		NONE("8@[x0, x1, ror 3]", 8, 0),
		NONE("8@[x0, 8]!", 8, 0),
		NONE("8@[x0], 8", 8, 0),
		NONE("8@[x0, #:lo12:counter]", 8, 0),
		NONE("8@[x0", 8, 0),
		NONE("8@[]", 8, 0),
	};

	(void)state;
	check_all(expected, ARRAY_SIZE(expected), EM_AARCH64);
}

/* One argument that nobody understands keeps the numbers of the others. */
static void check_split(const char *text, uint16_t machine, const char *const *want, uint32_t count,
			int unknown)
{
	struct bpfhost_usdt_argument arguments[BPFHOST_ARGUMENTS_MAX];

	assert_int_equal(bpfhost_usdt_arguments(text, machine, arguments), count);
	for (uint32_t i = 0; i < count; i++) {
		assert_string_equal(arguments[i].text, want[i]);
		assert_int_equal(arguments[i].argument.place == UNKNOWN, (int)i == unknown);
	}
}

#define CHECK_SPLIT(text, machine, unknown, ...)                                                   \
	do {                                                                                       \
		static const char *const want[] = { __VA_ARGS__ };                                 \
		check_split(text, machine, want, ARRAY_SIZE(want), unknown);                       \
	} while (0)

static void test_split(void **state)
{
	(void)state;
	CHECK_SPLIT("8@%rdi -4@%esi 8@%rdx", EM_X86_64, -1, "8@%rdi", "-4@%esi", "8@%rdx");
	CHECK_SPLIT("  8@%rdi   -4@%esi  ", EM_X86_64, -1, "8@%rdi", "-4@%esi");
	CHECK_SPLIT("%rdi %esi (%rax, %rbx) 8(%rax)", EM_X86_64, -1, "%rdi", "%esi", "(%rax, %rbx)",
		    "8(%rax)");
	CHECK_SPLIT("8@%rdi %esi $5 (%rax)", EM_X86_64, -1, "8@%rdi", "%esi", "$5", "(%rax)");
	CHECK_SPLIT("8@%rdi -4@DWORD PTR [rbp-20] 8@%rdx", EM_X86_64, 1, "8@%rdi",
		    "-4@DWORD PTR [rbp-20]", "8@%rdx");
	CHECK_SPLIT("-4@DWORD PTR array[0+rbx*4] -4@$5", EM_X86_64, 0,
		    "-4@DWORD PTR array[0+rbx*4]", "-4@$5");
	CHECK_SPLIT("8@(%rax, 8@%rdx -4@%esi", EM_X86_64, 0, "8@(%rax,", "8@%rdx", "-4@%esi");
	CHECK_SPLIT("8@) 8@%rdx", EM_X86_64, 0, "8@)", "8@%rdx");
	CHECK_SPLIT("8@ 8@%rdx", EM_X86_64, 0, "8@", "8@%rdx");
	CHECK_SPLIT("8@what is this? 8@%rdx", EM_X86_64, 0, "8@what is this?", "8@%rdx");
	CHECK_SPLIT("-4@[sp, 60] 8@x0 8@[x1, x2, lsl 3] -4@5", EM_AARCH64, -1, "-4@[sp, 60]",
		    "8@x0", "8@[x1, x2, lsl 3]", "-4@5");
	CHECK_SPLIT("[sp, 60] x0 [x1, x2] 5", EM_AARCH64, -1, "[sp, 60]", "x0", "[x1, x2]", "5");
	CHECK_SPLIT("8@x0 8@[x0, w1, sxtw 3] 8@x2", EM_AARCH64, 1, "8@x0", "8@[x0, w1, sxtw 3]",
		    "8@x2");
}

static void test_count(void **state)
{
	struct bpfhost_usdt_argument arguments[BPFHOST_ARGUMENTS_MAX];
	char text[256] = "";

	(void)state;
	assert_int_equal(bpfhost_usdt_arguments("", EM_X86_64, arguments), 0);
	assert_int_equal(bpfhost_usdt_arguments("    ", EM_X86_64, arguments), 0);
	for (int i = 0; i < 14; i++) {
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "8@$%d ", i);
		assert_int_equal(bpfhost_usdt_arguments(text, EM_X86_64, arguments),
				 i < 12 ? i + 1 : 12);
	}
	for (int i = 0; i < 12; i++)
		assert_int_equal(arguments[i].argument.offset, i);
}

static void test_other_machines(void **state)
{
	struct bpfhost_usdt_argument arguments[BPFHOST_ARGUMENTS_MAX];
	static const struct expected expected[] = {
		NONE("8@%rdi", 8, 0),
		NONE("-4@$5", 4, SIGNED),
	};

	(void)state;
	assert_int_equal(bpfhost_usdt_arguments("8@%rdi -4@$5", EM_386, arguments), 2);
	check(&arguments[0], &expected[0]);
	check(&arguments[1], &expected[1]);
}

/* What is too long is cut where it is shown, and refused where it would be used. */
static void test_long(void **state)
{
	struct bpfhost_usdt_argument arguments[BPFHOST_ARGUMENTS_MAX];
	char text[700] = "8@", shown[BPFHOST_USDT_TEXT_MAX] = "8@";

	(void)state;
	memset(shown + 2, 'a', sizeof(shown) - 3);
	memset(text + 2, 'a', BPFHOST_USDT_SYMBOL_MAX - 1);
	strcat(text, "+8(,%rax,8) 8@%rbx");
	assert_int_equal(bpfhost_usdt_arguments(text, EM_X86_64, arguments), 2);
	assert_int_equal(arguments[0].argument.place, MEMORY);
	assert_int_equal(arguments[0].argument.index, RAX);
	assert_int_equal(strlen(arguments[0].symbol), BPFHOST_USDT_SYMBOL_MAX - 1);
	assert_string_equal(arguments[0].text, shown);

	for (size_t length = BPFHOST_USDT_SYMBOL_MAX; length < 600; length++) {
		memset(text + 2, 'a', length);
		strcpy(text + 2 + length, " 8@%rbx");
		assert_int_equal(bpfhost_usdt_arguments(text, EM_X86_64, arguments), 2);
		assert_int_equal(arguments[0].argument.place, UNKNOWN);
		assert_string_equal(arguments[0].symbol, "");
		assert_string_equal(arguments[0].text, shown);
		assert_int_equal(arguments[1].argument.base, RBX);
	}
}

/* Lines that gcc 12 and clang 14 wrote, all of which must be understood but for the numbers named. */
static void test_compilers(void **state)
{
	static const struct {
		uint16_t machine;
		uint32_t count;
		uint32_t unknown; /* a bit for each */
		const char *text;
	} lines[] = {
		{ EM_X86_64, 12, 0,
		  "-1@-20(%rbp) 1@-24(%rbp) -2@-28(%rbp) 2@-32(%rbp) -4@-36(%rbp) 4@-40(%rbp) "
		  "-8@16(%rbp) 8@24(%rbp) 4f@-44(%rbp) 8f@-56(%rbp) 8@32(%rbp) -8@%rax" },
		{ EM_X86_64, 12, 0,
		  "-1@%al 1@%sil -2@%di 2@%r10w -4@%r8d 4@%r9d -8@32(%rsp) 8@40(%rsp) 4f@%r11d "
		  "8f@%rbx 8@%rbp -8@(%rcx,%rdx,8)" },
		{ EM_X86_64, 12, 0,
		  "-1@%dil 1@%sil -2@%dx 2@%cx -4@%r8d 4@%r9d -8@%r14 8@88(%rsp) 4f@%eax "
		  "8f@(%rsp) 8@96(%rsp) -8@(%r12,%rbx,8)" },
		{ EM_X86_64, 8, 1 << 2,
		  "8f@.LC0(%rip) 8f@gd(%rip) -4@%fs:tls@tpoff 8@%r8 8@%r9 8@%r10 "
		  "-8@(%rsi,%rdx,8) -1@(%rdi,%rdx)" },
		{ EM_X86_64, 8, 1 << 4,
		  "8f@.LC0(%rip) 8f@(%rdx) -4@(%rax) 8@%rcx 8@f@GOTPCREL(%rip) 8@%rsi "
		  "-8@0(%r13,%rbx,8) -1@(%r14,%rbx)" },
		{ EM_X86_64, 6, 3, "-16@%rsi 16f@%rax 8@96(%rsp) 8@%r12 1@%cl -8@40(%r12)" },
		{ EM_X86_64, 8, 0,
		  "8f@.LCPI0_0(%rip) 8f@-168(%rbp) -4@-172(%rbp) 8@-184(%rbp) 8@-192(%rbp) "
		  "8@-200(%rbp) -8@-208(%rbp) -1@-209(%rbp)" },
		{ EM_X86_64, 8, 0,
		  "8f@(%rdi,%rcx) 8f@-16(%rsp) -4@-112(%rsp) 8@-24(%rsp) 8@-32(%rsp) "
		  "8@-40(%rsp) -8@-48(%rsp) -1@-121(%rsp)" },
		{ EM_AARCH64, 12, 0,
		  "-1@[x2] 1@[x1] -2@[x0] 2@[x18] -4@[x17] 4@[x16] -8@[x15] 8@[x14] 4f@[x13] "
		  "8f@[x12] 8@[x11] -8@[x10]" },
		{ EM_AARCH64, 12, 0,
		  "-1@x0 1@x1 -2@x2 2@x3 -4@x4 4@x5 -8@x6 8@x7 4f@x10 8f@x11 8@x21 -8@x9" },
		{ EM_AARCH64, 8, 0,
		  "-4@5 -4@-1 -8@81985529216486895 1@-3 8@x9 8@x13 -4@x12 -4@x14" },
	};
	struct bpfhost_usdt_argument arguments[BPFHOST_ARGUMENTS_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_int_equal(bpfhost_usdt_arguments(lines[i].text, lines[i].machine, arguments),
				 lines[i].count);
		for (uint32_t j = 0; j < lines[i].count; j++)
			assert_int_equal(arguments[j].argument.place == UNKNOWN,
					 lines[i].unknown >> j & 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#if defined(__x86_64__)
		cmocka_unit_test(test_x86_layout),
#endif
		cmocka_unit_test(test_x86_registers),
		cmocka_unit_test(test_x86_odd_registers),
		cmocka_unit_test(test_x86_constants),
		cmocka_unit_test(test_x86_memory),
		cmocka_unit_test(test_x86_symbols),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_arm64_registers),
		cmocka_unit_test(test_arm64_values),
		cmocka_unit_test(test_arm64_memory),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_other_machines),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_compilers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
