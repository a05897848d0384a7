/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A worker's memory is never trusted: a frame's head is copied and checked by the ring, its payload is
 * copied into the merge before anything is read from it that matters. The gap in front of an event is
 * found here, in the order of the ring, from the CPU's count of lost events that each record carries.
 */
#include "supervisor/stream.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sink/json.h"
#include "sink/text.h"
#include "supervisor/instance.h"
#include "worker/worker.h"

/* What merge items without bytes mean; the low bits hold the CPU. */
#define STREAM_MARK_CPU 0x0fff
#define STREAM_MARK_RING 0x1000
#define STREAM_MARK_CRASH 0x2000
#define STREAM_MARK_STOP 0x3000
#define STREAM_MARK_USER 0x4000
#define STREAM_MARK_RESTART 0x5000

/* Frames taken from one instance before the others have their turn. */
#define STREAM_BATCH 2048

/* ---- from the bus into the merge --------------------------------------------------------------- */

static void stream_breach(struct instance *instance, const char *what)
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
 * How many events were lost in front of this one. A worker could claim any number; the kernel's own
 * is the bound. That is looked at only where there is a gap: the traced program writes the same cache
 * line for each event, and would wait for it.
 */
static uint64_t stream_gap(const struct instance *instance, const struct bpfhost_event *event,
			   const uint64_t *seen)
{
	if (!seen || event->lost <= *seen)
		return 0;
	if (!(event->flags & BPFHOST_EVENT_USER) &&
	    event->lost > kernel_view_lost(&instance->kernel, event->cpu))
		return 0;
	return event->lost - *seen;
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
	memcpy(&head, payload, sizeof(head));
	seen = stream_gap_seen(instance, &head);
	gap = stream_gap(instance, &head, seen);
	err = merge_push(instance->run->merge, instance->source, head.time_ns, gap, 0, payload,
			 frame->size);
	if (err)
		return err;
	if (gap)
		*seen += gap;
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
		stream_breach(instance, err == -EEXIST ? "a type with two schemas" :
							 "a schema that does not hold together");
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
	if (sizeof(*head) + name_size > size)
		return;
	if (*name)
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

/* Takes at most a batch; true when the ring was emptied. */
static bool stream_take(struct instance *instance)
{
	struct bus_frame frame;
	const void *payload;
	int got = 1;

	instance->stalled = false;
	for (int n = 0; n < STREAM_BATCH && !instance->broken; n++) {
		got = bus_next(instance->bus, &frame, &payload);
		if (got <= 0)
			break;
		if (stream_take_frame(instance, &frame, payload) == -EAGAIN) {
			bus_unget(instance->bus, &frame);
			instance->stalled = true;
			break;
		}
	}
	if (got < 0)
		stream_breach(instance, "frames that cannot be");
	if (bus_release(instance->bus))
		stream_wake_worker(instance);
	return got == 0;
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
	lost = bus_counter(instance->bus, BUS_USER_LOST);
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
	if (instance->state == INSTANCE_STARTING)
		return bus_call(instance->bus, NULL) == WORKER_CALL_LOAD;
	if (!bus_asleep(instance->bus))
		return instance->state < INSTANCE_STARTING;
	return !instance->kernel.reader || kernel_view_quiet(&instance->kernel);
}

static void stream_pull(struct instance *instance)
{
	uint64_t now = supervisor_now(), until;
	bool quiet, emptied;

	if (!instance->bus) {
		/* Between two workers nothing comes, and nobody should wait for it. */
		if (instance->state == INSTANCE_WAITING)
			merge_watermark(instance->run->merge, instance->source, now);
		return;
	}
	quiet = stream_is_quiet(instance);
	emptied = stream_take(instance);
	until = bus_complete(instance->bus);

	instance->drained = emptied || instance->broken;
	if (quiet && emptied) {
		stream_tell_silent_gaps(instance, now);
		if (until < now)
			until = now;
	}
	merge_watermark(instance->run->merge, instance->source, until);
}

/* ---- from the merge into the sink -------------------------------------------------------------- */

static void stream_count_lost(struct instance *instance, uint64_t count)
{
	enum ledger_loss loss = instance->run->sink == SINK_DEAD ? LEDGER_SINK : LEDGER_STOP;

	instance->ledger.lost[loss] += count;
	if (loss == LEDGER_STOP)
		instance->untold += count;
}

static void stream_on_delivered(void *ctx, uint32_t owner, uint64_t count)
{
	struct supervisor *run = ctx;

	run->instances[owner].ledger.delivered += count;
}

static void stream_on_abandoned(void *ctx, uint32_t owner, uint64_t count)
{
	struct supervisor *run = ctx;

	stream_count_lost(&run->instances[owner], count);
}

/* The sink will take no more: what it has not written is lost. */
static void stream_sink_failed(struct supervisor *run, int err)
{
	run->sink = SINK_DEAD;
	run->sink_blocked = false;
	output_abandon(run->output, stream_on_abandoned, run);
	if (err != -EPIPE) {
		log_write(run->log, BPFHOST_ERROR, NULL, "failed to write %s: %s",
			  run->config->output ? run->config->output : "stdout", strerror(-err));
		run->failed = true;
	}
	supervisor_stop(run);
}

/* Whether it takes lines; behind --count, only what tells of losses. */
static bool stream_sink_lives(const struct supervisor *run)
{
	return run->sink == SINK_OPEN || run->sink == SINK_FULL;
}

static void stream_flush(struct supervisor *run)
{
	int err;

	if (!stream_sink_lives(run))
		return;
	err = output_flush(run->output);
	run->sink_blocked = err == -EAGAIN;
	if (err && err != -EAGAIN)
		stream_sink_failed(run, err);
}

/* Room for a line, flushing when there is none; NULL: blocked or dead. */
static char *stream_reserve(struct supervisor *run, size_t size)
{
	char *place = output_reserve(run->output, size);

	if (place)
		return place;
	stream_flush(run);
	return stream_sink_lives(run) ? output_reserve(run->output, size) : NULL;
}

static int stream_write_notice(struct supervisor *run, const struct sink_notice *notice)
{
	char *place;

	if (!stream_sink_lives(run))
		return 0;
	place = stream_reserve(run, SINK_NOTICE_MAX);
	if (!place)
		return stream_sink_lives(run) ? -EAGAIN : 0;
	output_commit(run->output, run->encoder->notice(&run->clock, notice, place),
		      OUTPUT_OWNER_NONE);
	return 0;
}

static struct sink_notice stream_notice(const struct instance *instance,
					const struct merge_item *item)
{
	return (struct sink_notice){
		.kind = SINK_LOST,
		.cpu = SINK_CPU_UNKNOWN,
		.instance = instance->config->name,
		.plugin = instance->config->plugin,
		.reason = ledger_loss_name(LEDGER_RING),
		.count = item->gap,
		.time_ns = item->time_ns,
	};
}

static int stream_write_mark(struct instance *instance, const struct merge_item *item)
{
	struct sink_notice notice = stream_notice(instance, item);

	switch (item->tag & ~STREAM_MARK_CPU) {
	case STREAM_MARK_RING:
		notice.cpu = item->tag & STREAM_MARK_CPU;
		break;
	case STREAM_MARK_CRASH:
		notice.reason = ledger_loss_name(LEDGER_CRASH);
		break;
	case STREAM_MARK_STOP:
		notice.reason = ledger_loss_name(LEDGER_STOP);
		break;
	case STREAM_MARK_RESTART:
		notice.kind = SINK_RESTART;
		notice.reason = "crash";
		notice.count = instance->ledger.restarts;
		break;
	}
	return stream_write_notice(instance->run, &notice);
}

static int stream_write_gap(struct instance *instance, const struct merge_item *item,
			    const struct bpfhost_event *event)
{
	struct sink_notice notice;
	int err;

	if (!item->gap || instance->run->gap_told)
		return 0;
	notice = stream_notice(instance, item);
	if (!(event->flags & BPFHOST_EVENT_USER))
		notice.cpu = event->cpu;
	err = stream_write_notice(instance->run, &notice);
	if (!err)
		instance->run->gap_told = true;
	return err;
}

static void stream_committed(struct instance *instance, const struct merge_item *item,
			     const struct bpfhost_event *event)
{
	struct supervisor *run = instance->run;

	instance->ledger.late += item->late;
	instance->ledger.truncated += (event->flags & BPFHOST_EVENT_TRUNCATED) != 0;
	run->committed++;
	if (run->committed != run->config->count)
		return;
	run->sink = SINK_FULL;
	supervisor_stop(run);
}

static int stream_write_line(struct instance *instance, const struct merge_item *item,
			     const struct type_entry *type)
{
	struct supervisor *run = instance->run;
	char *place = stream_reserve(run, run->encoder->bound(type->type));

	if (!place && run->sink == SINK_OPEN)
		return -EAGAIN;
	if (!place) {
		stream_count_lost(instance, 1);
		return 0;
	}
	output_commit(run->output,
		      run->encoder->event(&run->clock, type->type, item->bytes, item->size, place),
		      instance->index);
	stream_committed(instance, item, item->bytes);
	return 0;
}

/* An event that cannot be shown is lost with the worker that sent it, and the stream says where. */
static int stream_write_breach(struct instance *instance, const struct merge_item *item,
			       const char *what)
{
	struct sink_notice notice = stream_notice(instance, item);
	int err;

	notice.reason = ledger_loss_name(LEDGER_CRASH);
	notice.count = 1;
	err = stream_write_notice(instance->run, &notice);
	if (err)
		return err;
	stream_breach(instance, what);
	instance->ledger.lost[LEDGER_CRASH]++;
	return 0;
}

/* -EAGAIN: the sink is blocked, the item stays. */
static int stream_write_event(struct instance *instance, const struct merge_item *item)
{
	const struct bpfhost_event *event = item->bytes;
	const struct type_entry *type = types_find(&instance->types, event->type);
	int err = stream_write_gap(instance, item, event);

	if (err)
		return err;
	if (!type)
		return stream_write_breach(instance, item, "an event of unknown type");
	if (item->size < sink_type_record_size(type->type))
		return stream_write_breach(instance, item, "a record shorter than its type");
	if (type->filter && !filter_passes(type->filter, item->bytes, item->size)) {
		instance->ledger.filtered++;
		return 0;
	}
	if (instance->run->sink != SINK_OPEN) {
		stream_count_lost(instance, 1);
		return 0;
	}
	return stream_write_line(instance, item, type);
}

static void stream_write(struct supervisor *run)
{
	struct merge_item item;

	while (merge_next(run->merge, run->now, &item)) {
		struct instance *instance = item.user;
		int err = item.bytes ? stream_write_event(instance, &item) :
				       stream_write_mark(instance, &item);

		if (err)
			return;
		run->gap_told = false;
		merge_pop(run->merge);
	}
}

/* ---- rounds ------------------------------------------------------------------------------------ */

void stream_round(struct supervisor *run)
{
	bool more = true;

	if (run->sink_blocked)
		stream_flush(run);
	while (more && !run->sink_blocked) {
		more = false;
		for (uint32_t i = 0; i < run->ninstances; i++) {
			struct instance *instance = &run->instances[i];
			uint64_t before = instance->life.received;

			stream_pull(instance);
			more |= instance->life.received - before >= STREAM_BATCH / 2;
		}
		run->now = supervisor_now();
		stream_write(run);
	}
	stream_flush(run);
}

void stream_note_loss(struct instance *instance, enum ledger_loss loss, uint64_t count)
{
	if (count)
		merge_push(instance->run->merge, instance->source, supervisor_now(), count,
			   loss == LEDGER_CRASH ? STREAM_MARK_CRASH : STREAM_MARK_STOP, NULL, 0);
}

void stream_note_restart(struct instance *instance)
{
	merge_push(instance->run->merge, instance->source, supervisor_now(), 0,
		   STREAM_MARK_RESTART, NULL, 0);
}

bool stream_may_sleep(struct supervisor *run)
{
	bool waiting = merge_held(run->merge, NULL) > 0;
	bool idle = true;

	/* A blocked sink takes nothing, so what is on the bus is no reason to stay awake. */
	if (run->sink_blocked)
		return true;
	/* Nor is it where the merge is full: time will make room there. */
	for (uint32_t i = 0; i < run->ninstances; i++)
		if (run->instances[i].bus && !run->instances[i].stalled)
			idle &= bus_sleep_prepare(run->instances[i].bus, waiting);
	return idle;
}

void stream_awake(struct supervisor *run)
{
	for (uint32_t i = 0; i < run->ninstances; i++)
		if (run->instances[i].bus)
			bus_sleep_end(run->instances[i].bus);
}

uint64_t stream_due(const struct supervisor *run)
{
	return run->sink_blocked ? UINT64_MAX : merge_due(run->merge);
}

void stream_give_up(struct supervisor *run)
{
	if (!stream_sink_lives(run))
		return;
	run->sink = SINK_GIVEN_UP;
	run->sink_blocked = false;
	output_abandon(run->output, stream_on_abandoned, run);
}

#define STREAM_LAST_WAIT_MS 300

/* What the sink does not take within a moment is given up. */
static void stream_flush_last(struct supervisor *run)
{
	struct pollfd fd = { .fd = output_poll_fd(run->output), .events = POLLOUT };

	stream_flush(run);
	while (run->sink_blocked && poll(&fd, 1, STREAM_LAST_WAIT_MS) > 0)
		stream_flush(run);
	if (run->sink_blocked)
		stream_give_up(run);
}

/* What --count left out, as one line an instance. */
static void stream_tell_left_out(struct supervisor *run)
{
	for (uint32_t i = 0; i < run->ninstances; i++) {
		struct instance *instance = &run->instances[i];
		struct merge_item item = { .time_ns = supervisor_now(), .gap = instance->untold };

		item.tag = STREAM_MARK_STOP;
		if (instance->untold && stream_write_mark(instance, &item) == 0)
			instance->untold = 0;
	}
}

void stream_finish(struct supervisor *run)
{
	merge_flush(run->merge);
	while (merge_held(run->merge, NULL)) {
		stream_write(run);
		stream_flush_last(run);
	}
	stream_tell_left_out(run);
	stream_flush_last(run);
}

/* ---- the sink ---------------------------------------------------------------------------------- */

static void stream_pick_encoder(struct supervisor *run)
{
	bool terminal = !run->config->output && isatty(STDOUT_FILENO);
	bool json = run->config->format == CONFIG_FORMAT_JSON;

	run->encoder = json ? &json_encoder : terminal ? &text_color_encoder : &text_encoder;
	sink_clock_init(&run->clock, sink_clock_offset(), !json);
}

int stream_open(struct supervisor *run)
{
	const char *path = run->config->output;
	int err = path ? output_open_file(path, &run->output) :
			 output_open_fd(STDOUT_FILENO, &run->output);

	if (err) {
		log_write(run->log, BPFHOST_ERROR, NULL, "failed to open %s: %s",
			  path ? path : "stdout", strerror(-err));
		return err;
	}
	output_delivered(run->output, stream_on_delivered, run);
	stream_pick_encoder(run);
	run->merge = merge_new(run->config->window_ns);
	return run->merge ? 0 : -ENOMEM;
}

void stream_close(struct supervisor *run)
{
	merge_free(run->merge);
	output_close(run->output);
}
