/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From the bus into the merge. A worker's memory is never trusted: a frame's head is copied and checked
 * by the ring, its payload is copied into the merge before anything is read from it that matters. The
 * gap in front of an event is found here, in the order of the ring, from the CPU's count of lost events
 * that each record carries.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/instance.h"
#include "supervisor/instance_private.h"
#include "supervisor/stream.h"
#include "supervisor/stream_private.h"
#include "worker/worker.h"

void stream_note_loss(struct instance *instance, enum ledger_loss loss, uint64_t count)
{
	if (count)
		merge_push(instance->run->merge, instance->source, supervisor_now(), count,
			   loss == LEDGER_CRASH ? STREAM_MARK_CRASH : STREAM_MARK_STOP, NULL, 0);
}

void stream_note_restart(struct instance *instance)
{
	merge_push(instance->run->merge, instance->source, supervisor_now(), 0, STREAM_MARK_RESTART,
		   NULL, 0);
}

void stream_breach(struct instance *instance, const char *what)
{
	if (instance->broken)
		return;
	instance->broken = true;
	log_write(instance->run->log, BPFHOST_ERROR, instance->config->name,
		  "the worker broke the format of the bus (%s); ending it", what);
	instance_kill(instance);
}

/* Which count of told losses this event's `lost` belongs to; NULL: nobody can tell. */
static uint64_t *stream_gap_seen(struct instance *instance, const struct bpfhost_event *event)
{
	struct life *life = &instance->life;

	if (event->flags & BPFHOST_EVENT_USER)
		return &life->user_gap_seen;
	if (!life->gaps_seen || event->cpu >= instance->kernel.ncpus)
		return NULL;
	return &life->gaps_seen[event->cpu];
}

/*
 * How many events were lost in front of this one. A worker could claim any number; what is in the books
 * is the bound, the kernel's own count or that of user space. The former is looked at only where there is a
 * gap: the traced program writes the same cache line for each event, and would wait for it.
 */
static uint64_t stream_gap(const struct instance *instance, const struct bpfhost_event *event,
			   const uint64_t *seen)
{
	uint64_t counted;

	if (!seen || event->lost <= *seen)
		return 0;
	if (event->flags & BPFHOST_EVENT_USER)
		counted = instance_claim(instance, BUS_USER_LOST);
	else
		counted = kernel_view_lost(&instance->kernel, event->cpu);
	return event->lost > counted ? 0 : event->lost - *seen;
}

/* -EAGAIN: the merge is full, the frame is given back. */
static int stream_take_event(struct instance *instance, const struct bus_frame *frame,
			     const void *payload)
{
	struct bpfhost_event head;
	uint64_t *seen, gap;
	int err;

	if (frame->size < sizeof(head)) {
		stream_breach(instance, "a record without header");
		return 0;
	}
	if (instance->settled) {
		stream_breach(instance, "an event behind those that it said were all");
		return 0;
	}
	/* Its books count what was not received. */
	if (instance->run->sink == SINK_OVER || instance->dropping)
		return 0;
	memcpy(&head, payload, sizeof(head));
	seen = stream_gap_seen(instance, &head);
	gap = stream_gap(instance, &head, seen);
	err = merge_push(instance->run->merge, instance->source, head.time_ns, gap, 0, payload,
			 frame->size);
	if (err)
		return err;
	if (gap)
		*seen += gap;
	/* Now, not when its line is written: the cgroup of a short life may be gone by then. */
	cgroups_find(instance->run->cgroups, head.cgroup);
	instance->life.received++;
	return 0;
}

static void stream_take_schema(struct instance *instance, const struct bus_frame *frame,
			       const void *payload)
{
	void *copy = malloc(frame->size);
	int err = -ENOMEM;

	if (copy) {
		memcpy(copy, payload, frame->size);
		err = types_add(&instance->types, copy, frame->size, instance->config->name,
				instance->config->plugin, instance->run->filter);
	}
	free(copy);
	if (err)
		stream_breach(instance, err == -EEXIST  ? "a type with two schemas"
					: err == -E2BIG ? "more schemas than there is room for"
							: "a schema that does not hold together");
}

/*
 * Where a line was written is of interest to those who write plugins. A BPF program's says it always: it
 * stands there for somebody who looks for a mistake.
 */
static bool stream_shows_place(const struct instance *instance, const char *file)
{
	const char *bpf = strstr(file, ".bpf.c");

	return (bpf && !bpf[strlen(".bpf.c")]) || log_shows(instance->run->log, BPFHOST_DEBUG);
}

