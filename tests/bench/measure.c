/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One measurement of one tracer, told as a JSON object on stdout:
 *
 *	measure load CALLS RATE FILE CALLER [TRACER ARGUMENT...]    what calls and events cost
 *	measure first CALLER TRACER ARGUMENT...                     ms from exec to the first event
 *
 * @PID@ in an argument of the tracer is the pid of the caller. For `load` the tracer writes FILE, for
 * `first` its stdout, one event a line. The caller calls under one name until the first events are
 * there, so that whatever a tracer does late is done, and then under another name, whose lines are
 * counted when the tracer is gone: what is missing is lost. The tracer's CPU is counted from before the
 * first of these calls until FILE has not grown for a while.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tree/tree.h"

#define MEASURE_NAME       "bench-timed"
#define MEASURE_READY_MS   10000U
#define MEASURE_SETTLE_MS  300U
#define MEASURE_DRAIN_MS   30000U
#define MEASURE_STOP_MS    5000U
#define MEASURE_STEP_MS    10U
#define MEASURE_FIRST_RATE 10000U

struct measure {
	pid_t caller;
	pid_t tracer; /* also its session's id */
	FILE *ask;
	FILE *answer;
	int events; /* the tracer's stdout, -1: not wanted */
	struct tree tree;
};

struct timing {
	double best;
	double median;
	double mean;
	double cpu;
};

static void die(const char *what)
{
	fprintf(stderr, "measure: %s\n", what);
	exit(1);
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void sleep_ms(unsigned int ms)
{
	poll(NULL, 0, (int)ms);
}

/* ---- the two programs -------------------------------------------------------------------------- */

static void start_caller(struct measure *m, const char *path)
{
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		die("failed to make pipes");
	m->caller = fork();
	if (!m->caller) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		execl(path, path, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	m->ask = fdopen(in[1], "w");
	m->answer = fdopen(out[0], "r");
	if (m->caller < 0 || !m->ask || !m->answer)
		die("failed to start the caller");
}

static void ask(struct measure *m, uint64_t calls, uint64_t rate, const char *name)
{
	fprintf(m->ask, "%" PRIu64 " %" PRIu64 " %s\n", calls, rate, name);
	fflush(m->ask);
}

static void await(struct measure *m, struct timing *ret_timing)
{
	if (fscanf(m->answer, "%lf %lf %lf %lf", &ret_timing->best, &ret_timing->median,
		   &ret_timing->mean, &ret_timing->cpu) != 4)
		die("the caller has failed");
}

/* The argument with @PID@ replaced, at most once. */
static char *argument(const char *text, pid_t pid)
{
	const char *mark = strstr(text, "@PID@");
	char *made = NULL;

	if (!mark)
		return strdup(text);
	if (asprintf(&made, "%.*s%d%s", (int)(mark - text), text, (int)pid, mark + 5) < 0)
		return NULL;
	return made;
}

static _Noreturn void become_tracer(struct measure *m, char **argv, int out, int err)
{
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	for (char **arg = argv; *arg; arg++)
		*arg = argument(*arg, m->caller);
	execv(argv[0], argv);
	_exit(127);
}

static void start_tracer(struct measure *m, char **argv, bool want_events)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), out[2] = { -1, -1 };

	if (null < 0 || (want_events && pipe2(out, O_CLOEXEC)))
		die("failed to prepare for the tracer");
	m->events = out[0];
	m->tracer = fork();
	if (!m->tracer)
		become_tracer(m, argv, want_events ? out[1] : null, null);
	if (m->tracer < 0)
		die("failed to start the tracer");
	if (want_events)
		close(out[1]);
	close(null);
}

/* Nothing stays behind, whatever the tracer thinks of SIGINT. */
static void stop_tracer(struct measure *m, const char *name)
{
	double limit = now_ms() + MEASURE_STOP_MS;
	char buffer[4096];

	kill(m->tracer, SIGINT);
	while (now_ms() < limit) {
		struct pollfd events = { .fd = m->events, .events = POLLIN };

		if (m->events >= 0 && poll(&events, 1, 0) > 0)
			(void)!read(m->events, buffer, sizeof(buffer));
		if (waitpid(m->tracer, NULL, WNOHANG) == m->tracer)
			return;
		sleep_ms(1);
	}
	fprintf(stderr, "measure: %s did not end by itself\n", name);
	kill(-m->tracer, SIGKILL);
	waitpid(m->tracer, NULL, 0);
}

