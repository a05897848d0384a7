/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is asked of an instance whatever it is doing, and what becomes due in it. */
#include "supervisor/instance.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "supervisor/blockage.h"
#include "supervisor/instance_private.h"
#include "supervisor/stream.h"
#include "supervisor/strays.h"
#include "worker/protocol.h"
#include "worker/worker.h"

/*
 * So long may a worker that was killed take to end. It closes what it had attached by then, which can take
 * the kernel long, and a thread that waits for the kernel's locks does not die at all.
 */
#define INSTANCE_END_LIMIT 1500000000ULL /* ns */
/* When it is worth a look what attaching waits for, and after how long again if it did not just then. */
#define INSTANCE_SLOW_AFTER 1000000000ULL /* ns */
#define INSTANCE_SLOW_AGAIN 250000000ULL
/* What the host itself does in a worker may take so long at least, however short the calls of a plugin must be. */
#define INSTANCE_SILENT_LEAST 2000000000ULL /* ns */

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
	if (instance->on_trial)
		return;
	run->failed = true;
	if (run->config->on_error == CONFIG_ON_ERROR_ABORT)
		supervisor_stop(run);
}

void instance_tell_unsaid(struct instance *instance)
{
	uint64_t dropped = said_take_dropped(&instance->said);

	if (dropped)
		log_write(instance->run->log, BPFHOST_WARN, instance_name(instance),
			  "%llu of its log lines were dropped (more than %u KiB a second)",
			  (unsigned long long)dropped, SAID_A_SECOND >> 10);
}

bool instance_may_say(struct instance *instance, size_t size)
{
	if (!said_admit(&instance->said, size, instance->run->now))
		return false;
	instance_tell_unsaid(instance);
	return true;
}

static void instance_say(struct instance *instance, enum protocol_kind kind, uint32_t a)
{
	/* It reads nothing of what it was told before, so it will not end by being told either. */
	if (protocol_tell(instance->control, kind, a) == -EAGAIN) {
		instance_hang_up(instance);
		instance_kill(instance);
	}
}

void instance_start(struct instance *instance)
{
	instance->state = INSTANCE_STARTING;
	instance->slow_at = instance->run->now + INSTANCE_SLOW_AFTER;
	/* One on trial loads alone, and is told to attach when all others of its change have loaded. */
	instance_say(instance, PROTOCOL_START, instance_waits(instance));
}

void instance_attach(struct instance *instance)
{
	instance->state = INSTANCE_STARTING;
	instance->told_attach = true;
	instance->slow_at = instance->run->now + INSTANCE_SLOW_AFTER;
	instance_say(instance, PROTOCOL_START, 0);
}

void instance_set_log_level(struct instance *instance, uint32_t level)
{
	if (instance_alive(instance) && instance->control >= 0)
		instance_say(instance, PROTOCOL_LOG_LEVEL, level);
}

void instance_stop_alone(struct instance *instance)
{
	instance->told_stop = true;
	instance->told_stop_at = instance->run->now;
	instance_stop(instance);
}

void instance_stop(struct instance *instance)
{
	if (instance->state == INSTANCE_WAITING || instance->state == INSTANCE_NEW) {
		instance->state = INSTANCE_ENDED;
		if (instance->source) /* else the others' events wait for its */
			merge_watermark(instance->run->merge, instance->source, UINT64_MAX);
	}
	if (!instance_alive(instance) || instance->state == INSTANCE_STOPPING)
		return;
	if (instance->state != INSTANCE_FAILED)
		instance->state = INSTANCE_STOPPING;
	if (instance->control >= 0)
		instance_say(instance, PROTOCOL_STOP, 0);
}

bool instance_only_frees(const struct instance *instance)
{
	return instance->releasing || instance->drained_all;
}

void instance_hang_up(struct instance *instance)
{
	if (instance->control < 0)
		return;
	epoll_ctl(instance->run->epoll, EPOLL_CTL_DEL, instance->control, NULL);
	instance_close_fd(&instance->control);
}

void instance_kill(struct instance *instance)
{
	if (!instance_alive(instance))
		return;
	if (!instance->killed_at)
		instance->killed_at = supervisor_now();
	if (instance->bus && bus_held(instance->bus))
		instance_hang_up(instance);
	else
		kill(instance->pid, SIGKILL);
}

/* While it comes up nobody is waited for: what it does between two calls is the host's own, and short. */
static bool instance_comes_up(const struct instance *instance)
{
	return instance->state == INSTANCE_OPENING || instance->state == INSTANCE_STARTING;
}

static uint64_t instance_hang_limit(const struct instance *instance)
{
	uint64_t limit = instance->run->config->call_limit_ns;

	return limit < INSTANCE_SILENT_LEAST && !bus_call(instance->bus, NULL)
		       ? INSTANCE_SILENT_LEAST
		       : limit;
}

/* Notes since when it is between the same two calls. */
static void instance_note_silence(struct instance *instance)
{
	uint64_t behind;

	if (!instance_comes_up(instance) || bus_call(instance->bus, &behind)) {
		instance->silent_since = 0;
	} else if (!instance->silent_since || instance->silent_behind != behind) {
		instance->silent_since = instance->run->now;
		instance->silent_behind = behind;
	}
}

