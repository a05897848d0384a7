/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From the merge into the sink: type, filter, line, and the count of what became of each event. A sink
 * that does not take more leaves the event where it is.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "supervisor/stream.h"
#include "supervisor/stream_private.h"

static void stream_count_lost(struct instance *instance, uint64_t count)
{
	enum ledger_loss loss = instance->run->sink == SINK_DEAD ? LEDGER_SINK : LEDGER_STOP;

	instance->ledger.lost[loss] += count;
	if (loss == LEDGER_STOP)
		instance->untold += count;
}

/* Whose a line is and what is to be counted when it was written: the output's owner. */
enum {
	STREAM_LINE_LATE = 1,
	STREAM_LINE_TRUNCATED = 2,
	STREAM_LINE_BITS = 2, /* below the instance's index */
};

static uint32_t stream_line_owner(const struct instance *instance, const struct merge_item *item)
{
	const struct bpfhost_event *event = item->bytes;

	return instance->index << STREAM_LINE_BITS | (item->late ? STREAM_LINE_LATE : 0) |
	       (event->flags & BPFHOST_EVENT_TRUNCATED ? STREAM_LINE_TRUNCATED : 0);
}

void stream_on_delivered(void *ctx, uint32_t owner, uint64_t count)
{
	struct supervisor *run = ctx;
	struct ledger *ledger = &run->instances[owner >> STREAM_LINE_BITS]->ledger;

	ledger->delivered += count;
	if (owner & STREAM_LINE_LATE)
		ledger->late += count;
	if (owner & STREAM_LINE_TRUNCATED)
		ledger->truncated += count;
}

static void stream_on_abandoned(void *ctx, uint32_t owner, uint64_t count)
{
	struct supervisor *run = ctx;

	stream_count_lost(run->instances[owner >> STREAM_LINE_BITS], count);
}

/*
 * A reader that has seen enough, as head has, ends a run as well as anybody: that is no failure. Where the run was to
 * go on until it is told otherwise, somebody will ask why it did not.
 */
static void stream_tell_unread(const struct supervisor *run)
{
	log_write(run->log, run->control ? BPFHOST_WARN : BPFHOST_INFO, NULL,
		  "nobody reads %s any more: the run ends",
		  run->config->output ? run->config->output : "stdout");
}

/* The sink will take no more: what it has not written is lost. */
static void stream_sink_failed(struct supervisor *run, int err)
{
	run->sink = SINK_DEAD;
	run->sink_blocked = false;
	output_abandon(run->output, stream_on_abandoned, run);
	if (err == -EPIPE) {
		stream_tell_unread(run);
	} else {
		log_write(run->log, BPFHOST_ERROR, NULL, "failed to write %s: %s",
			  run->config->output ? run->config->output : "stdout", strerror(-err));
		run->failed = true;
	}
	supervisor_stop(run);
}

bool stream_sink_lives(const struct supervisor *run)
{
	return run->sink == SINK_OPEN || run->sink == SINK_FULL || run->sink == SINK_OVER;
}

void stream_flush(struct supervisor *run)
{
	int err;

	if (!stream_sink_lives(run))
		return;
	err = output_flush(run->output);
	run->sink_blocked = err == -EAGAIN;
	if (err && err != -EAGAIN)
		stream_sink_failed(run, err);
}

/* With what a write would say: where there is something to be written, it does. */
void stream_sink_gone(struct supervisor *run)
{
	struct stat sink;
	bool is_terminal = !fstat(output_poll_fd(run->output), &sink) && S_ISCHR(sink.st_mode);

	stream_flush(run);
	if (stream_sink_lives(run))
		stream_sink_failed(run, is_terminal ? -EIO : -EPIPE);
}

/* A file is emptied with its first line, so that a run that never begins leaves it alone. */
static void stream_begin(struct supervisor *run)
{
	int err;

	if (run->sink_begun)
		return;
	run->sink_begun = true;
	err = output_empty(run->output);
	if (err)
		stream_sink_failed(run, err);
}

/* Room for a line, flushing when there is none; NULL: blocked or dead. */
static char *stream_reserve(struct supervisor *run, size_t size)
{
	char *place;

	stream_begin(run);
	if (!stream_sink_lives(run))
		return NULL;
	place = output_reserve(run->output, size);
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

	if (!item->gap)
		return 0;
	notice = stream_notice(instance, item);
	if (!(event->flags & BPFHOST_EVENT_USER))
		notice.cpu = event->cpu;
	err = stream_write_notice(instance->run, &notice);
	if (!err)
		merge_gap_told(instance->run->merge);
	return err;
}

static void stream_committed(struct supervisor *run)
{
	run->committed++;
	if (run->committed != run->config->count)
		return;
	run->sink = SINK_FULL;
	supervisor_stop(run);
}

