/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Many bad plugins in one: sound in all but the function that the option `where` names, in which it
 * does what `how` says; in poll, once `after` records were taken.
 */
#include "plain.h"

#include <errno.h>
#include <string.h>

#include <bpfhost/sdk.h>

#include "ways/ways.h"

enum where { WHERE_NOWHERE, WHERE_LOAD, WHERE_ATTACH, WHERE_POLL, WHERE_DETACH };

static const char *const misbehave_where[] = {
	"nowhere", "load", "attach", "poll", "detach", NULL
};

static int64_t misbehave_option(const struct bpfhost_instance *self, const char *name)
{
	return bpfhost_option(self, name)->items[0].number.i;
}

static const struct way *misbehave_way(const struct bpfhost_instance *self)
{
	static const struct way *const lists[] = { ways_end, ways_process, ways_bus, ways_say };
	const char *how = bpfhost_option(self, "how")->items[0].text;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const struct way *way = lists[i]; way->name; way++)
			if (!strcmp(way->name, how))
				return way;
	return NULL;
}

static int misbehave(struct bpfhost_instance *self, enum where where)
{
	static bool done;
	const struct way *way = misbehave_way(self);

	if (misbehave_option(self, "where") != where || (done && way->once))
		return 1;
	done = true;
	return way->run(self);
}

/* ---- the vtable ---------------------------------------------------------------------------------- */

static int misbehave_load(struct bpfhost_instance *self)
{
	const struct way *way = misbehave_way(self);
	int err;

	if (!way)
		return bpfhost_fail(self, -EINVAL, "option how: there is no such way");
	if (way->prepare)
		way->prepare();
	err = bpfhost_default_load(self) ?: misbehave(self, WHERE_LOAD);
	return err < 0 ? err : 0;
}

static int misbehave_attach(struct bpfhost_instance *self)
{
	int err = misbehave(self, WHERE_ATTACH);

	return err < 0 ? err : bpfhost_default_attach(self);
}

/* self->state counts the records that were taken. */
static int misbehave_poll(struct bpfhost_instance *self, uint32_t budget)
{
	uint64_t left = (uint64_t)misbehave_option(self, "after") - (uintptr_t)self->state;
	int taken, err;

	if (misbehave_option(self, "where") != WHERE_POLL)
		return bpfhost_default_poll(self, budget);
	if (!left) {
		err = misbehave(self, WHERE_POLL);
		return err < 0 ? err : bpfhost_default_poll(self, budget);
	}
	taken = bpfhost_default_poll(self, budget < left ? budget : (uint32_t)left);
	if (taken > 0)
		self->state = (char *)self->state + taken;
	/* Called again at once, so that what comes next does not wait for a record. */
	return taken == (int)left ? (int)budget : taken;
}

static int misbehave_detach(struct bpfhost_instance *self)
{
	int err = misbehave(self, WHERE_DETACH), closed = bpfhost_default_detach(self);

	return err < 0 ? err : closed;
}

static const struct bpfhost_option misbehave_options[] = {
	{ .name = "where",
	  .type = BPFHOST_OPT_CHOICE,
	  .default_text = "nowhere",
	  .choices = misbehave_where,
	  .help = "the function that misbehaves" },
	{ .name = "how",
	  .type = BPFHOST_OPT_STRING,
	  .default_text = "crash",
	  .help = "what it does there" },
	{ .name = "after",
	  .type = BPFHOST_OPT_UINT,
	  .default_text = "0",
	  .help = "how many records poll takes before it misbehaves" },
	{ .name = NULL },
};

BAD_PLUGIN(.name = "misbehave", .options = misbehave_options,
	   .vtable = {
		   .load = misbehave_load,
		   .attach = misbehave_attach,
		   .poll = misbehave_poll,
		   .detach = misbehave_detach,
	   });
