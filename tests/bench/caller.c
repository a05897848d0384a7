/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The program that is traced: calls what traced/traced.h names, as often as it is told. It does nothing
 * before that, so that tracers can be attached to its pid first.
 *
 *	caller SUBJECT PRODUCERS
 *
 *	CALLS RATE NAME    a line on stdin: so many calls, at RATE a second (0: as fast as it can), under
 *	                   this name in the events
 *
 * answers with one line on stdout: best, median and mean ns a call, and ns of its own CPU a call. At
 * full speed these are of blocks of calls, and PRODUCERS threads, one a CPU, share the calls; paced, it
 * is one thread and times are of single calls. Those above CALLER_DISTURBED are left out of the mean:
 * the machine did something else then. Pacing sleeps between calls, as a program does that now and then
 * calls something.
 */
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "traced/traced.h"

#define CALLER_CALLS_MAX     100000000ULL
#define CALLER_BLOCKS        100
#define CALLER_DISTURBED     100000.0 /* ns */
#define CALLER_PRODUCERS_MAX 8

struct timing {
	double best;
	double median;
	double mean;
	double cpu;
};

struct producer {
	traced_loop loop;
	uint64_t calls;
	uint64_t blocks;
	int cpu; /* -1: any */
	pthread_t thread;
	double *times; /* ns a call, one a block */
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

static double call(traced_loop loop, uint64_t calls)
{
	uint64_t begin = now(CLOCK_MONOTONIC);

	loop(calls);
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

static void *produce(void *context)
{
	const struct producer *producer = context;
	uint64_t done = 0;

	if (producer->cpu >= 0) {
		cpu_set_t cpus;

		CPU_ZERO(&cpus);
		CPU_SET((size_t)producer->cpu, &cpus);
		sched_setaffinity(0, sizeof(cpus), &cpus);
	}
	for (uint64_t i = 0; i < producer->blocks; i++) {
		uint64_t n = producer->calls * (i + 1) / producer->blocks - done;

		producer->times[i] = call(producer->loop, n) / (double)n;
		done += n;
	}
	return NULL;
}

static void produce_all(struct producer *producers, uint32_t count)
{
	if (count == 1) {
		produce(producers);
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		if (pthread_create(&producers[i].thread, NULL, produce, &producers[i]))
			exit(1);
	for (uint32_t i = 0; i < count; i++)
		pthread_join(producers[i].thread, NULL);
}

static void run_fast(traced_loop loop, uint32_t count, uint64_t calls, struct timing *ret_timing)
{
	uint64_t each = calls / count, blocks = each < CALLER_BLOCKS ? each : CALLER_BLOCKS;
	double times[CALLER_PRODUCERS_MAX * CALLER_BLOCKS];
	struct producer producers[CALLER_PRODUCERS_MAX];
	uint64_t cpu, begin;

	for (uint32_t i = 0; i < count; i++)
		producers[i] = (struct producer){
			.loop = loop,
			.calls = i ? each : calls - each * (count - 1),
			.blocks = blocks,
			.cpu = count > 1 ? (int)i : -1,
			.times = times + i * blocks,
		};
	cpu = now(CLOCK_PROCESS_CPUTIME_ID);
	begin = now(CLOCK_MONOTONIC);
	produce_all(producers, count);
	cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	begin = now(CLOCK_MONOTONIC) - begin;
	sum_up(times, blocks * count, 1e18, ret_timing);
	ret_timing->mean = (double)begin * count / (double)calls;
	ret_timing->cpu = (double)cpu / (double)calls;
}

static int run_paced(traced_loop loop, uint64_t calls, uint64_t rate, struct timing *ret_timing)
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
		times[i] = call(loop, 1);
	}
	cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	sum_up(times, calls, CALLER_DISTURBED, ret_timing);
	ret_timing->cpu = (double)cpu / (double)calls;
	free(times);
	return 0;
}

int main(int argc, char **argv)
{
	traced_loop loop = argc == 3 ? traced_find(argv[1]) : NULL;
	uint32_t producers = argc == 3 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
	uint64_t calls, rate;
	char line[64], name[16];

	if (!loop || !producers || producers > CALLER_PRODUCERS_MAX)
		return 2;
	prctl(PR_SET_PDEATHSIG, 9);
	prctl(PR_SET_TIMERSLACK, 1);
	while (fgets(line, sizeof(line), stdin)) {
		struct timing timing = { 0 };

		if (sscanf(line, "%" SCNu64 " %" SCNu64 " %15s", &calls, &rate, name) != 3 ||
		    calls < producers || calls > CALLER_CALLS_MAX)
			return 2;
		prctl(PR_SET_NAME, name);
		if (!rate)
			run_fast(loop, producers, calls, &timing);
		else if (run_paced(loop, calls, rate, &timing))
			return 1;
		printf("%.1f %.1f %.1f %.1f\n", timing.best, timing.median, timing.mean,
		       timing.cpu);
		fflush(stdout);
	}
	return 0;
}
