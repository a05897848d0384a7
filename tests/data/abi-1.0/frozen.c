/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Uses all that there is in ABI 1.0. See README.md: what runs is the binary beside this, not this. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <bpfhost/sdk.h>

#include "frozen_event.h"

#define FROZEN_TYPE (BPFHOST_TYPE_RUNTIME + 1)

struct frozen {
	const volatile uint64_t *count; /* of the program */
	uint64_t seen;
	uint64_t woken;
	int wake; /* an eventfd that is readable once */
	bool told_lost;
};

struct frozen_made {
	struct bpfhost_event header;
	uint64_t answer;
};

/* ---- events ------------------------------------------------------------------------------------- */

/* Every second record goes on. */
static int frozen_handle(struct bpfhost_instance *self, const struct bpfhost_event *record,
			 uint32_t size)
{
	const struct frozen_event *event = (const struct frozen_event *)record;
	struct frozen *frozen = self->state;
	int err = 0;

	if (size < sizeof(*event))
		return bpfhost_fail(self, -EBADMSG, "failed to read an event of %u bytes", size);
	if (event->number % 2)
		err = bpfhost_forward(self, record, size);
	frozen->seen += !err;
	return err;
}

static void frozen_sum(struct bpfhost_instance *self)
{
	struct frozen_sum_event event = { .header.flags = BPFHOST_EVENT_NO_TASK };
	const struct frozen *frozen = self->state;

	event.seen = frozen->seen;
	event.woken = frozen->woken;
	bpfhost_emit_struct(self, "frozen_sum_event", &event.header, sizeof(event));
}

static int frozen_publish(struct bpfhost_instance *self)
{
	struct bpfhost_schema_builder *builder =
		bpfhost_schema_new(FROZEN_TYPE, "frozen_made", sizeof(struct frozen_made));
	struct bpfhost_schema *schema = NULL;
	int err;

	if (!builder)
		return bpfhost_fail(self, -ENOMEM, "failed to make a schema");
	bpfhost_schema_field(builder, "answer", BPFHOST_UINT, offsetof(struct frozen_made, answer),
			     8, 1);
	err = bpfhost_schema_finish(builder, &schema);
	if (!err)
		err = bpfhost_publish(self, schema);
	bpfhost_schema_free(builder);
	free(schema);
	return err;
}

/* Once: an event of a type made at run time, and three that were lost somewhere else. */
static void frozen_make(struct bpfhost_instance *self)
{
	struct frozen_made made = { .header.flags = BPFHOST_EVENT_NO_TASK, .answer = 42 };
	struct frozen *frozen = self->state;

	if (frozen->told_lost || bpfhost_room(self, sizeof(made)))
		return;
	bpfhost_lost(self, 3);
	bpfhost_emit_type(self, FROZEN_TYPE, &made.header, sizeof(made));
	frozen->told_lost = true;
}

/* ---- life --------------------------------------------------------------------------------------- */

static void frozen_log_options(struct bpfhost_instance *self)
{
	const struct bpfhost_setting *list = bpfhost_option(self, "list");

	bpfhost_info(self,
		     "options text=%s flag=%d int=%lld uint=%llu size=%llu time=%llu choice=%llu "
		     "list=%u:%s given=%u",
		     bpfhost_option_text(self, "text"), (int)bpfhost_option_number(self, "flag"),
		     (long long)bpfhost_option_number(self, "int"),
		     (unsigned long long)bpfhost_option_number(self, "uint"),
		     (unsigned long long)bpfhost_option_number(self, "size"),
		     (unsigned long long)bpfhost_option_number(self, "time"),
		     (unsigned long long)bpfhost_option_number(self, "choice"), list->count,
		     list->count ? list->items[list->count - 1].text : "", list->given);
}

static int frozen_wait_for(struct bpfhost_instance *self, struct frozen *frozen)
{
	int err;

	frozen->wake = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	if (frozen->wake < 0)
		return bpfhost_fail(self, -errno, "failed to make an eventfd: %s", strerror(errno));
	err = self->host->watch(self->host, frozen->wake);
	if (err)
		return bpfhost_fail(self, err, "failed to watch it: %s", strerror(-err));
	bpfhost_pause(self, 1000000);
	return bpfhost_timer(self, bpfhost_option_number(self, "time"));
}

static int frozen_load(struct bpfhost_instance *self)
{
	struct frozen *frozen = calloc(1, sizeof(*frozen));
	uint64_t first = bpfhost_option_number(self, "uint");
	int err;

	if (!frozen)
		return bpfhost_fail(self, -ENOMEM, "failed to make the state");
	self->state = frozen;
	frozen->wake = -1;
	if (!strcmp(bpfhost_option_text(self, "text"), "fail"))
		return bpfhost_fail(self, -EINVAL, "failed to start instance %s: it is to fail",
				    self->host->instance);
	frozen_log_options(self);
	err = bpfhost_open(self);
	if (!err)
		err = bpfhost_set_constant(self, "frozen_first", &first, sizeof(first));
	if (!err)
		err = frozen_publish(self);
	if (!err)
		err = bpfhost_load(self);
	if (err || self->host->flags & BPFHOST_RUN_DRY)
		return err;
	frozen->count = bpfhost_variable(self, "frozen_count", sizeof(*frozen->count));
	if (!frozen->count)
		return bpfhost_fail(self, -EINVAL, "failed to map frozen_count");
	bpfhost_set_handler(self, frozen_handle);
	return frozen_wait_for(self, frozen);
}

