/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The program that is traced: calls getppid, past any cache of the C library, as often as it is told.
 * It does nothing before that, so that tracers can be attached to its pid first.
 *
 *	CALLS RATE NAME    a line on stdin: so many calls, at RATE a second (0: as fast as it can), under
 *	                   this name in the events
 *
 * answers with one line on stdout: best, median and mean ns a call, and ns of its own CPU a call. At
 * full speed these are of blocks of calls; paced, of single calls, and those above CALLER_DISTURBED
 * are left out of the mean: the machine did something else then. Pacing sleeps between calls, as a
 * program does that now and then calls something.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CALLER_CALLS_MAX 100000000ULL
#define CALLER_BLOCKS    100
#define CALLER_DISTURBED 100000.0 /* ns */

struct timing {
	double best;
	double median;
	double mean;
	double cpu;
};

static uint64_t now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000ULL + (uint64_t)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double call(uint64_t calls)
{
	uint64_t begin = now(CLOCK_MONOTONIC);

	for (uint64_t i = 0; i < calls; i++)
		syscall(SYS_getppid);
	return (double)(now(CLOCK_MONOTONIC) - begin);
}

static void sum_up(double *times, uint64_t n, double limit, struct timing *ret_timing)
{
	double sum = 0;
	uint64_t used = 0;

	qsort(times, n, sizeof(*times), compare);
	for (; used < n && (times[used] <= limit || !used); used++)
		sum += times[used];
	ret_timing->best = times[0];
	ret_timing->median = times[n / 2];
	ret_timing->mean = sum / (double)used;
}

static void run_fast(uint64_t calls, struct timing *ret_timing)
{
	uint64_t blocks = calls < CALLER_BLOCKS ? calls : CALLER_BLOCKS, done = 0;
	uint64_t cpu = now(CLOCK_PROCESS_CPUTIME_ID), begin = now(CLOCK_MONOTONIC);
	double times[CALLER_BLOCKS];

	for (uint64_t i = 0; i < blocks; i++) {
		uint64_t n = calls * (i + 1) / blocks - done;

		times[i] = call(n) / (double)n;
		done += n;
	}
	cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	begin = now(CLOCK_MONOTONIC) - begin;
	sum_up(times, blocks, times[0] * 1e9, ret_timing);
	ret_timing->mean = (double)begin / (double)calls;
	ret_timing->cpu = (double)cpu / (double)calls;
}

static int run_paced(uint64_t calls, uint64_t rate, struct timing *ret_timing)
{
	double *times = calloc(calls, sizeof(*times));
	uint64_t cpu = now(CLOCK_PROCESS_CPUTIME_ID), due = now(CLOCK_MONOTONIC);

	if (!times)
		return -1;
	for (uint64_t i = 0; i < calls; i++) {
		struct timespec until;

		due += 1000000000ULL / rate;
		until.tv_sec = (time_t)(due / 1000000000ULL);
		until.tv_nsec = (long)(due % 1000000000ULL);
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
		times[i] = call(1);
	}
	cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	sum_up(times, calls, CALLER_DISTURBED, ret_timing);
	ret_timing->cpu = (double)cpu / (double)calls;
	free(times);
	return 0;
}

int main(void)
{
	uint64_t calls, rate;
	char line[64], name[16];

	prctl(PR_SET_PDEATHSIG, 9);
	prctl(PR_SET_TIMERSLACK, 1);
	while (fgets(line, sizeof(line), stdin)) {
		struct timing timing = { 0 };

		if (sscanf(line, "%" SCNu64 " %" SCNu64 " %15s", &calls, &rate, name) != 3 ||
		    !calls || calls > CALLER_CALLS_MAX)
			return 2;
		prctl(PR_SET_NAME, name);
		if (!rate)
			run_fast(calls, &timing);
		else if (run_paced(calls, rate, &timing))
			return 1;
		printf("%.1f %.1f %.1f %.1f\n", timing.best, timing.median, timing.mean,
		       timing.cpu);
		fflush(stdout);
	}
	return 0;
}
