/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Opening the sink, and the rounds in which events are taken and written. */
#include "supervisor/stream.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sink/json.h"
#include "sink/text.h"
#include "supervisor/stream_private.h"

static void stream_pick_encoder(struct supervisor *run)
{
	bool terminal = !run->config->output && isatty(STDOUT_FILENO);
	bool json = run->config->format == CONFIG_FORMAT_JSON;

	run->encoder = json ? &json_encoder : terminal ? &text_color_encoder : &text_encoder;
	sink_clock_init(&run->clock, sink_clock_offset(), !json);
}

int stream_open(struct supervisor *run)
{
	const char *path = run->config->dry_run ? NULL : run->config->output;
	int err = path ? output_open_file(path, &run->output)
		       : output_open_fd(STDOUT_FILENO, &run->output);

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