static int frozen_attach(struct bpfhost_instance *self)
{
	struct bpf_program *program = NULL;

	/* One that is not there, for the count of probes. */
	if (bpfhost_option_number(self, "flag") && !bpfhost_only_planned(self, program, "nowhere"))
		bpfhost_missed(self, "nowhere", -ENOENT, "there is no such place");
	return bpfhost_default_attach(self);
}

static int frozen_poll(struct bpfhost_instance *self, uint32_t budget)
{
	struct frozen *frozen = self->state;
	int taken = bpfhost_drain(self, budget);
	uint64_t woken;

	if (taken < 0)
		return taken;
	if (frozen->wake >= 0 && read(frozen->wake, &woken, sizeof(woken)) == sizeof(woken)) {
		frozen->woken += woken;
		self->host->unwatch(self->host, frozen->wake);
	}
	if (bpfhost_timer_due(self)) {
		frozen_make(self);
		frozen_sum(self);
	}
	return taken;
}

static int frozen_detach(struct bpfhost_instance *self)
{
	struct frozen *frozen = self->state;
	int err;

	bpfhost_stop(self);
	if (frozen && frozen->count) {
		bpfhost_info(self, "counted %llu", (unsigned long long)*frozen->count);
		frozen_sum(self);
	}
	err = bpfhost_close(self);
	if (frozen && frozen->wake >= 0)
		close(frozen->wake);
	free(frozen);
	self->state = NULL;
	return err;
}

/* ---- the rest ----------------------------------------------------------------------------------- */

static int frozen_list(struct bpfhost_instance *self, const char *glob, int verbose,
		       void (*found)(void *ctx, const char *probe, const char *detail), void *ctx)
{
	(void)self;
	found(ctx, glob ? glob : "everything", verbose ? "  with a detail" : NULL);
	return 0;
}

/* None of what is declared is needed in the end. */
static uint64_t frozen_late(struct bpfhost_instance *self)
{
	(void)self;
	return 0;
}

static const void *frozen_extension(const char *id)
{
	static const struct bpfhost_ext_probes probes = {
		.size = sizeof(probes),
		.list = frozen_list,
	};
	static const struct bpfhost_ext_late late = { .size = sizeof(late), .needs = frozen_late };

	if (!strcmp(id, BPFHOST_EXT_PROBES))
		return &probes;
	return strcmp(id, BPFHOST_EXT_LATE) ? NULL : &late;
}

static const char *const frozen_choices[] = { "red", "green", "blue", NULL };

static const struct bpfhost_option frozen_options[] = {
	{ .name = "text", .type = BPFHOST_OPT_STRING, .default_text = "none", .help = "a text" },
	{ .name = "flag", .type = BPFHOST_OPT_BOOL, .default_text = "false", .help = "miss one" },
	{ .name = "int",
	  .type = BPFHOST_OPT_INT,
	  .default_text = "-5",
	  .min = -10,
	  .max = 10,
	  .help = "a number with a sign" },
	{ .name = "uint",
	  .type = BPFHOST_OPT_UINT,
	  .default_text = "0",
	  .help = "the first number" },
	{ .name = "size", .type = BPFHOST_OPT_SIZE, .default_text = "4KiB", .help = "a size" },
	{ .name = "time", .type = BPFHOST_OPT_TIME, .default_text = "50ms", .help = "how often" },
	{ .name = "choice",
	  .type = BPFHOST_OPT_CHOICE,
	  .default_text = "green",
	  .choices = frozen_choices,
	  .help = "a colour" },
	{ .name = "list", .type = BPFHOST_OPT_STRING, .flags = BPFHOST_OPT_LIST, .help = "texts" },
	{ .name = "probes",
	  .type = BPFHOST_OPT_PROBE,
	  .flags = BPFHOST_OPT_LIST,
	  .help = "unused" },
	{ .name = NULL },
};

BPFHOST_PLUGIN(.name = "frozen", .version = "1.0", .license = "GPL-2.0-only OR BSD-2-Clause",
	       .description = "built with the headers of ABI 1.0, and not since",
	       .options = frozen_options, .needs = BPFHOST_NEED_LATE_OPEN,
	       .extension = frozen_extension,
	       .vtable = {
		       .load = frozen_load,
		       .attach = frozen_attach,
		       .poll = frozen_poll,
		       .detach = frozen_detach,
	       });
