/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The beginning of a worker: its channels, its process, and how the supervisor follows it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor/change.h"
#include "supervisor/instance.h"
#include "supervisor/instance_private.h"
#include "worker/worker.h"

/* Room on the bus of one instance; see docs/ARCHITECTURE.md for how it was chosen. */
#define INSTANCE_BUS_SIZE (4U << 20)

/* The worker's eventfd tells by each edge: so it is never read. */
static int instance_watch(struct instance *instance, int fd, enum instance_source source)
{
	struct epoll_event event = {
		.events = EPOLLIN | (source == INSTANCE_SOURCE_NOTIFY ? EPOLLET : 0),
		.data.u64 = (uint64_t)instance->index << 2 | source,
	};

	return epoll_ctl(instance->run->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* The channels between the two processes; ret_theirs gets the worker's end of the socket. */
static int instance_make_channels(struct instance *instance, int *ret_theirs)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	instance->control = pair[0];
	*ret_theirs = pair[1];
	instance->notify = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	instance->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (instance->notify < 0 || instance->wake < 0)
		return -errno;
	return bus_new(INSTANCE_BUS_SIZE, &instance->bus, NULL);
}

/* In the child: a plugin that writes where it should not must not reach the stream of another. */
static void instance_forget_others(const struct instance *instance)
{
	struct instance *other;

	SUPERVISOR_EACH(instance->run, other) {
		kernel_view_close(&other->kernel);
		if (other != instance)
			bus_free(other->bus);
	}
}

static void instance_fork(struct instance *instance, int theirs)
{
	struct worker_setup setup = {
		.config = change_config(instance),
		.instance = instance->config,
		.filter = change_filter_values(instance),
		.log_level = instance->run->log_level,
		.bus = instance->bus,
		.control = theirs,
		.notify = instance->notify,
		.wake = instance->wake,
		.user = instance->run->user,
		.supervisor = getpid(),
	};

	instance->pid = fork();
	if (instance->pid == 0) {
		instance_forget_others(instance);
		worker_main(&setup);
	}
}

static int instance_follow(struct instance *instance)
{
	int err;

	instance->pidfd = pidfd_open(instance->pid, 0);
	if (instance->pidfd < 0)
		return -errno;
	err = instance_watch(instance, instance->pidfd, INSTANCE_SOURCE_PROCESS);
	if (!err)
		err = instance_watch(instance, instance->control, INSTANCE_SOURCE_CONTROL);
	return err ? err : instance_watch(instance, instance->notify, INSTANCE_SOURCE_NOTIFY);
}

static int instance_begin_life(struct instance *instance)
{
	int theirs = -1, err;

	instance->life = (struct life){ 0 };
	condition_renew(&instance->condition);
	instance->said_end = instance->hung_up = instance->broken = instance->crashed = false;
	instance->drained = instance->drained_all = instance->stop_killed = instance->hung = false;
	instance->settled = instance->releasing = false;
	instance->ended_alone = instance->confined = false;
	instance->sigsys_from = 0;
	instance->released_at = instance->killed_at = instance->silent_since = 0;
	err = instance_make_channels(instance, &theirs);
	if (!err && !instance->source)
		instance->source = merge_source_add(instance->run->merge, 0, instance);
	if (!err && !instance->source)
		err = -ENOMEM;
	if (!err)
		instance_fork(instance, theirs);
	instance_close_fd(&theirs);
	if (!err && instance->pid < 0)
		err = -errno;
	return err ? err : instance_follow(instance);
}

/* A life that did not begin leaves nothing that somebody would wait for. */
static void instance_undo_life(struct instance *instance)
{
	instance_kill(instance);
	if (instance_alive(instance))
		waitpid(instance->pid, NULL, 0);
	instance->pid = 0;
	instance_close_fd(&instance->pidfd);
	instance_close_fd(&instance->control);
	instance_close_fd(&instance->notify);
	instance_close_fd(&instance->wake);
	bus_free(instance->bus);
	instance->bus = NULL;
	if (instance->source)
		merge_watermark(instance->run->merge, instance->source, UINT64_MAX);
}

int instance_spawn(struct instance *instance)
{
	int err = instance_begin_life(instance);
	char why[128];

	if (err) {
		snprintf(why, sizeof(why), "failed to start a worker: %s", strerror(-err));
		condition_fail(&instance->condition, why);
		log_write(instance->run->log, BPFHOST_ERROR, instance_name(instance), "%s", why);
		instance_undo_life(instance);
		instance_fail(instance);
		return err;
	}
	instance->state = INSTANCE_OPENING;
	return 0;
}
