/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From the text of a probe to the events that it matches. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfhost/nearest.h>

#include "target.h"
#include "tracefs.h"

struct targets_walk {
	struct tracepoint_targets *targets;
	const char *root;
	const struct bpfhost_probe *probe;
	uint32_t string_size;
	uint32_t skipped;
	bool glob;
	bool missing; /* there is no such event */
	struct bpfhost_error *err;
	struct bpfhost_error first; /* why the first event was left out */
};

static int targets_append(struct tracepoint_targets *targets,
			  const struct tracepoint_target *target)
{
	struct tracepoint_target *items =
		reallocarray(targets->items, targets->count + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	targets->items = items;
	items[targets->count++] = *target;
	return 0;
}

static int targets_add_event(const char *category, const char *name, void *ctx)
{
	struct targets_walk *walk = ctx;
	struct tracepoint_target target;
	char *text = NULL;
	size_t length = 0;
	int ret = tracepoint_tracefs_read_format(walk->root, category, name, &text, &length);

	walk->missing = ret == -ENOENT || ret == -EINVAL;
	if (!ret)
		ret = tracepoint_target_make(category, name, text, length, walk->probe,
					     walk->string_size,
					     BPFHOST_TYPE_RUNTIME + walk->targets->count, &target,
					     walk->err);
	free(text);
	if (walk->glob && ret && ret != -ENOMEM) {
		if (!walk->skipped++)
			walk->first = *walk->err;
		return 0;
	}
	if (!ret)
		ret = targets_append(walk->targets, &target);
	return ret;
}

/* ---- errors ------------------------------------------------------------------------------------ */

struct targets_names {
	char **items;
	size_t count;
};

static int targets_gather_name(const char *category, const char *name, void *ctx)
{
	struct targets_names *names = ctx;
	char **items = reallocarray(names->items, names->count + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	names->items = items;
	if (asprintf(&items[names->count], "%s:%s", category, name) < 0)
		return -ENOMEM;
	names->count++;
	return 0;
}

static int targets_unknown_event(const struct targets_walk *walk)
{
	const struct bpfhost_probe_part *parts = walk->probe->parts;
	struct targets_names names = { 0 };
	const char *near = NULL;
	char wanted[256];

	snprintf(wanted, sizeof(wanted), "%.120s:%.120s", parts[0].text, parts[1].text);
	if (!tracepoint_tracefs_each(walk->root, "*", "*", targets_gather_name, &names))
		near = bpfhost_nearest(wanted, (const char *const *)names.items, names.count);
	snprintf(walk->err->text, sizeof(walk->err->text), "there is no tracepoint \"%s\"%s%s%s",
		 wanted, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	for (size_t i = 0; i < names.count; i++)
		free(names.items[i]);
	free(names.items);
	return -ENOENT;
}

static int targets_no_access(struct bpfhost_error *err, int ret)
{
	snprintf(err->text, sizeof(err->text),
		 "the events of tracefs cannot be read: %s (CAP_DAC_READ_SEARCH missing; a tracefs "
		 "that is mounted with a gid of yours would do, too)",
		 strerror(-ret));
	return ret;
}

/* ---- one probe --------------------------------------------------------------------------------- */

static int targets_check_shape(const struct bpfhost_probe *probe, struct bpfhost_error *err)
{
	const char *wrong = NULL;

	if (probe->part_count != 2)
		wrong = "a tracepoint is written category:name, as sched:sched_process_exec";
	else if (probe->returns.kind != BPFHOST_PROBE_TYPE_NONE)
		wrong = "a tracepoint has no return value; leave out the \"->\"";
	for (uint32_t i = 0; i < probe->param_count && !wrong; i++)
		if (probe->params[i].has_chain)
			wrong = "\"->\" in a field is not possible in tracepoints";
	if (!wrong)
		return 0;
	snprintf(err->text, sizeof(err->text), "%s", wrong);
	return -EINVAL;
}

static int targets_add_matching(struct targets_walk *walk)
{
	const struct bpfhost_probe_part *parts = walk->probe->parts;
	uint32_t before = walk->targets->count;
	int ret;

	walk->glob = parts[0].has_glob || parts[1].has_glob;
	if (!walk->glob)
		ret = targets_add_event(parts[0].text, parts[1].text, walk);
	else
		ret = tracepoint_tracefs_each(walk->root, parts[0].text, parts[1].text,
					      targets_add_event, walk);
	if (ret == -EACCES || ret == -EPERM)
		return targets_no_access(walk->err, ret);
	if (ret && walk->missing && !walk->glob)
		return targets_unknown_event(walk);
	if (ret || walk->targets->count > before)
		return ret;
	if (!walk->skipped)
		return targets_unknown_event(walk);
	*walk->err = walk->first;
	return -EINVAL;
}

int tracepoint_targets_add(struct tracepoint_targets *targets, const char *root, const char *text,
			   uint32_t string_size, uint32_t *ret_skipped, struct bpfhost_error *err)
{
	struct targets_walk walk = {
		.targets = targets,
		.root = root,
		.string_size = string_size,
		.err = err,
	};
	struct bpfhost_probe *probe = NULL;
	int ret = bpfhost_probe_parse(text, &probe, err);

	walk.probe = probe;
	if (!ret)
		ret = targets_check_shape(probe, err);
	if (!ret)
		ret = targets_add_matching(&walk);
	bpfhost_probe_free(probe);
	*ret_skipped = walk.skipped;
	return ret;
}

void tracepoint_targets_free(struct tracepoint_targets *targets)
{
	for (uint32_t i = 0; i < targets->count; i++)
		tracepoint_target_free(&targets->items[i]);
	free(targets->items);
	memset(targets, 0, sizeof(*targets));
}
