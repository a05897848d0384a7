/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "supervisor/instance.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpfhost/plugin.h>

#include "supervisor/stream.h"
#include "worker/protocol.h"
#include "worker/worker.h"

/* Room on the bus of one instance; see docs/ARCHITECTURE.md for how it was chosen. */
#define INSTANCE_BUS_SIZE (4U << 20)
#define INSTANCE_BACKOFF_FIRST 100000000ULL   /* ns */
#define INSTANCE_BACKOFF_MAX 10000000000ULL   /* ns */
#define INSTANCE_HEALTHY_AFTER 60000000000ULL /* ns without a crash make the earlier ones forgotten */
/* Messages taken from one worker before others have their turn. */
#define INSTANCE_MESSAGES 64

static const char *instance_name(const struct instance *instance)
{
	return instance->config->name;
}

bool instance_alive(const struct instance *instance)
{
	return instance->pid > 0;
}

bool instance_over(const struct instance *instance)
{
	return instance->state == INSTANCE_ENDED || instance->state == INSTANCE_FAILED;
}

static void instance_fail(struct instance *instance)
{
	struct supervisor *run = instance->run;

	instance->state = INSTANCE_FAILED;
	run->failed = true;
	if (run->config->on_error == CONFIG_ON_ERROR_ABORT)
		supervisor_stop(run);
}

/* ---- beginning --------------------------------------------------------------------------------- */

static void instance_close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

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
	struct supervisor *run = instance->run;

	for (uint32_t i = 0; i < run->ninstances; i++) {
		kernel_view_close(&run->instances[i].kernel);
		if (i != instance->index)
			bus_free(run->instances[i].bus);
	}
}

