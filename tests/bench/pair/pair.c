/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "pair.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void pair_die(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

double pair_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

void pair_sleep_ms(unsigned int ms)
{
	poll(NULL, 0, (int)ms);
}

/* ---- the traced program -------------------------------------------------------------------------- */

static _Noreturn void become_traced(char *const *words, unsigned int count, int in, int out)
{
	char *argv[PAIR_TRACED_WORDS + 1] = { NULL };

	for (unsigned int i = 0; i < count && i < PAIR_TRACED_WORDS; i++)
		argv[i] = words[i];
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	execv(argv[0], argv);
	_exit(127);
}

void pair_start_traced(struct pair *pair, char *const *words, unsigned int count)
{
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		pair_die("failed to make pipes");
	pair->traced = fork();
	if (!pair->traced)
		become_traced(words, count, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	pair->ask = fdopen(in[1], "w");
	pair->answer = fdopen(out[0], "r");
	if (pair->traced < 0 || !pair->ask || !pair->answer)
		pair_die("failed to start the traced program");
}

void pair_stop_traced(struct pair *pair)
{
	kill(pair->traced, SIGKILL);
	waitpid(pair->traced, NULL, 0);
}

void pair_ask(struct pair *pair, uint64_t calls, uint64_t rate, const char *name)
{
	fprintf(pair->ask, "%" PRIu64 " %" PRIu64 " %s\n", calls, rate, name);
	fflush(pair->ask);
}

void pair_await(struct pair *pair, struct pair_timing *ret_timing)
{
	if (fscanf(pair->answer, "%lf %lf %lf %lf", &ret_timing->best, &ret_timing->median,
		   &ret_timing->mean, &ret_timing->cpu) != 4)
		pair_die("the traced program has failed");
}

/* ---- the tracer ---------------------------------------------------------------------------------- */

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

static _Noreturn void become_tracer(const struct pair *pair, char **argv, int out, int err)
{
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	for (char **arg = argv; *arg; arg++)
		*arg = argument(*arg, pair->traced);
	execv(argv[0], argv);
	_exit(127);
}

void pair_start_tracer(struct pair *pair, char **argv, bool want_events)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), out[2] = { -1, -1 };

	if (null < 0 || (want_events && pipe2(out, O_CLOEXEC)))
		pair_die("failed to prepare for the tracer");
	pair->events = out[0];
	pair->tracer = fork();
	if (!pair->tracer)
		become_tracer(pair, argv, want_events ? out[1] : null, null);
	if (pair->tracer < 0)
		pair_die("failed to start the tracer");
	if (want_events)
		close(out[1]);
	close(null);
}

void pair_stop_tracer(struct pair *pair, const char *name, unsigned int limit_ms)
{
	double limit = pair_now_ms() + limit_ms;
	char buffer[4096];

	kill(pair->tracer, SIGINT);
	while (pair_now_ms() < limit) {
		struct pollfd events = { .fd = pair->events, .events = POLLIN };

		if (pair->events >= 0 && poll(&events, 1, 0) > 0)
			(void)!read(pair->events, buffer, sizeof(buffer));
		if (waitpid(pair->tracer, NULL, WNOHANG) == pair->tracer)
			return;
		pair_sleep_ms(1);
	}
	fprintf(stderr, "bench: %s did not end by itself\n", name);
	kill(-pair->tracer, SIGKILL);
	waitpid(pair->tracer, NULL, 0);
}
