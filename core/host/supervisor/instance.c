/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is asked of an instance whatever it is doing, and what becomes due in it. */
#include "supervisor/instance.h"

#include <signal.h>
#include <stdlib.h>

#include "supervisor/instance_private.h"
#include "supervisor/stream.h"
#include "worker/protocol.h"
#include "worker/worker.h"

bool instance_alive(const struct instance *instance)
{
	return instance->pid > 0;
}

bool instance_over(const struct instance *instance)
{
	return instance->state == INSTANCE_ENDED || instance->state == INSTANCE_FAILED;
}

void instance_fail(struct instance *instance)
{
	struct supervisor *run = instance->run;

	instance->state = INSTANCE_FAILED;
	run->failed = true;
	if (run->config->on_error == CONFIG_ON_ERROR_ABORT)
		supervisor_stop(run);
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

bool instance_only_frees(const struct instance *instance)
{
	return instance->releasing || instance->drained_all;
}

void instance_kill(struct instance *instance)
{
	if (instance_alive(instance))
		kill(instance->pid, SIGKILL);
}

/* When the call that runs becomes a hang. A worker between calls may begin one at any moment. */
static uint64_t instance_hang_at(const struct instance *instance)
{
	uint64_t since, limit = instance->run->config->call_limit_ns;

	if (!instance_alive(instance) || instance->broken || instance->hung ||
	    bus_asleep(instance->bus))
		return UINT64_MAX;
	if (instance_only_frees(instance))
		return UINT64_MAX;
	if (instance->state == INSTANCE_OPENED)
		return UINT64_MAX;
	if (!bus_call(instance->bus, &since) || since > instance->run->now)
		since = instance->run->now;
	if (since < instance->released_at) /* the time before was the kernel's */
		since = instance->released_at;
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
	instance->hung = true;
	instance_kill(instance);
}

void instance_free(struct instance *instance)
{
	if (!instance_only_frees(instance))
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