static void instance_fork(struct instance *instance, int theirs)
{
	struct worker_setup setup = {
		.config = instance->run->config,
		.instance = instance->config,
		.filter = &instance->run->filter_values,
		.bus = instance->bus,
		.control = theirs,
		.notify = instance->notify,
		.wake = instance->wake,
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
	instance->said_end = instance->hung_up = instance->broken = instance->crashed = false;
	instance->drained = instance->drained_all = instance->stop_killed = false;
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

int instance_spawn(struct instance *instance)
{
	int err = instance_begin_life(instance);

	if (err) {
		log_write(instance->run->log, BPFHOST_ERROR, instance_name(instance),
			  "failed to start a worker: %s", strerror(-err));
		instance_kill(instance);
		instance_fail(instance);
		return err;
	}
	instance->state = INSTANCE_OPENING;
	return 0;
}

static void instance_say(struct instance *instance, enum protocol_kind kind)
{
	protocol_send(instance->control, kind, 0, 0, NULL, NULL, 0);
}

void instance_start(struct instance *instance)
{
	instance->state = INSTANCE_STARTING;
	instance_say(instance, PROTOCOL_START);
}

/* ---- listening --------------------------------------------------------------------------------- */

static void instance_on_opened(struct instance *instance, const struct protocol_message *message)
{
	instance->needs_no_task = message->a & BPFHOST_NEED_NO_TASK_FILTER;
	log_write(instance->run->log, message->b ? BPFHOST_INFO : BPFHOST_DEBUG,
		  instance_name(instance), "opened plugin %s", message->text);
	instance->state = INSTANCE_OPENED;
	if (instance->run->started)
		instance_start(instance);
}

static void instance_on_refused(struct instance *instance, const struct protocol_message *message)
{
	log_write(instance->run->log, BPFHOST_ERROR, instance_name(instance), "%s", message->text);
	instance->said_end = true;
	if (message->a)
		instance->run->misconfigured = true;
	instance_fail(instance);
}

static void instance_on_failed(struct instance *instance, const struct protocol_message *message)
{
	log_write(instance->run->log, BPFHOST_ERROR, instance_name(instance), "%s", message->text);
	instance->said_end = true;
	if (message->a == WORKER_CALL_LOAD && message->b == EINVAL)
		instance->run->load_misconfigured = true;
	instance_fail(instance);
}

static void instance_on_attached(struct instance *instance, const struct protocol_message *message)
{
	struct supervisor *run = instance->run;

	if (instance->state == INSTANCE_STARTING)
		instance->state = INSTANCE_RUNNING;
	run->any_ran = true;
	instance->running_since = run->now;
	if (run->config->dry_run)
		return;
	if (message->a < message->b)
		log_write(run->log, BPFHOST_WARN, instance_name(instance),
			  "degraded: %u of %u probes are attached", message->a, message->b);
	else if (!run->config->dry_run)
		log_write(run->log, BPFHOST_INFO, instance_name(instance), "attached %u of %u probes",
			  message->a, message->b);
}

static void instance_on_ring(struct instance *instance, const struct protocol_message *message)
{
	int reader = message->nfds > 1 ? message->fds[1] : -1;
	int err = -EBADMSG;

	if (message->nfds >= 1 && !instance->kernel.counters)
		err = kernel_view_open(&instance->kernel, message->fds[0], reader, message->a);
	if (!err)
		instance->life.gaps_seen = calloc(message->a, sizeof(uint64_t));
	if (err)
		log_write(instance->run->log, BPFHOST_ERROR, instance_name(instance),
			  "failed to map the counters: %s", strerror(-err));
}

static void instance_on_message(struct instance *instance, struct protocol_message *message)
{
	switch (message->kind) {
	case PROTOCOL_OPENED:
		instance_on_opened(instance, message);
		break;
	case PROTOCOL_REFUSED:
		instance_on_refused(instance, message);
		break;
	case PROTOCOL_FAILED:
		instance_on_failed(instance, message);
		break;
	case PROTOCOL_RING:
		instance_on_ring(instance, message);
		break;
	case PROTOCOL_MISSED:
		log_write(instance->run->log, BPFHOST_WARN, instance_name(instance), "%s",
			  message->text);
		break;
	case PROTOCOL_PLAN:
		supervisor_tell_plan(instance, message->text);
		break;
	case PROTOCOL_ATTACHED:
		instance_on_attached(instance, message);
		break;
	case PROTOCOL_DRAINED:
		instance->drained_all = true;
		break;
	case PROTOCOL_DETACHED:
		instance->said_end = true;
		break;
	}
	for (int i = 0; i < message->nfds; i++)
		close(message->fds[i]);
}

/*
 * A worker that ends closes the socket too, and cannot be harmed any more. One that lives on can be
 * told nothing, not even to stop.
 */
static void instance_on_hang_up(struct instance *instance)
{
	epoll_ctl(instance->run->epoll, EPOLL_CTL_DEL, instance->control, NULL);
	instance_close_fd(&instance->control);
	instance->hung_up = true;
	instance_kill(instance);
}

void instance_listen(struct instance *instance)
{
	struct protocol_message message;

	for (int i = 0; i < INSTANCE_MESSAGES && instance->control >= 0; i++) {
		int got = protocol_receive(instance->control, &message);

		if (got == -EAGAIN)
			return;
		if (got <= 0) {
			instance_on_hang_up(instance);
			return;
		}
		instance_on_message(instance, &message);
	}
}

/* ---- ending ------------------------------------------------------------------------------------ */

void instance_stop(struct instance *instance)
{
	if (instance->state == INSTANCE_WAITING || instance->state == INSTANCE_NEW)
		instance->state = INSTANCE_ENDED;
	if (!instance_alive(instance) || instance->state == INSTANCE_STOPPING)
		return;
	if (instance->state != INSTANCE_FAILED)
		instance->state = INSTANCE_STOPPING;
	if (instance->control >= 0)
		instance_say(instance, PROTOCOL_STOP);
}

void instance_kill(struct instance *instance)
{
	if (instance_alive(instance))
		kill(instance->pid, SIGKILL);
}

static void instance_describe_end(const siginfo_t *info, char *out, size_t size)
{
	const char *signal;

	if (info->si_code == CLD_EXITED) {
		snprintf(out, size, "exited with status %d", info->si_status);
		return;
	}
	signal = sigabbrev_np(info->si_status);
	snprintf(out, size, "was ended by SIG%s", signal ? signal : "?");
}

static void instance_tell_crash(struct instance *instance, const siginfo_t *info)
{
	uint32_t call = bus_call(instance->bus, NULL);
	bool hung_up = instance->hung_up && info->si_status == SIGKILL && !instance->broken;
	char how[64];

	instance->run->had_crash = true;
	instance_describe_end(info, how, sizeof(how));
	log_write(instance->run->log, BPFHOST_ERROR, instance_name(instance),
		  "plugin %s: its worker %s %s%s%s", instance->config->plugin, how,
		  call ? "in " : "", worker_call_name(call),
		  hung_up ? ", after it had closed its control socket" : "");
}

void instance_reap(struct instance *instance)
{
	siginfo_t info = { 0 };

	if (!instance_alive(instance) ||
	    waitid(P_PIDFD, (id_t)instance->pidfd, &info, WEXITED | WNOHANG) < 0 || !info.si_pid)
		return;
	instance->pid = 0;
	instance_listen(instance); /* what it said last */
	instance->crashed = !instance->said_end && !instance->stop_killed;
	if (instance->crashed)
		instance_tell_crash(instance, &info);
	instance_close_fd(&instance->pidfd);
	instance_close_fd(&instance->control);
	instance_close_fd(&instance->wake);
	instance->failed_already = instance->state == INSTANCE_FAILED;
	instance->ran = instance->running_since != 0;
	instance->state = INSTANCE_DRAINING;
}

/* The kernel's counts and those of user space, of the worker of this life. */
static uint64_t instance_produced(const struct instance *instance, uint64_t *ret_lost)
{
	struct kernel_sums sums;

	kernel_view_sums(&instance->kernel, &sums);
	*ret_lost = sums.lost + bus_counter(instance->bus, BUS_USER_LOST);
	return sums.produced + bus_counter(instance->bus, BUS_USER_PRODUCED);
}

void instance_ledger(const struct instance *instance, struct ledger *ret_ledger)
{
	uint64_t lost;

	*ret_ledger = instance->ledger;
	if (!instance->bus)
		return;
	ret_ledger->produced += instance_produced(instance, &lost);
	ret_ledger->lost[LEDGER_RING] += lost;
	ret_ledger->filtered += bus_counter(instance->bus, BUS_TAKEN);
}

/* What nobody has seen: produced, not lost to the ring, and yet never arrived here. */
static void instance_settle_ledger(struct instance *instance)
{
	struct ledger *ledger = &instance->ledger;
	uint64_t taken = bus_counter(instance->bus, BUS_TAKEN);
	uint64_t lost, produced = instance_produced(instance, &lost);
	uint64_t known = lost + taken + instance->life.received;
	enum ledger_loss why = instance->crashed ? LEDGER_CRASH : LEDGER_STOP;

	/* A worker that lies about its own counts must not unbalance the books. */
	if (known > produced)
		produced = known;
	ledger->produced += produced;
	ledger->filtered += taken;
	ledger->lost[LEDGER_RING] += lost;
	ledger->lost[why] += produced - known;
	stream_note_loss(instance, why, produced - known);
}

static void instance_end_life(struct instance *instance)
{
	instance_settle_ledger(instance);
	kernel_view_close(&instance->kernel);
	instance_close_fd(&instance->notify);
	bus_free(instance->bus);
	instance->bus = NULL;
	free(instance->life.gaps_seen);
	instance->life = (struct life){ 0 };
}

static void instance_back_off(struct instance *instance)
{
	struct supervisor *run = instance->run;
	uint64_t wait = INSTANCE_BACKOFF_FIRST << (instance->crashes < 16 ? instance->crashes : 16);

	if (run->now - instance->running_since > INSTANCE_HEALTHY_AFTER)
		instance->crashes = 0;
	if (wait > INSTANCE_BACKOFF_MAX)
		wait = INSTANCE_BACKOFF_MAX;
	instance->crashes++;
	instance->restart_at = run->now + wait;
	instance->state = INSTANCE_WAITING;
	log_write(run->log, BPFHOST_WARN, instance_name(instance),
		  "will be started again in %llu ms (%u of %u)",
		  (unsigned long long)(wait / 1000000), instance->crashes,
		  run->config->restart_limit);
}

static void instance_go_on(struct instance *instance)
{
	struct supervisor *run = instance->run;
	bool again = instance->crashed && instance->ran && !run->stopping_since &&
		     instance->crashes < run->config->restart_limit;

	if (again) {
		instance_back_off(instance);
		return;
	}
	merge_watermark(run->merge, instance->source, UINT64_MAX);
	if (instance->crashed && instance->ran && !run->stopping_since)
		log_write(run->log, BPFHOST_ERROR, instance_name(instance),
			  "has crashed too often, giving it up");
	if (instance->crashed || instance->failed_already)
		instance_fail(instance);
	else
		instance->state = INSTANCE_ENDED;
}

void instance_settle(struct instance *instance)
{
	instance_end_life(instance);
	instance_go_on(instance);
}

/* ---- time -------------------------------------------------------------------------------------- */

/* When the call that runs becomes a hang. A worker between calls may begin one at any moment. */
static uint64_t instance_hang_at(const struct instance *instance)
{
	uint64_t since, limit = instance->run->config->call_limit_ns;

	if (!instance_alive(instance) || instance->broken || bus_asleep(instance->bus))
		return UINT64_MAX;
	if (instance->drained_all) /* it only waits for the kernel */
		return UINT64_MAX;
	if (instance->state == INSTANCE_OPENED)
		return UINT64_MAX;
	if (!bus_call(instance->bus, &since) || since > instance->run->now)
		since = instance->run->now;
	return since + limit;
}

uint64_t instance_due(const struct instance *instance)
{
	if (instance->state == INSTANCE_WAITING)
		return instance->restart_at;
	if (instance->state == INSTANCE_DRAINING)
		return instance->run->sink_blocked ? UINT64_MAX : instance->run->now;
	return instance_hang_at(instance);
}

static void instance_restart(struct instance *instance)
{
	instance->ledger.restarts++;
	stream_note_restart(instance);
	instance->running_since = 0;
	instance_spawn(instance);
}

void instance_tick(struct instance *instance)
{
	struct supervisor *run = instance->run;
	uint32_t call;

	if (instance->state == INSTANCE_WAITING && instance->restart_at <= run->now) {
		instance_restart(instance);
		return;
	}
	if (instance->state == INSTANCE_DRAINING || instance_hang_at(instance) > run->now)
		return;
	call = bus_call(instance->bus, NULL);
	log_write(run->log, BPFHOST_ERROR, instance_name(instance),
		  "plugin %s: %s takes longer than %llu ms; ending its worker",
		  instance->config->plugin, worker_call_name(call),
		  (unsigned long long)(run->config->call_limit_ns / 1000000));
	instance->broken = true;
	instance_kill(instance);
}

void instance_free(struct instance *instance)
{
	instance_kill(instance);
	if (instance->source)
		merge_source_remove(instance->run->merge, instance->source);
	kernel_view_close(&instance->kernel);
	instance_close_fd(&instance->pidfd);
	instance_close_fd(&instance->control);
	instance_close_fd(&instance->notify);
	instance_close_fd(&instance->wake);
	if (instance->bus)
		bus_free(instance->bus);
	free(instance->life.gaps_seen);
	types_free(&instance->types);
}
