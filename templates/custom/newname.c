/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counts in the kernel, tells in user space: each of the four functions does something of its own. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/sdk.h>

#include "newname_event.h"

struct newident_state {
	const volatile struct newident_totals *totals; /* the programs' own; NULL in a dry run */
};

static void newident_tell(struct bpfhost_instance *self)
{
	struct newident_event event = { .header.flags = BPFHOST_EVENT_NO_TASK };
	const struct newident_state *state = self->state;

	event.starts = state->totals->starts;
	event.ends = state->totals->ends;
	/* Where the bus is full, the host counts it as lost; the next one tells the totals again. */
	bpfhost_emit_struct(self, "newident_event", &event.header, sizeof(event));
}

/* Once, with all privileges. What it leaves behind when it fails, detach frees. */
static int newident_load(struct bpfhost_instance *self)
{
	struct newident_state *state = calloc(1, sizeof(*state));
	int err;

	if (!state)
		return bpfhost_fail(self, -ENOMEM, "failed to make the state: %s",
				    strerror(ENOMEM));
	self->state = state;
	err = bpfhost_default_load(self);
	if (err || self->host->flags & BPFHOST_RUN_DRY)
		return err;
	state->totals = bpfhost_variable(self, "newident_totals", sizeof(*state->totals));
	return state->totals ? 0 : bpfhost_fail(self, -EINVAL, "failed to map newident_totals");
}

/* Once, behind load; privileges are given up behind it. */
static int newident_attach(struct bpfhost_instance *self)
{
	int err = bpfhost_default_attach(self);

	return err ? err : bpfhost_timer(self, bpfhost_option_number(self, "interval"));
}

/* Whenever there may be something to do. Must not wait. */
static int newident_poll(struct bpfhost_instance *self, uint32_t budget)
{
	int taken = bpfhost_drain(self, budget);

	if (taken >= 0 && bpfhost_timer_due(self))
		newident_tell(self);
	return taken;
}

/* Once, whatever load and attach came to. */
static int newident_detach(struct bpfhost_instance *self)
{
	struct newident_state *state = self->state;
	int err;

	bpfhost_stop(self); /* from here on nothing counts any more: the last event is exact */
	if (state && state->totals)
		newident_tell(self);
	err = bpfhost_close(self);
	free(state);
	self->state = NULL;
	return err;
}

static const struct bpfhost_option newident_options[] = {
	{
		.name = "interval",
		.type = BPFHOST_OPT_TIME,
		.default_text = "1s",
		.help = "how often to tell the totals",
	},
	{ .name = NULL },
};

BPFHOST_PLUGIN(.name = "newname", .version = "0.1", .license = "GPL-2.0-only OR BSD-2-Clause",
	       .description = "how many programs started and threads ended",
	       .options = newident_options,
	       .vtable = {
		       .load = newident_load,
		       .attach = newident_attach,
		       .poll = newident_poll,
		       .detach = newident_detach,
	       });