static void stop_caller(struct measure *m)
{
	kill(m->caller, SIGKILL);
	waitpid(m->caller, NULL, 0);
}

/* ---- load -------------------------------------------------------------------------------------- */

static off_t size_of(const char *path)
{
	struct stat status;

	return stat(path, &status) ? 0 : status.st_size;
}

/* Buffered writers show their first events late: the calls are many enough to fill a buffer. */
static void await_events(struct measure *m, const char *path)
{
	double limit = now_ms() + MEASURE_READY_MS;
	struct timing ignored;

	while (!size_of(path)) {
		if (now_ms() > limit || waitpid(m->tracer, NULL, WNOHANG))
			die("the tracer shows no events");
		ask(m, 50, 0, "bench-early");
		await(m, &ignored);
		sleep_ms(MEASURE_STEP_MS);
	}
	sleep_ms(MEASURE_SETTLE_MS);
	tree_find(m->tracer, &m->tree);
}

/* The tracer's CPU when the file grew last. */
static uint64_t await_silence(struct measure *m, const char *path)
{
	double end = now_ms() + MEASURE_DRAIN_MS, silent = now_ms();
	uint64_t cpu = tree_cpu(&m->tree);
	off_t before = size_of(path);

	while (now_ms() < end && now_ms() < silent + MEASURE_SETTLE_MS) {
		off_t size;

		sleep_ms(MEASURE_STEP_MS);
		size = size_of(path);
		if (size == before)
			continue;
		before = size;
		silent = now_ms();
		cpu = tree_cpu(&m->tree);
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

static void tell_load(const struct timing *t, uint64_t calls, double cpu, uint64_t written,
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
	struct tree_memory memory = { 0 };
	uint64_t cpu = 0, written = 0;
	struct measure m = { 0 };
	struct timing timing;
	const char *path = argv[2];

	unlink(path);
	start_caller(&m, argv[3]);
	if (argv[4]) {
		start_tracer(&m, argv + 4, false);
		await_events(&m, path);
		cpu = tree_cpu(&m.tree);
	}
	ask(&m, calls, rate, MEASURE_NAME);
	await(&m, &timing);
	if (argv[4]) {
		cpu = await_silence(&m, path) - cpu;
		tree_memory(&m.tree, &memory);
		stop_tracer(&m, argv[4]);
		written = count_lines(path);
	}
	stop_caller(&m);
	unlink(path);
	tell_load(&timing, calls, (double)cpu, written, &m.tree, &memory);
}

/* ---- first ------------------------------------------------------------------------------------- */

/* A first line that is no event is a greeting. */
static bool read_event(int fd)
{
	char buffer[4096];
	ssize_t n = read(fd, buffer, sizeof(buffer));

	if (n <= 0)
		die("the tracer has ended");
	return memchr(buffer, '{', (size_t)n) != NULL;
}

static void measure_first(char **argv)
{
	double begin, limit;
	struct measure m = { 0 };
	bool there = false;

	start_caller(&m, argv[0]);
	ask(&m, MEASURE_FIRST_RATE * MEASURE_READY_MS / 1000, MEASURE_FIRST_RATE, "bench-early");
	sleep_ms(MEASURE_STEP_MS);
	begin = now_ms();
	limit = begin + MEASURE_READY_MS;
	start_tracer(&m, argv + 1, true);
	while (!there && now_ms() < limit) {
		struct pollfd events = { .fd = m.events, .events = POLLIN };

		there = poll(&events, 1, MEASURE_STEP_MS) > 0 && read_event(m.events);
	}
	if (!there)
		die("the tracer shows no events");
	printf("{\"first_ms\":%.2f}\n", now_ms() - begin);
	stop_tracer(&m, argv[1]);
	stop_caller(&m);
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	if (argc >= 6 && !strcmp(argv[1], "load"))
		measure_load(argv + 2);
	else if (argc >= 4 && !strcmp(argv[1], "first"))
		measure_first(argv + 2);
	else
		die("wrong arguments");
	return 0;
}