/* When the call that runs becomes a hang. A worker between calls that has come up may begin one at any moment. */
static uint64_t instance_hang_at(const struct instance *instance)
{
	uint64_t since;

	if (!instance_alive(instance) || instance->killed_at || bus_asleep(instance->bus))
		return UINT64_MAX;
	if (instance_only_frees(instance))
		return UINT64_MAX;
	if (instance->state == INSTANCE_OPENED || instance->state == INSTANCE_LOADED)
		return UINT64_MAX;
	if (!bus_call(instance->bus, &since))
		since = instance->silent_since ?: instance->run->now;
	if (since > instance->run->now)
		since = instance->run->now;
	if (since < instance->released_at) /* the time before was the kernel's */
		since = instance->released_at;
	return since + instance_hang_limit(instance);
}

/* When a worker that was killed is left behind. One that is through with all else harms nobody. */
static uint64_t instance_leave_at(const struct instance *instance)
{
	if (!instance_alive(instance) || !instance->killed_at || instance_only_frees(instance))
		return UINT64_MAX;
	return instance->killed_at + INSTANCE_END_LIMIT;
}

/* When one that has said its last word must be gone; nothing is left for it to do then. */
static uint64_t instance_linger_at(const struct instance *instance)
{
	if (!instance_alive(instance) || !instance->said_end || instance->killed_at ||
	    instance_only_frees(instance))
		return UINT64_MAX;
	return instance->said_end_at + INSTANCE_END_LIMIT;
}

static uint64_t instance_slow_at(const struct instance *instance)
{
	return instance->state == INSTANCE_STARTING ? instance->slow_at : UINT64_MAX;
}

/* There is never more than one worker that was left behind. */
static uint64_t instance_restart_at(const struct instance *instance)
{
	return instance->left_pid ? UINT64_MAX : instance->restart_at;
}

uint64_t instance_due(const struct instance *instance)
{
	uint64_t hang = instance_hang_at(instance), leave = instance_leave_at(instance);
	uint64_t slow = instance_slow_at(instance), linger = instance_linger_at(instance);
	uint64_t due = hang < leave ? hang : leave;

	if (instance->state == INSTANCE_WAITING)
		return instance_restart_at(instance);
	if (instance->state == INSTANCE_DRAINING)
		return instance->run->sink_blocked && !instance->dropping ? UINT64_MAX
									  : instance->run->now;
	due = linger < due ? linger : due;
	return slow < due ? slow : due;
}

static void instance_restart(struct instance *instance)
{
	/* Its plugin may be another version by now, with other types under the same numbers. */
	if (!merge_held(instance->run->merge, instance->source))
		types_free(&instance->types);
	instance->ledger.restarts++;
	stream_note_restart(instance);
	instance->running_since = 0;
	instance_spawn(instance);
}

/* Where the kernel holds it up, the cause is worth a line before it is a failure. */
static void instance_tell_slow(struct instance *instance)
{
	char why[BLOCKAGE_TEXT_MAX];

	instance->slow_at += INSTANCE_SLOW_AGAIN;
	if (!blockage_describe(instance->pid, why, sizeof(why)))
		return;
	instance->slow_at = UINT64_MAX;
	log_write(instance->run->log, BPFHOST_WARN, instance_name(instance),
		  "attaching takes long: %s", why);
}

static void instance_end_hung(struct instance *instance)
{
	uint32_t call = bus_call(instance->bus, NULL);
	char why[BLOCKAGE_TEXT_MAX], text[BLOCKAGE_TEXT_MAX + 128];
	bool blocked = blockage_describe(instance->pid, why, sizeof(why));

	snprintf(text, sizeof(text), "plugin %s: %s takes longer than %llu ms%s%s",
		 instance->config->plugin, call ? worker_call_name(call) : "starting",
		 (unsigned long long)(instance_hang_limit(instance) / 1000000),
		 blocked ? ", for " : "", blocked ? why : "");
	condition_fail(&instance->condition, text);
	log_write(instance->run->log, BPFHOST_ERROR, instance_name(instance),
		  "%s; ending its worker", text);
	instance->hung = true;
	instance_kill(instance);
}

static void instance_end_lingering(struct instance *instance)
{
	log_write(instance->run->log, BPFHOST_ERROR, instance_name(instance),
		  "plugin %s: its worker said that it was at its end, and goes on; ending it",
		  instance->config->plugin);
	instance_kill(instance);
}

void instance_tick(struct instance *instance)
{
	uint64_t now = instance->run->now;

	if (instance->state == INSTANCE_WAITING) {
		if (instance_restart_at(instance) <= now)
			instance_restart(instance);
	} else if (instance->state != INSTANCE_DRAINING) {
		if (instance_alive(instance))
			instance_note_silence(instance);
		if (instance_slow_at(instance) <= now)
			instance_tell_slow(instance);
		if (instance_hang_at(instance) <= now)
			instance_end_hung(instance);
		if (instance_linger_at(instance) <= now)
			instance_end_lingering(instance);
		if (instance_leave_at(instance) <= now)
			instance_leave(instance);
	}
}

void instance_free(struct instance *instance)
{
	if (!instance_only_frees(instance))
		instance_kill(instance);
	if (instance_alive(instance))
		strays_end_around(instance->pid);
	if (instance->source)
		merge_source_remove(instance->run->merge, instance->source);
	kernel_view_close(&instance->kernel);
	instance_close_fd(&instance->pidfd);
	if (instance->left_pid)
		instance_close_fd(&instance->left_pidfd);
	instance_close_fd(&instance->control);
	instance_close_fd(&instance->notify);
	instance_close_fd(&instance->wake);
	if (instance->bus)
		bus_free(instance->bus);
	free(instance->life.gaps_seen);
	types_free(&instance->types);
	condition_free(&instance->condition);
}