static void stream_take_log(struct instance *instance, const struct bus_frame *frame,
			    const void *payload)
{
	char copy[8192];
	size_t size = frame->size < sizeof(copy) - 1 ? frame->size : sizeof(copy) - 1, name_size;
	const struct worker_log *head = (const void *)copy;
	const char *name = copy + sizeof(*head);

	if (size <= sizeof(*head))
		return;
	memcpy(copy, payload, size);
	copy[size] = '\0';
	name_size = strlen(name) + 1;
	if (sizeof(*head) + name_size > size || !log_shows(instance->run->log, head->level) ||
	    !instance_may_say(instance, size))
		return;
	if (*name && stream_shows_place(instance, name))
		log_write(instance->run->log, head->level, instance->config->name, "%s (%s:%u)",
			  name + name_size, name, head->line);
	else
		log_write(instance->run->log, head->level, instance->config->name, "%s",
			  name + name_size);
}

static int stream_take_frame(struct instance *instance, const struct bus_frame *frame,
			     const void *payload)
{
	switch (frame->kind) {
	case BUS_EVENT:
		return stream_take_event(instance, frame, payload);
	case BUS_SCHEMA:
		stream_take_schema(instance, frame, payload);
		return 0;
	case BUS_LOG:
		stream_take_log(instance, frame, payload);
		return 0;
	default:
		return 0;
	}
}

static void stream_wake_worker(struct instance *instance)
{
	const uint64_t one = 1;

	if (instance->wake >= 0)
		(void)!write(instance->wake, &one, sizeof(one));
}

/* Takes at most a batch; how many frames, and whether the ring was emptied. */
static int stream_take(struct instance *instance, bool *ret_emptied)
{
	struct bus_frame frame;
	const void *payload;
	int got = 1, n;

	for (n = 0; n < STREAM_BATCH && !instance->broken; n++) {
		got = bus_next(instance->bus, &frame, &payload);
		if (got <= 0)
			break;
		if (stream_take_frame(instance, &frame, payload) == -EAGAIN) {
			bus_unget(instance->bus, &frame);
			break;
		}
	}
	if (got < 0)
		stream_breach(instance, "frames that cannot be");
	if (bus_release(instance->bus))
		stream_wake_worker(instance);
	*ret_emptied = got == 0;
	return n;
}

/* Lost events that no later record has told of, because none came. */
static void stream_tell_silent_gaps(struct instance *instance, uint64_t now)
{
	struct life *life = &instance->life;
	uint64_t lost;

	for (uint32_t cpu = 0; life->gaps_seen && cpu < instance->kernel.ncpus; cpu++) {
		lost = kernel_view_lost(&instance->kernel, cpu);
		if (lost <= life->gaps_seen[cpu])
			continue;
		if (merge_push(instance->run->merge, instance->source, now,
			       lost - life->gaps_seen[cpu],
			       (uint16_t)(STREAM_MARK_RING | (cpu & STREAM_MARK_CPU)), NULL, 0))
			return;
		life->gaps_seen[cpu] = lost;
	}
	lost = instance_claim(instance, BUS_USER_LOST);
	if (lost > life->user_gap_seen &&
	    !merge_push(instance->run->merge, instance->source, now, lost - life->user_gap_seen,
			STREAM_MARK_USER, NULL, 0))
		life->user_gap_seen = lost;
}

/* Whether nothing of this instance can be older than a time read before asking. */
static bool stream_is_quiet(const struct instance *instance)
{
	if (instance->state == INSTANCE_DRAINING)
		return true;
	if (instance->state == INSTANCE_LOADED)
		return true;
	if (instance->state == INSTANCE_STARTING)
		return bus_call(instance->bus, NULL) == WORKER_CALL_LOAD;
	if (!bus_asleep(instance->bus))
		return instance->state < INSTANCE_STARTING;
	return !instance->kernel.reader || kernel_view_quiet(&instance->kernel);
}

bool stream_pull(struct instance *instance)
{
	uint64_t now = supervisor_now(), until;
	bool quiet, emptied;
	int taken;

	if (!instance->bus) {
		/* Between two workers nothing comes, and nobody should wait for it. */
		if (instance->state == INSTANCE_WAITING)
			merge_watermark(instance->run->merge, instance->source, now);
		return false;
	}
	quiet = stream_is_quiet(instance);
	taken = stream_take(instance, &emptied);
	until = bus_complete(instance->bus);

	instance->drained = emptied || instance->broken;
	if (quiet && instance->drained) {
		stream_tell_silent_gaps(instance, now);
		if (until < now)
			until = now;
	}
	merge_watermark(instance->run->merge, instance->source, until);
	return taken >= STREAM_BATCH / 2;
}
