/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a worker says over its control socket, taken as hostile. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine/calls.h"
#include "supervisor/instance.h"
#include "supervisor/instance_private.h"
#include "supervisor/process_stat.h"
#include "worker/protocol.h"
#include "worker/worker.h"

/* Messages taken from one worker before others have their turn. */
#define INSTANCE_MESSAGES 64

static void instance_on_opened(struct instance *instance, const struct protocol_message *message)
{
	if (instance->state != INSTANCE_OPENING) /* told to stop meanwhile */
		return;
	log_write(instance->run->log, message->b ? BPFHOST_INFO : BPFHOST_DEBUG,
		  instance_name(instance), "opened plugin %s", message->text);
	instance->state = INSTANCE_OPENED;
	if (instance->run->started && !instance_waits(instance))
		instance_start(instance);
}

static void instance_tell_failure(struct instance *instance, const struct protocol_message *message)
{
	uint64_t limit = instance->run->config->memory_limit;

	log_write(instance->run->log, BPFHOST_ERROR, instance_name(instance), "%s", message->text);
	if (message->kind == PROTOCOL_FAILED && message->b == ENOMEM && limit)
		log_write(instance->run->log, BPFHOST_INFO, instance_name(instance),
			  "its worker gets %llu MiB of memory (--memory-limit)",
			  (unsigned long long)(limit >> 20));
}

/* Whether it is said of what the instance was told: a wrong option, a plugin that there is not. */
static bool instance_is_misuse(const struct protocol_message *message)
{
	if (message->kind == PROTOCOL_REFUSED)
		return message->a;
	return message->a == WORKER_CALL_LOAD && message->b == EINVAL;
}

/* The last word of a worker, which it has once; what fails when the run has begun is no misconfiguration. */
static void instance_on_failure(struct instance *instance, const struct protocol_message *message)
{
	struct supervisor *run = instance->run;

	if (instance->said_end)
		return;
	instance_tell_failure(instance, message);
	instance->said_end = true;
	instance->said_end_at = run->now;
	if (!instance_is_misuse(message)) {
		condition_fail(&instance->condition, message->text);
	} else {
		condition_refuse(&instance->condition, message->text);
		if (message->kind == PROTOCOL_REFUSED)
			run->misconfigured |= !run->started;
		else
			run->load_misconfigured |= !instance->on_trial;
	}
	instance_fail(instance);
}

/*
 * Nobody ends as he should before being told to: what then ends without a word has crashed. One that has failed
 * was told to, alone.
 */
static void instance_on_detached(struct instance *instance)
{
	if (!instance->run->stopping_since && !instance->run->config->dry_run &&
	    !instance->told_stop && instance->state != INSTANCE_FAILED)
		return;
	instance->said_end = true;
	instance->said_end_at = instance->run->now;
}

static void instance_on_loaded(struct instance *instance)
{
	if (!instance_waits(instance) || instance->state != INSTANCE_STARTING)
		return;
	instance->state = INSTANCE_LOADED;
	/* What it has told by now is still to be taken, whatever an earlier look at the bus found. */
	instance->drained = false;
}

static void instance_on_attached(struct instance *instance, const struct protocol_message *message)
{
	struct supervisor *run = instance->run;

	if (instance->running_since) /* it has said so */
		return;
	if (instance->state == INSTANCE_STARTING)
		instance->state = INSTANCE_RUNNING;
	run->any_ran = instance->has_books = true;
	instance->running_since = run->now;
	instance->condition.attached = message->a;
	instance->condition.wanted = message->b;
	if (run->config->dry_run || instance->state == INSTANCE_FAILED)
		return;
	if (message->a < message->b)
		log_write(run->log, BPFHOST_WARN, instance_name(instance),
			  "degraded: %u of %u probes are attached", message->a, message->b);
	else
		log_write(run->log, BPFHOST_INFO, instance_name(instance),
			  "attached %u of %u probes", message->a, message->b);
}

static int instance_view_ring(struct instance *instance, const struct protocol_message *message)
{
	int reader = message->nfds > 1 ? message->fds[1] : -1;
	int err = -EBADMSG;

	if (message->nfds >= 1 && !instance->kernel.counters)
		err = kernel_view_open(&instance->kernel, message->fds[0], reader, message->a);
	if (err)
		return err;
	instance->life.gaps_seen = calloc(message->a, sizeof(uint64_t));
	return instance->life.gaps_seen ? 0 : -ENOMEM;
}

/* A line of a dry run is all that may come to stdout beside events. */
static void instance_on_plan(struct instance *instance, const struct protocol_message *message)
{
	if (instance->run->config->dry_run)
		supervisor_tell_plan(instance, message->text);
}

static void instance_on_missed(struct instance *instance, const struct protocol_message *message)
{
	condition_miss(&instance->condition, message->text);
	if (instance_may_say(instance, message->text_size))
		log_write(instance->run->log, BPFHOST_WARN, instance_name(instance), "%s",
			  message->text);
}

