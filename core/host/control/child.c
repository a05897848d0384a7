/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "control/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sdk/confine/confine.h"

/* Above 0 to 2, which are to lead nowhere. */
static void child_lift(int *fd)
{
	if (*fd < 3)
		*fd = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
	if (*fd < 0)
		_exit(1);
}

/* What is open here is the supervisor's, and would keep alive what it closes. */
static void child_own_process(const struct child_work *work, int fds[2], pid_t supervisor)
{
	size_t count = fds[1] < 0 ? 1 : 2;
	sigset_t none;

	for (size_t i = 0; i < count; i++)
		child_lift(&fds[i]);
	if (confine_descriptors(fds, count) < 0)
		_exit(1);
	fcntl(fds[0], F_SETFL, fcntl(fds[0], F_GETFL) & ~O_NONBLOCK);
	confine_signals();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	alarm(work->seconds);
	prctl(PR_SET_NAME, work->name);
	if (confine_parent(supervisor) < 0)
		_exit(1);
}

int child_begin(const struct child_work *work, int fd, struct child *ret_child)
{
	pid_t supervisor = getpid(), pid = fork();
	int pidfd;

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		int fds[] = { fd, work->keep };

		child_own_process(work, fds, supervisor);
		_exit(work->fn(work->ctx, fds[0], fds[1]));
	}
	pidfd = pidfd_open(pid, 0);
	if (pidfd < 0) {
		int failed = -errno;

		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return failed;
	}
	*ret_child = (struct child){ .pid = pid, .pidfd = pidfd };
	return 0;
}
