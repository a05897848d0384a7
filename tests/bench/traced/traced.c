/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The arguments of the static probe lie in registers whose names minimal.bpf.c knows. */
#define STAP_SDT_ARG_CONSTRAINT r
#include <sys/sdt.h>

#include "traced.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define TRACED_FIRST  "edi"
#define TRACED_SECOND "rsi"
__asm__(".pushsection .text\n"
	".macro traced name, first, second=nop\n"
	".globl bench_\\name\n"
	".type bench_\\name, @function\n"
	".p2align 4\n"
	"bench_\\name: \\first\n"
	"\\second\n"
	"mov %edi, %eax\n"
	"ret\n"
	".size bench_\\name, . - bench_\\name\n"
	".endm\n"
	"traced push, \"push %rbp\", \"pop %rbp\"\n"
	"traced nop, nop\n"
	"traced step, \"sub $8, %rsp\", \"add $8, %rsp\"\n"
	"traced endbr64, endbr64, \"push %rbp; pop %rbp\"\n"
	".popsection\n");
int bench_push(int value);
int bench_nop(int value);
int bench_step(int value);
int bench_endbr64(int value);
#else
#define TRACED_FIRST  "w0"
#define TRACED_SECOND "x1"
#define TRACED_FUNCTION(name)                                                                      \
	__attribute__((noinline, used)) int bench_##name(int value);                               \
	__attribute__((noinline, used)) int bench_##name(int value)                                \
	{                                                                                          \
		__asm__ volatile("" : "+r"(value));                                                \
		return value;                                                                      \
	}
TRACED_FUNCTION(push)
TRACED_FUNCTION(nop)
TRACED_FUNCTION(step)
TRACED_FUNCTION(endbr64)
#endif

static void traced_getppid(uint64_t calls)
{
	for (uint64_t i = 0; i < calls; i++)
		syscall(SYS_getppid);
}

static void traced_usdt(uint64_t calls)
{
	for (uint64_t i = 0; i < calls; i++) {
		register int number __asm__(TRACED_FIRST) = (int)i;
		register const char *text __asm__(TRACED_SECOND) = "/etc/ssl/certs/a.pem";

		STAP_PROBE2(bench, fired, number, text);
	}
}

#define TRACED_LOOP(name)                                                                          \
	static void traced_##name(uint64_t calls)                                                  \
	{                                                                                          \
		for (uint64_t i = 0; i < calls; i++)                                               \
			bench_##name((int)i);                                                      \
	}
TRACED_LOOP(push)
TRACED_LOOP(nop)
TRACED_LOOP(step)
TRACED_LOOP(endbr64)

traced_loop traced_find(const char *name)
{
	static const struct {
		const char *name;
		traced_loop loop;
	} all[] = {
		{ "getppid", traced_getppid }, { "usdt", traced_usdt },
		{ "push", traced_push },       { "nop", traced_nop },
		{ "step", traced_step },       { "endbr64", traced_endbr64 },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!strcmp(all[i].name, name))
			return all[i].loop;
	return NULL;
}