static int stream_write_line(struct instance *instance, const struct merge_item *item,
			     const struct type_entry *type)
{
	const struct bpfhost_event *event = item->bytes;
	struct supervisor *run = instance->run;
	char *place = stream_reserve(run, run->encoder->bound(type->type));

	if (!place && run->sink == SINK_OPEN)
		return -EAGAIN;
	if (!place) {
		stream_count_lost(instance, 1);
		return 0;
	}
	run->clock.cgroup = cgroups_find(run->cgroups, event->cgroup);
	output_commit(run->output,
		      run->encoder->event(&run->clock, type->type, item->bytes, item->size, place),
		      stream_line_owner(instance, item));
	stream_committed(run);
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

void stream_write(struct supervisor *run)
{
	struct merge_item item;

	while (merge_next(run->merge, run->now, &item)) {
		struct instance *instance = item.user;
		int err = item.bytes ? stream_write_event(instance, &item)
				     : stream_write_mark(instance, &item);

		if (err)
			return;
		merge_pop(run->merge);
	}
}

void stream_give_up(struct supervisor *run)
{
	if (!stream_sink_lives(run))
		return;
	log_write(run->log, BPFHOST_WARN, NULL,
		  "%s took no more in the time that the end of a run has: what was lost then is "
		  "told in the books only",
		  run->config->output ? run->config->output : "stdout");
	run->sink = SINK_GIVEN_UP;
	run->sink_blocked = false;
	output_abandon(run->output, stream_on_abandoned, run);
}

void stream_write_no_more(struct supervisor *run)
{
	struct instance *instance;

	if (!stream_sink_lives(run) || run->sink == SINK_OVER)
		return;
	run->sink = SINK_OVER;
	SUPERVISOR_EACH(run, instance)
		if (instance->source)
			stream_count_lost(instance, merge_drop(run->merge, instance->source));
}

#define STREAM_LAST_WAIT   300000000ULL /* ns that a sink may take nothing at all */
#define STREAM_EVENTS_TIME 700000000ULL /* ns from the begin of a stop to its last event */
#define STREAM_STOP_TIME   800000000ULL /* likewise, to its last line */
#define STREAM_LAST_TIME   50000000ULL  /* but this long at least, when workers took all of that */

/* When a sink that takes a little now and then is given up: never, unless somebody waits for the end. */
static uint64_t stream_last_moment(const struct supervisor *run, uint64_t began, uint64_t time)
{
	uint64_t stop = run->stopping_since + time;

	if (!run->stopping_since)
		return UINT64_MAX;
	return stop > began + STREAM_LAST_TIME ? stop : began + STREAM_LAST_TIME;
}

/* Waits until the blocked sink takes more; false: it is too late for that. Hears signals meanwhile. */
static bool stream_await_sink(struct supervisor *run, uint64_t began, uint64_t time)
{
	struct pollfd fds[] = {
		{ .fd = output_poll_fd(run->output), .events = POLLOUT },
		{ .fd = run->stopping_since ? -1 : run->signals, .events = POLLIN },
	};
	uint64_t last = stream_last_moment(run, began, time), now = supervisor_now();
	uint64_t wait = last > now ? last - now : 0;

	if (wait > STREAM_LAST_WAIT)
		wait = STREAM_LAST_WAIT;
	notify_live(&run->notify, now);
	if (!wait || poll(fds, 2, (int)(wait / 1000000) + 1) <= 0)
		return false;
	if (fds[1].revents)
		supervisor_stop(run);
	return true;
}

/* Whether the sink took everything, in so much time from the begin of a stop. */
static bool stream_flush_last(struct supervisor *run, uint64_t time)
{
	uint64_t began = supervisor_now();

	stream_flush(run);
	while (run->sink_blocked && stream_await_sink(run, began, time))
		stream_flush(run);
	return !run->sink_blocked;
}

/* What --count left out, or a stop, as one line an instance. */
static void stream_tell_left_out(struct supervisor *run)
{
	struct instance *instance;

	SUPERVISOR_EACH(run, instance) {
		struct merge_item item = { .time_ns = supervisor_now(), .gap = instance->untold };

		item.tag = STREAM_MARK_STOP;
		if (instance->untold && stream_write_mark(instance, &item) == 0)
			instance->untold = 0;
	}
}

/*
 * What tells of losses is what a reader cannot do without, and little: where the sink is too slow for all,
 * events that wait in front of that are counted as lost instead.
 */
static void stream_finish_events(struct supervisor *run)
{
	while (merge_held(run->merge, NULL)) {
		stream_write(run);
		if (stream_flush_last(run, STREAM_EVENTS_TIME))
			continue;
		stream_write_no_more(run);
		output_drop_owned(run->output, stream_on_abandoned, run);
		if (!stream_flush_last(run, STREAM_STOP_TIME))
			stream_give_up(run);
	}
}

void stream_finish(struct supervisor *run)
{
	merge_flush(run->merge);
	stream_finish_events(run);
	if (!stream_flush_last(run, STREAM_EVENTS_TIME))
		output_drop_owned(run->output, stream_on_abandoned, run);
	stream_tell_left_out(run);
	if (run->any_ran && stream_sink_lives(run))
		stream_begin(run);
	if (!stream_flush_last(run, STREAM_STOP_TIME))
		stream_give_up(run);
}
