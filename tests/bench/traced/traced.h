/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the traced program calls, one loop for each place that a probe can stand at:
 *
 *	getppid   the system call, past any cache of the C library
 *	usdt      a static probe, bench:fired, with an int and a string
 *	push      function bench_push, which begins with an instruction that the kernel emulates
 *	nop       bench_nop, another such
 *	step      bench_step, whose first instruction the kernel runs by single-stepping
 *	endbr64   bench_endbr64: the same, but only because the first instruction marks the entry
 *
 * The functions return their argument. On machines other than x86-64 they all begin alike.
 */
#ifndef TRACED_H
#define TRACED_H

#include <stdint.h>

/* Calls so many times. NULL: there is nothing of this name. */
typedef void (*traced_loop)(uint64_t calls);
traced_loop traced_find(const char *name);

#endif
