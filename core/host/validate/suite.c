/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "validate/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* And not 0 or 1, with which a plugin may end the process itself. */
#define SUITE_PASS 42
#define SUITE_FAIL 43
#define SUITE_SKIP 44

/* How many times as long as the others the check may take that lives tens of times. */
#define SUITE_OFTEN 5

/* How long a child that its own alarm did not end is waited for. */
#define SUITE_GRACE_S 2

const struct suite_check suite_checks[] = {
	{ "exports one symbol", check_exports, SUITE_CLOSED },
	{ "dry: loads, attaches, polls, detaches", check_life_cycle, SUITE_DRY },
	{ "dry: survives failing calls", check_failing_calls, SUITE_DRY },
	{ "dry: detaches without load", check_detach_without_load, SUITE_DRY },
	{ "dry: detaches without attach", check_detach_without_attach, SUITE_DRY },
	{ "dry: detaches twice", check_detach_twice, SUITE_DRY },
	{ "dry: lives often", check_repeated, SUITE_DRY },
	{ "live: loads, attaches, polls, detaches", check_life_cycle, SUITE_LIVE },
	{ "live: survives failing calls", check_failing_calls, SUITE_LIVE },
	{ "live: detaches without attach", check_detach_without_attach, SUITE_LIVE },
	{ "live: detaches twice", check_detach_twice, SUITE_LIVE },
	{ "live: lives often", check_repeated, SUITE_LIVE },
	{ "live: loads without privileges", check_unprivileged_load, SUITE_LIVE },
	{ "live: attaches without privileges", check_unprivileged_attach, SUITE_LIVE },
	{ "live: polls and detaches without privileges", check_unprivileged_end, SUITE_LIVE },
	{ .name = NULL },
};

/* ---- the child --------------------------------------------------------------------------------- */

static _Noreturn void suite_say(const struct suite *suite, int status, const char *format,
				va_list args)
{
	char text[SUITE_TEXT_MAX];
	int length = vsnprintf(text, sizeof(text), format, args);

	if (length > 0)
		(void)!write(suite->verdict, text, strlen(text));
	exit(status);
}

void suite_fail(const struct suite *suite, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	suite_say(suite, SUITE_FAIL, format, args);
}

void suite_skip(const struct suite *suite, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	suite_say(suite, SUITE_SKIP, format, args);
}

/* In a group of its own, so that what the plugin starts can be ended with it; but not without us. */
static void suite_settle(const struct suite *suite)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* stdout is the report's. */
	dup2(STDERR_FILENO, STDOUT_FILENO);
	alarm(suite->limit);
}

static _Noreturn void suite_child(struct suite suite, const struct suite_check *check)
{
	struct bpfhost_error why = { .text = "" };

	suite_settle(&suite);
	suite.live = check->mode == SUITE_LIVE;
	if (check->mode != SUITE_CLOSED && worker_plugin_load(&suite.plugin, &why))
		suite_fail(&suite, "%s", why.text);
	check->check(&suite);
	exit(SUITE_PASS);
}

/* ---- the parent -------------------------------------------------------------------------------- */

/* Waits for the child, and ends it when its own alarm does not. 0, -ETIMEDOUT or -errno. */
static int suite_wait(const struct suite *suite, pid_t child, int *ret_status)
{
	struct timespec begin, now;
	bool late = false;
	pid_t pid;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	while (!(pid = waitpid(child, ret_status, WNOHANG)) || (pid < 0 && errno == EINTR)) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		late = now.tv_sec - begin.tv_sec > (time_t)suite->limit + SUITE_GRACE_S;
		if (late)
			kill(child, SIGKILL);
		nanosleep(&(struct timespec){ .tv_nsec = 500000 }, NULL);
	}
	return pid < 0 ? -errno : late ? -ETIMEDOUT : 0;
}

/* What it said counts before its status, which a sanitizer that finds a leak behind it makes another. */
static enum suite_verdict suite_judge(const struct suite *suite, int status, bool late, char *text)
{
	if (late || (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM))
		snprintf(text, SUITE_TEXT_MAX, "was not done after %u s", suite->limit);
	else if (WIFSIGNALED(status))
		snprintf(text, SUITE_TEXT_MAX, "was ended by SIG%s",
			 sigabbrev_np(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == SUITE_PASS)
		return SUITE_PASSED;
	else if (WEXITSTATUS(status) == SUITE_SKIP)
		return SUITE_SKIPPED;
	else if (WEXITSTATUS(status) != SUITE_FAIL && !*text)
		snprintf(text, SUITE_TEXT_MAX, "ended the process with status %d",
			 WEXITSTATUS(status));
	return SUITE_FAILED;
}

/* The child is gone: what it said lies in the pipe. */
static void suite_hear(int fd, char *text)
{
	ssize_t n;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	n = read(fd, text, SUITE_TEXT_MAX - 1);
	text[n > 0 ? n : 0] = '\0';
}

enum suite_verdict suite_run(const struct suite *suite, const struct suite_check *check,
			     char ret_text[SUITE_TEXT_MAX])
{
	struct suite child = *suite;
	int fds[2], status = 0, err;
	pid_t pid;

	ret_text[0] = '\0';
	if (pipe2(fds, O_CLOEXEC)) {
		snprintf(ret_text, SUITE_TEXT_MAX, "failed to make a pipe: %s", strerror(errno));
		return SUITE_FAILED;
	}
	child.verdict = fds[1];
	child.limit *= check->check == check_repeated ? SUITE_OFTEN : 1;
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		suite_child(child, check);
	}
	err = pid < 0 ? -errno : suite_wait(&child, pid, &status);
	if (pid > 0)
		kill(-pid, SIGKILL);
	suite_hear(fds[0], ret_text);
	close(fds[0]);
	close(fds[1]);
	if (!err || err == -ETIMEDOUT)
		return suite_judge(&child, status, err, ret_text);
	snprintf(ret_text, SUITE_TEXT_MAX, "failed to run a child: %s", strerror(-err));
	return SUITE_FAILED;
}
