/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "control/looker.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control/control_private.h"

int looker_begin(struct looker *looker, struct news_work *work)
{
	const struct child_work child = {
		.name = "bpfhost-news",
		.keep = work->folders->fd,
		.fn = news_look,
		.ctx = work,
	};
	int fds[2], err;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return -errno;
	err = child_begin(&child, fds[1], &looker->child);
	close(fds[1]);
	if (err) {
		close(fds[0]);
		return err;
	}
	looker->fd = fds[0];
	looker->killed = false;
	control_watch(looker->control, looker->fd, CONTROL_NEWS_WORD);
	control_watch(looker->control, looker->child.pidfd, CONTROL_NEWS_END);
	return 0;
}

/* Whether it has ended by now; then it is no more. */
static bool looker_reap(const struct looker *looker, struct child *child, int *ret_status)
{
	if (!child->pid || waitpid(child->pid, ret_status, WNOHANG) != child->pid)
		return false;
	control_unwatch(looker->control, child->pidfd);
	close(child->pidfd);
	*child = (struct child){ 0 };
	return true;
}

bool looker_ended(struct looker *looker, int *ret_status)
{
	return looker_reap(looker, &looker->child, ret_status);
}

void looker_leave(struct looker *looker)
{
	control_unwatch(looker->control, looker->fd);
	close(looker->fd);
	looker->fd = -1;
}

bool looker_drop(struct looker *looker)
{
	kill(looker->child.pid, SIGKILL);
	looker->killed = true;
	for (size_t i = 0; i < LOOKER_STRAYS; i++) {
		if (looker->strays[i].pid)
			continue;
		looker->strays[i] = looker->child;
		looker->child = (struct child){ 0 };
		looker_leave(looker);
		return true;
	}
	return false;
}

bool looker_strays_ended(struct looker *looker)
{
	bool ended = false;
	int status;

	for (size_t i = 0; i < LOOKER_STRAYS; i++)
		ended |= looker_reap(looker, &looker->strays[i], &status);
	return ended;
}

static void looker_kill(const struct child *child)
{
	if (!child->pid)
		return;
	if (!waitpid(child->pid, NULL, WNOHANG))
		kill(child->pid, SIGKILL);
	close(child->pidfd);
}

void looker_close(struct looker *looker)
{
	looker_kill(&looker->child);
	for (size_t i = 0; i < LOOKER_STRAYS; i++)
		looker_kill(&looker->strays[i]);
	if (looker->fd >= 0)
		close(looker->fd);
}
