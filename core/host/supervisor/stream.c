/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Opening the sink, and the rounds in which events are taken and written. */
#include "supervisor/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sink/json.h"
#include "sink/text.h"
#include "supervisor/instance_private.h"
#include "supervisor/stream_private.h"

/* How often a round looks at every bus before whatever else happened has its turn. */
#define STREAM_PASSES 8

/* A terminal that can show colours, whose user did not ask for none (no-color.org). */
static bool stream_wants_colors(const struct supervisor *run)
{
	const char *none = getenv("NO_COLOR"), *term = getenv("TERM");

	return !run->config->output && isatty(STDOUT_FILENO) && !(none && *none) &&
	       !(term && !strcmp(term, "dumb"));
}

static void stream_pick_encoder(struct supervisor *run)
{
	bool json = run->config->format == CONFIG_FORMAT_JSON;

	run->encoder = json                       ? &json_encoder
		       : stream_wants_colors(run) ? &text_color_encoder
						  : &text_encoder;
	sink_clock_init(&run->clock, sink_clock_offset(), !json);
}

static const char *stream_open_cause(int err)
{
	if (err == -ELOOP)
		return "it is a symbolic link, which others may have put there (events go to "
		       "stdout without --output)";
	if (err == -EISDIR)
		return "it is a folder; --output takes the name of a file";
	if (err == -ENXIO)
		return "it is a FIFO that nobody reads";
	return strerror(-err);
}

/* What another path would not meet with. */
static bool stream_is_misnamed(int err)
{
	return err == -EISDIR || err == -ENOTDIR || err == -ENOENT || err == -ENAMETOOLONG ||
	       err == -ELOOP || err == -ENXIO || err == -EACCES || err == -EPERM || err == -EROFS ||
	       err == -EINVAL;
}

int stream_check_output(const char *path, struct bpfhost_error *err)
{
	int failed = output_check_file(path);

	if (failed)
		bpfhost_error_set(err, 0, "failed to open %.200s: %s", path,
				  stream_open_cause(failed));
	return failed;
}

int stream_open(struct supervisor *run)
{
	const char *path = run->config->dry_run ? NULL : run->config->output;
	int err = path ? output_open_file(path, &run->output)
		       : output_open_fd(STDOUT_FILENO, &run->output);

	if (err) {
		log_write(run->log, BPFHOST_ERROR, NULL, "failed to open %s: %s",
			  path ? path : "stdout", stream_open_cause(err));
		run->misconfigured = path && stream_is_misnamed(err);
		return err;
	}
	output_delivered(run->output, stream_on_delivered, run);
	stream_pick_encoder(run);
	run->cgroups = cgroups_new(NULL);
	run->merge = merge_new(run->config->window_ns);
	if (!run->merge)
		log_write(run->log, BPFHOST_ERROR, NULL, "failed to open the stream: %s",
			  strerror(ENOMEM));
	return run->merge ? 0 : -ENOMEM;
}

void stream_close(struct supervisor *run)
{
	merge_free(run->merge);
	cgroups_free(run->cgroups);
	output_close(run->output);
}

/* A blocked sink leaves everything where it is, unless that will not be written anyway. */
static bool stream_has_way(const struct supervisor *run)
{
	return !run->sink_blocked || run->sink == SINK_OVER;
}

/* Those that do not wait for the sink any more, or have nothing for it yet: a change waits for their schemas. */
static bool stream_needs_no_sink(const struct instance *instance)
{
	return instance->dropping || instance_waits(instance);
}

static void stream_pull_without_sink(struct supervisor *run)
{
	struct instance *instance;

	SUPERVISOR_EACH(run, instance)
		if (stream_needs_no_sink(instance))
			stream_pull(instance);
}

/* Takes a batch of each; whether one of them had most of one. */
static bool stream_pull_all(struct supervisor *run)
{
	struct instance *instance;
	bool more = false;

	SUPERVISOR_EACH(run, instance)
		more |= stream_pull(instance);
	return more;
}

void stream_round(struct supervisor *run)
{
	bool more = true;

	if (run->sink_blocked)
		stream_flush(run);
	if (!stream_has_way(run))
		stream_pull_without_sink(run);
	/* Workers that are faster than the sink must not keep us from signals, timers and the others. */
	for (int i = 0; i < STREAM_PASSES && more && stream_has_way(run); i++) {
		more = stream_pull_all(run);
		run->now = supervisor_now();
		stream_write(run);
	}
	stream_flush(run);
}

/*
 * Not where the merge is full, time will make room there; nor from a worker that is to be ended; nor for a blocked
 * sink, where what is on the bus is no reason to stay awake.
 */
static bool stream_takes_frames(const struct instance *instance)
{
	if (!instance->bus || instance->broken)
		return false;
	return instance->dropping || ((stream_has_way(instance->run) || instance_waits(instance)) &&
				      !merge_is_full(instance->source));
}

bool stream_may_sleep(struct supervisor *run)
{
	bool waiting = merge_held(run->merge, NULL) > 0;
	struct instance *instance;
	bool idle = true;

	SUPERVISOR_EACH(run, instance)
		if (stream_takes_frames(instance))
			idle &= bus_sleep_prepare(instance->bus, waiting);
	return idle;
}

void stream_awake(struct supervisor *run)
{
	struct instance *instance;

	SUPERVISOR_EACH(run, instance)
		if (instance->bus)
			bus_sleep_end(instance->bus);
}

uint64_t stream_due(const struct supervisor *run)
{
	return run->sink_blocked ? UINT64_MAX : merge_due(run->merge);
}
