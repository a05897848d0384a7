/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One measurement of one tracer, told as a JSON object on stdout:
 *
 *	measure load CALLS RATE FILE CALLER SUBJECT PRODUCERS [TRACER ARGUMENT...]
 *		what calls and events cost
 *	measure first CALLER SUBJECT PRODUCERS TRACER ARGUMENT...
 *		ms from exec to the first event
 *
 * @PID@ in an argument of the tracer is the pid of the caller. For `load` the tracer writes FILE, for
 * `first` its stdout, one event a line. The caller calls under one name until the first events are
 * there, so that whatever a tracer does late is done, and then under another name, whose lines are
 * counted when the tracer is gone: what is missing is lost. The tracer's CPU is counted from before the
 * first of these calls until FILE has not grown for a while.
 */
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pair/pair.h"
#include "tree/tree.h"

#define MEASURE_NAME       "bench-timed"
#define MEASURE_READY_MS   10000U
#define MEASURE_SETTLE_MS  300U
#define MEASURE_DRAIN_MS   30000U
#define MEASURE_STOP_MS    5000U
#define MEASURE_STEP_MS    10U
#define MEASURE_FIRST_RATE 10000U
#define MEASURE_CALLER     3 /* words: program, subject, producers */

/* ---- load -------------------------------------------------------------------------------------- */

static off_t size_of(const char *path)
{
	struct stat status;

	return stat(path, &status) ? 0 : status.st_size;
}

/* Buffered writers show their first events late: the calls are many enough to fill a buffer. */
static void await_events(struct pair *m, const char *path, struct tree *ret_tree)
{
	double limit = pair_now_ms() + MEASURE_READY_MS;
	struct pair_timing ignored;

	while (!size_of(path)) {
		if (pair_now_ms() > limit || waitpid(m->tracer, NULL, WNOHANG))
			pair_die("the tracer shows no events");
		pair_ask(m, 50, 0, "bench-early");
		pair_await(m, &ignored);
		pair_sleep_ms(MEASURE_STEP_MS);
	}
	pair_sleep_ms(MEASURE_SETTLE_MS);
	tree_find(m->tracer, ret_tree);
}

/* The tracer's CPU when the file grew last. */
static uint64_t await_silence(const struct tree *tree, const char *path)
{
	double end = pair_now_ms() + MEASURE_DRAIN_MS, silent = pair_now_ms();
	uint64_t cpu = tree_cpu(tree);
	off_t before = size_of(path);

	while (pair_now_ms() < end && pair_now_ms() < silent + MEASURE_SETTLE_MS) {
		off_t size;

		pair_sleep_ms(MEASURE_STEP_MS);
		size = size_of(path);
		if (size == before)
			continue;
		before = size;
		silent = pair_now_ms();
		cpu = tree_cpu(tree);
	}
	return cpu;
}

static uint64_t count_lines(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[1024];
	uint64_t n = 0;

	while (file && fgets(line, sizeof(line), file))
		n += strstr(line, "\"" MEASURE_NAME "\"") != NULL;
	if (file)
		fclose(file);
	return n;
}

static void tell_load(const struct pair_timing *t, uint64_t calls, double cpu, uint64_t written,
		      const struct tree *tree, const struct tree_memory *memory)
{
	printf("{\"calls\":%" PRIu64 ",\"best_ns\":%.1f,\"median_ns\":%.1f,\"mean_ns\":%.1f,"
	       "\"caller_cpu_ns\":%.1f",
	       calls, t->best, t->median, t->mean, t->cpu);
	if (tree->n)
		printf(",\"tracer_cpu_ns\":%.1f,\"written\":%" PRIu64 ",\"lost\":%" PRId64
		       ",\"processes\":%u,\"peak_kb\":%" PRIu64 ",\"shared_out_kb\":%" PRIu64,
		       written ? cpu / (double)written : 0, written, (int64_t)(calls - written),
		       tree->n, memory->peak_kb, memory->shared_out_kb);
	printf("}\n");
}

static void measure_load(char **argv)
{
	uint64_t calls = strtoull(argv[0], NULL, 10), rate = strtoull(argv[1], NULL, 10);
	char **tracer = argv + 3 + MEASURE_CALLER;
	struct tree_memory memory = { 0 };
	uint64_t cpu = 0, written = 0;
	struct tree tree = { 0 };
	struct pair pair = { 0 };
	struct pair_timing timing;
	const char *path = argv[2];

	unlink(path);
	pair_start_traced(&pair, argv + 3, MEASURE_CALLER);
	if (*tracer) {
		pair_start_tracer(&pair, tracer, false);
		await_events(&pair, path, &tree);
		cpu = tree_cpu(&tree);
	}
	pair_ask(&pair, calls, rate, MEASURE_NAME);
	pair_await(&pair, &timing);
	if (*tracer) {
		cpu = await_silence(&tree, path) - cpu;
		tree_memory(&tree, &memory);
		pair_stop_tracer(&pair, *tracer, MEASURE_STOP_MS);
		written = count_lines(path);
	}
	pair_stop_traced(&pair);
	unlink(path);
	tell_load(&timing, calls, (double)cpu, written, &tree, &memory);
}

/* ---- first ------------------------------------------------------------------------------------- */

/* A first line that is no event is a greeting. */
static bool read_event(int fd)
{
	char buffer[4096];
	ssize_t n = read(fd, buffer, sizeof(buffer));

	if (n <= 0)
		pair_die("the tracer has ended");
	return memchr(buffer, '{', (size_t)n) != NULL;
}

static void measure_first(char **argv)
{
	char **tracer = argv + MEASURE_CALLER;
	struct pair pair = { 0 };
	double begin, limit;
	bool there = false;

	pair_start_traced(&pair, argv, MEASURE_CALLER);
	pair_ask(&pair, MEASURE_FIRST_RATE * MEASURE_READY_MS / 1000, MEASURE_FIRST_RATE,
		 "bench-early");
	pair_sleep_ms(MEASURE_STEP_MS);
	begin = pair_now_ms();
	limit = begin + MEASURE_READY_MS;
	pair_start_tracer(&pair, tracer, true);
	while (!there && pair_now_ms() < limit) {
		struct pollfd events = { .fd = pair.events, .events = POLLIN };

		there = poll(&events, 1, MEASURE_STEP_MS) > 0 && read_event(pair.events);
	}
	if (!there)
		pair_die("the tracer shows no events");
	printf("{\"first_ms\":%.2f}\n", pair_now_ms() - begin);
	pair_stop_tracer(&pair, *tracer, MEASURE_STOP_MS);
	pair_stop_traced(&pair);
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	if (argc >= 5 + MEASURE_CALLER && !strcmp(argv[1], "load"))
		measure_load(argv + 2);
	else if (argc >= 3 + MEASURE_CALLER && !strcmp(argv[1], "first"))
		measure_first(argv + 2);
	else
		pair_die("wrong arguments");
	return 0;
}
