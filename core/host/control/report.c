/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "control/report.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sdk/confine/confine.h"

/* So long it may take a client to read, and the child to do it all, in seconds. */
#define REPORT_SEND_LIMIT 5
#define REPORT_LIMIT      30

static bool report_send(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		bytes += sent;
		size -= (size_t)sent;
	}
	return true;
}

/* All is made before the first byte goes out, so that its length is known. */
static bool report_tell(const struct supervisor *run, int fd, report_fn *fn, void *ctx)
{
	size_t size = 0, head_size = 0;
	const char *words[] = { CONTROL_OK, NULL };
	char *bytes = NULL, *head, number[24];
	FILE *out = open_memstream(&bytes, &size);

	if (!out)
		return false;
	fn(run, ctx, out);
	if (fclose(out))
		return false;
	snprintf(number, sizeof(number), "%zu", size);
	words[1] = number;
	head = control_words_write(words, 2, &head_size);
	return head && report_send(fd, head, head_size) && report_send(fd, bytes, size);
}

/* What is open here is the supervisor's, and would keep alive what it closes. */
static void report_own_process(int *fd, pid_t supervisor)
{
	const struct timeval limit = { .tv_sec = REPORT_SEND_LIMIT };
	sigset_t none;

	if (*fd < 3)
		*fd = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
	if (*fd < 0 || confine_descriptors(fd, 1) < 0)
		_exit(1);
	fcntl(*fd, F_SETFL, fcntl(*fd, F_GETFL) & ~O_NONBLOCK);
	setsockopt(*fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	confine_signals();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	alarm(REPORT_LIMIT);
	prctl(PR_SET_NAME, "bpfhost-report");
	if (confine_parent(supervisor) < 0)
		_exit(1);
}

int report_begin(struct supervisor *run, struct client *client, report_fn *fn, void *ctx)
{
	pid_t supervisor = getpid(), pid = fork();
	int pidfd, fd = client->fd;

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		report_own_process(&fd, supervisor);
		_exit(report_tell(run, fd, fn, ctx) ? 0 : 1);
	}
	pidfd = pidfd_open(pid, 0);
	if (pidfd < 0) {
		int failed = -errno;

		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return failed;
	}
	client->child = pid;
	client->pidfd = pidfd;
	client->state = CLIENT_TOLD;
	close(client->fd);
	client->fd = -1;
	return 0;
}
