/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A program of 10,000 functions, many_10000 to many_19999, in 16 bytes each. It tells the address of the
 * first in hex and stays.
 */
#include <inttypes.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

__asm__(".pushsection .text\n"
	".altmacro\n"
	".macro many_one n\n"
	".p2align 4\n"
	".globl many_\\n\n"
	".type many_\\n, %function\n"
#if defined(__x86_64__)
	"many_\\n: push %rbp\n pop %rbp\n mov %edi, %eax\n ret\n"
#else
	"many_\\n: nop\n ret\n"
#endif
	".size many_\\n, . - many_\\n\n"
	".endm\n"
	".set i, 10000\n"
	".rept 10000\n"
	"many_one %i\n"
	".set i, i + 1\n"
	".endr\n"
	".noaltmacro\n"
	".popsection\n");
extern const char many_10000[];

int main(void)
{
	prctl(PR_SET_PDEATHSIG, 9);
	printf("%" PRIxPTR "\n", (uintptr_t)many_10000);
	fflush(stdout);
	pause();
	return 0;
}
