/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Two programs, one that is traced and its tracer. Whatever fails here ends the measurement. */
#ifndef PAIR_H
#define PAIR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define PAIR_TRACED_WORDS 4

struct pair {
	pid_t traced;
	pid_t tracer; /* also its session's id */
	FILE *ask;
	FILE *answer;
	int events; /* the tracer's stdout, -1: not wanted */
};

/* What caller.c answers, in ns. */
struct pair_timing {
	double best;
	double median;
	double mean;
	double cpu;
};

_Noreturn void pair_die(const char *what);
double pair_now_ms(void);
void pair_sleep_ms(unsigned int ms);

/* words: the program and its arguments, up to PAIR_TRACED_WORDS of them. */
void pair_start_traced(struct pair *pair, char *const *words, unsigned int count);
void pair_stop_traced(struct pair *pair);
void pair_ask(struct pair *pair, uint64_t calls, uint64_t rate, const char *name);
void pair_await(struct pair *pair, struct pair_timing *ret_timing);

/* @PID@ in an argument is the pid of the traced program. */
void pair_start_tracer(struct pair *pair, char **argv, bool want_events);
/* By SIGINT, and after so many ms by SIGKILL. Nothing stays behind, whatever it thinks of the first. */
void pair_stop_tracer(struct pair *pair, const char *name, unsigned int limit_ms);

#endif
