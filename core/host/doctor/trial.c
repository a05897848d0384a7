/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "doctor/trial.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sdk/confine/confine.h"

#define TRIAL_LIMIT_MS 3000
/* For a child that was killed; one that is stuck in the kernel longer is left behind. */
#define TRIAL_END_MS 500

static _Noreturn void trial_child(void (*fn)(void *ctx), void *ctx, pid_t parent)
{
	if (confine_parent(parent))
		_exit(1);
	confine_signals();
	libbpf_set_print(NULL);
	fn(ctx);
	_exit(0);
}

/* Whether it ends in that time. */
static int trial_ends(int pidfd, int limit_ms)
{
	struct pollfd pollfd = { .fd = pidfd, .events = POLLIN };
	int got;

	do
		got = poll(&pollfd, 1, limit_ms);
	while (got < 0 && errno == EINTR);
	return got > 0;
}

static int trial_await(pid_t child, char *why, size_t size)
{
	int status, pidfd = (int)syscall(SYS_pidfd_open, child, 0);
	int in_time = pidfd < 0 || trial_ends(pidfd, TRIAL_LIMIT_MS);

	if (!in_time) {
		kill(child, SIGKILL);
		in_time = trial_ends(pidfd, TRIAL_END_MS);
		snprintf(why, size, "asking the kernel took longer than %d s",
			 TRIAL_LIMIT_MS / 1000);
		if (in_time)
			waitpid(child, NULL, 0);
		close(pidfd);
		return -ETIMEDOUT;
	}
	if (pidfd >= 0)
		close(pidfd);
	if (waitpid(child, &status, 0) != child)
		return -ECHILD;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (WIFSIGNALED(status))
		snprintf(why, size, "the child that asked the kernel was ended by SIG%s",
			 sigabbrev_np(WTERMSIG(status)));
	else
		snprintf(why, size, "the child that asked the kernel failed");
	return -EPROTO;
}

int trial_run(void (*fn)(void *ctx), void *ctx, char *why, size_t size)
{
	pid_t parent = getpid(), child = fork();

	if (!child)
		trial_child(fn, ctx, parent);
	if (child < 0) {
		snprintf(why, size, "failed to start a child: %s", strerror(errno));
		return -errno;
	}
	return trial_await(child, why, size);
}
