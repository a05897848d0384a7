/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every open of a file: which, how, what came of it, how long it took; and how many there were. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <bpf/libbpf.h>
#include <bpfhost/sdk.h>

#include "opens_event.h"

struct opens {
	const char *prefix;
	size_t prefix_length; /* at most that of a path */
	uint64_t interval;    /* ns between summaries; 0: none */
	const volatile struct opens_totals *totals;
	uint64_t summed;  /* opens that the last summary told */
	uint64_t told_ns; /* when that was */
	uint64_t slowest_ns;
};

/* ---- poll ------------------------------------------------------------------------------------ */

/* A record that is not forwarded is counted as filtered by the SDK. */
static int opens_handle(struct bpfhost_instance *self, const struct bpfhost_event *record,
			uint32_t size)
{
	const struct opens_event *event = (const struct opens_event *)record;
	struct opens *opens = self->state;
	int err = 0;

	if (size < sizeof(*event))
		return bpfhost_fail(self, -EBADMSG, "failed to read an event: it has %u bytes",
				    size);
	if (!memcmp(event->path, opens->prefix, opens->prefix_length))
		err = bpfhost_forward(self, record, size);
	/* A refused record comes again: only now it counts. */
	if (!err && event->latency_ns > opens->slowest_ns)
		opens->slowest_ns = event->latency_ns;
	return err;
}

static void opens_summarize(struct bpfhost_instance *self)
{
	struct opens_summary_event event = { .header.flags = BPFHOST_EVENT_NO_TASK };
	struct opens *opens = self->state;
	uint64_t now = bpfhost_now(), passed = now - opens->told_ns;

	event.opens = opens->totals->opens;
	event.errors = opens->totals->errors;
	event.unmeasured = opens->totals->unmeasured;
	event.opens_per_second =
		(uint64_t)((double)(event.opens - opens->summed) * 1e9 / (double)(passed + 1));
	event.slowest_ns = opens->slowest_ns;
	opens->summed = event.opens;
	opens->told_ns = now;
	opens->slowest_ns = 0;
	/* Where the bus is full, the host counts it as lost; the next summary tells all. */
	bpfhost_emit_struct(self, "opens_summary_event", &event.header, sizeof(event));
}

static int opens_poll(struct bpfhost_instance *self, uint32_t budget)
{
	int taken = bpfhost_drain(self, budget);

	if (taken >= 0 && bpfhost_timer_due(self))
		opens_summarize(self);
	return taken;
}

/* ---- load and detach ------------------------------------------------------------------------- */

/* Newer architectures have no open(), so there is no such tracepoint either. */
static int opens_choose_programs(struct bpfhost_instance *self)
{
#ifndef SYS_open
	static const char *const absent[] = { "opens_enter_open", "opens_exit_open" };

	for (size_t i = 0; i < 2; i++) {
		struct bpf_object *object = bpfhost_object(self);
		int err = bpf_program__set_autoload(bpf_object__find_program_by_name(object,
										     absent[i]),
						    false);

		if (err)
			return bpfhost_fail(self, err, "failed to leave out %s: %s", absent[i],
					    strerror(-err));
	}
#else
	(void)self;
#endif
	return 0;
}

static int opens_prepare(struct bpfhost_instance *self)
{
	bool errors_only = bpfhost_option_number(self, "errors_only");
	int err = bpfhost_open(self);

	if (!err)
		err = bpfhost_set_constant(self, "opens_errors_only", &errors_only,
					   sizeof(errors_only));
	if (!err)
		err = opens_choose_programs(self);
	return err ? err : bpfhost_load(self);
}

static int opens_start_summaries(struct bpfhost_instance *self, struct opens *opens)
{
	opens->totals = bpfhost_variable(self, "opens_totals", sizeof(*opens->totals));
	if (!opens->totals)
		return bpfhost_fail(self, -EINVAL, "failed to map opens_totals");
	opens->told_ns = bpfhost_now();
	return bpfhost_timer(self, opens->interval);
}

static int opens_take_prefix(struct bpfhost_instance *self, struct opens *opens)
{
	const size_t most = sizeof(((struct opens_event *)NULL)->path);

	opens->prefix = bpfhost_option_text(self, "prefix");
	opens->prefix_length = strlen(opens->prefix);
	if (opens->prefix_length > most)
		return bpfhost_fail(self, -EINVAL,
				    "option prefix: longer than the %zu bytes that "
				    "are kept of a path",
				    most);
	return 0;
}

/* What it leaves behind when it fails, detach frees. */
static int opens_load(struct bpfhost_instance *self)
{
	struct opens *opens = calloc(1, sizeof(*opens));
	int err;

	if (!opens)
		return bpfhost_fail(self, -ENOMEM, "failed to make the state: %s",
				    strerror(ENOMEM));
	self->state = opens;
	opens->interval = bpfhost_option_number(self, "summary");
	err = opens_take_prefix(self, opens);
	if (!err)
		err = opens_prepare(self);
	if (err || self->host->flags & BPFHOST_RUN_DRY)
		return err;
	bpfhost_set_handler(self, opens_handle);
	return opens->interval ? opens_start_summaries(self, opens) : 0;
}

static int opens_detach(struct bpfhost_instance *self)
{
	struct opens *opens = self->state;
	int err;

	/* Behind this no number changes any more: the last summary is exact. */
	bpfhost_stop(self);
	if (opens && opens->totals)
		opens_summarize(self);
	err = bpfhost_close(self);
	free(opens);
	self->state = NULL;
	return err;
}

static const struct bpfhost_option opens_options[] = {
	{
		.name = "errors_only",
		.type = BPFHOST_OPT_BOOL,
		.default_text = "false",
		.help = "show only what could not be opened",
	},
	{
		.name = "prefix",
		.type = BPFHOST_OPT_STRING,
		.default_text = "",
		.help = "show only paths that begin with this, as the program wrote them",
	},
	{
		.name = "summary",
		.type = BPFHOST_OPT_TIME,
		.default_text = "0s",
		.help = "how often to tell the totals, and once at the end; 0s: never",
	},
	{ .name = NULL },
};

BPFHOST_PLUGIN(.name = "opens", .version = "1.0", .license = "GPL-2.0-only OR BSD-2-Clause",
	       .description = "every open of a file, and how many there were",
	       .options = opens_options,
	       .vtable = {
		       .load = opens_load,
		       .poll = opens_poll,
		       .detach = opens_detach,
	       });