/* It could not have been sent by ours. What else this worker says is not to be believed either. */
static void instance_on_nonsense(struct instance *instance)
{
	log_write(instance->run->log, BPFHOST_ERROR, instance_name(instance),
		  "the worker sent a message that cannot be; ending it");
	instance_hang_up(instance);
	instance_kill(instance);
}

/* Calls that are many in one, told apart by their first argument. */
static bool instance_call_has_faces(uint32_t call)
{
	return call == SYS_bpf || call == SYS_prctl || call == SYS_socket;
}

/* A mistake of the plugin's, which hears EPERM and may do without; whoever wrote it wants to know. */
static void instance_on_denied(struct instance *instance, const struct protocol_message *message)
{
	char name[64], face[32] = "";

	if (!instance_may_say(instance, sizeof(name)))
		return;
	confine_call_name((int)message->a, name, sizeof(name));
	if (instance_call_has_faces(message->a))
		snprintf(face, sizeof(face), "(%u, ...)", message->b);
	log_write(instance->run->log, BPFHOST_WARN, instance_name(instance),
		  "plugin %s: its worker was refused the system call %s%s",
		  instance->config->plugin, name, face);
}

static void instance_on_held(struct instance *instance, const struct protocol_message *message)
{
	instance->confined = true;
	if (instance_may_say(instance, message->text_size))
		log_write(instance->run->log, BPFHOST_DEBUG, instance_name(instance), "%s",
			  message->text);
}

/* Without the counters there is no ledger, and no run that could be vouched for. */
static void instance_on_ring(struct instance *instance, const struct protocol_message *message)
{
	int err = instance_view_ring(instance, message);
	char why[128];

	if (!err || instance->said_end)
		return;
	if (err == -EBADMSG) {
		instance_on_nonsense(instance);
		return;
	}
	snprintf(why, sizeof(why), "failed to map the counters: %s", strerror(-err));
	log_write(instance->run->log, BPFHOST_ERROR, instance_name(instance), "%s", why);
	condition_fail(&instance->condition, why);
	/* It is told to end, and killed where it lingers. */
	instance->said_end = true;
	instance->said_end_at = instance->run->now;
	instance_fail(instance);
	instance_stop(instance);
}

static void instance_on_message(struct instance *instance, struct protocol_message *message)
{
	switch (message->kind) {
	case PROTOCOL_OPENED:
		instance_on_opened(instance, message);
		break;
	case PROTOCOL_REFUSED:
	case PROTOCOL_FAILED:
		instance_on_failure(instance, message);
		break;
	case PROTOCOL_RING:
		instance_on_ring(instance, message);
		break;
	case PROTOCOL_MISSED:
		instance_on_missed(instance, message);
		break;
	case PROTOCOL_DENIED:
		instance_on_denied(instance, message);
		break;
	case PROTOCOL_HELD:
		instance_on_held(instance, message);
		break;
	case PROTOCOL_SIGSYS:
		instance->sigsys_from = (pid_t)message->a;
		break;
	case PROTOCOL_PLAN:
		instance_on_plan(instance, message);
		break;
	case PROTOCOL_LOADED:
		instance_on_loaded(instance);
		break;
	case PROTOCOL_ATTACHED:
		instance_on_attached(instance, message);
		break;
	case PROTOCOL_RELEASING:
		instance->releasing = message->a;
		instance->released_at = message->a ? 0 : instance->run->now;
		break;
	case PROTOCOL_DRAINED:
		/* An earlier look at the bus says nothing of the last events. */
		instance->drained_all = true;
		instance->drained = false;
		break;
	case PROTOCOL_DETACHED:
		instance_on_detached(instance);
		break;
	default:
		instance_on_nonsense(instance);
	}
	protocol_close_fds(message);
}

/*
 * A worker that ends closes the socket too, and cannot be harmed any more. One that lives on can be
 * told nothing, not even to stop.
 */
static void instance_on_hang_up(struct instance *instance)
{
	struct process_stat stat;
	char folder[32];

	snprintf(folder, sizeof(folder), "/proc/%d", (int)instance->pid);
	if (process_stat(folder, &stat) && stat.is_ending)
		instance->ended_alone = !instance->killed_at;
	else
		instance->hung_up = true;
	instance_hang_up(instance);
	instance_kill(instance);
}

bool instance_listen(struct instance *instance)
{
	struct protocol_message message;

	for (int i = 0; i < INSTANCE_MESSAGES && instance->control >= 0; i++) {
		int got = protocol_receive(instance->control, &message);

		if (got == -EAGAIN)
			return false;
		if (got == -EBADMSG) {
			instance_on_nonsense(instance);
			return false;
		}
		if (got <= 0) {
			instance_on_hang_up(instance);
			return false;
		}
		instance_on_message(instance, &message);
	}
	return instance->control >= 0;
}
