/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tracepoint plugin: any tracepoint of the kernel, its fields by name. */
#include "tracepoint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <bpfhost/sdk.h>

#include "target.h"
#include "tracefs.h"

/* Records up to so many bytes share a program; the last takes the rest. */
static const uint32_t tracepoint_classes[TRACEPOINT_SIZES] = { 128, 256, 640, UINT32_MAX };

/* Ends of programs; kernels before 6.15 do not tell them from the ends of threads. */
static const char *const tracepoint_default_probes[][2] = {
	{ "sched:sched_process_exec(filename)", NULL },
	{ "sched:sched_process_exit(comm, prio) if group_dead",
	  "sched:sched_process_exit(comm, prio)" },
};

/* ---- what to attach ---------------------------------------------------------------------------- */

int tracepoint_find_root(struct bpfhost_instance *self, char *root)
{
	int err = tracepoint_tracefs_find(root);

	if (err)
		return bpfhost_fail(self, err,
				    "failed to find tracefs: %s (mount -t tracefs tracefs "
				    "/sys/kernel/tracing)",
				    strerror(-err));
	return 0;
}

static int tracepoint_add(struct bpfhost_instance *self, struct tracepoint_targets *targets,
			  const char *root, const char *text)
{
	const struct bpfhost_setting *size = bpfhost_option(self, "string_size");
	struct bpfhost_error why = { 0 };
	uint32_t skipped = 0;
	int err = tracepoint_targets_add(targets, root, text, (uint32_t)size->items[0].number.u,
					 &skipped, &why);

	if (err)
		return bpfhost_fail_probe(self, err, "probe", text, &why);
	if (skipped)
		bpfhost_debug(self, "probe \"%s\": %u events left out, they lack a field", text,
			      skipped);
	return 0;
}

/* choices: what is wanted, and what an older kernel gets. */
static int tracepoint_add_default(struct bpfhost_instance *self, struct tracepoint_targets *targets,
				  const char *root, const char *const choices[2])
{
	int err = tracepoint_add(self, targets, root, choices[0]);

	return err == -EINVAL && choices[1] ? tracepoint_add(self, targets, root, choices[1]) : err;
}

static int tracepoint_gather(struct bpfhost_instance *self, struct tracepoint_targets *targets)
{
	const struct bpfhost_setting *probes = bpfhost_option(self, "probes");
	char root[TRACEPOINT_ROOT_SIZE];
	int err = tracepoint_find_root(self, root);

	for (uint32_t i = 0; i < probes->count && !err; i++)
		err = tracepoint_add(self, targets, root, probes->items[i].text);
	for (uint32_t i = 0; !probes->given && i < 2 && !err; i++)
		err = tracepoint_add_default(self, targets, root, tracepoint_default_probes[i]);
	return err;
}

/* ---- what the programs need to know ------------------------------------------------------------ */

static void tracepoint_widen(struct tracepoint_size *size, const struct tracepoint_target *target)
{
	const uint32_t header = sizeof(struct bpfhost_event);
	uint32_t end;

	if (target->config.length > size->piece)
		size->piece = target->config.length;
	for (uint32_t i = 0; i < target->config.nextras; i++) {
		const struct tracepoint_extra *extra = &target->config.extras[i];

		if (extra->place > size->place)
			size->place = extra->place;
		if (extra->capacity > size->capacity)
			size->capacity = extra->capacity;
	}
	end = size->place + size->capacity;
	if (size->piece > end)
		end = size->piece;
	size->record = (header + end + 7) & ~7U;
}

static int tracepoint_set_constants(struct bpfhost_instance *self,
				    struct tracepoint_targets *targets)
{
	const size_t sizes_bytes = TRACEPOINT_SIZES * sizeof(struct tracepoint_size);
	struct tracepoint_size *sizes = bpfhost_constant(self, "tracepoint_sizes", sizes_bytes);
	bool *conditions = bpfhost_constant(self, "tracepoint_has_conditions", sizeof(bool));
	bool *extras = bpfhost_constant(self, "tracepoint_has_extras", sizeof(bool));

	if (!sizes || !conditions || !extras)
		return bpfhost_fail(self, -EINVAL, "failed to set the constants of the programs");
	for (uint32_t i = 0; i < targets->count; i++) {
		struct tracepoint_target *target = &targets->items[i];

		while (target->record_size > tracepoint_classes[target->size_class])
			target->size_class++;
		tracepoint_widen(&sizes[target->size_class], target);
		*conditions |= target->condition != NULL;
		*extras |= target->config.nextras > 0;
	}
	return 0;
}

static struct bpf_program *tracepoint_program(struct bpfhost_instance *self, uint32_t size_class)
{
	char name[32] = "tracepoint_0";

	name[strlen(name) - 1] = (char)('0' + size_class);
	return bpf_object__find_program_by_name(bpfhost_object(self), name);
}

static int tracepoint_set_programs(struct bpfhost_instance *self,
				   const struct tracepoint_targets *targets)
{
	bool used[TRACEPOINT_SIZES] = { false };
	int err = 0;

	for (uint32_t i = 0; i < targets->count; i++)
		used[targets->items[i].size_class] = true;
	for (uint32_t i = 0; i < TRACEPOINT_SIZES && !err; i++)
		err = bpf_program__set_autoload(tracepoint_program(self, i), used[i]);
	return err;
}

static uint32_t tracepoint_number_conditions(struct tracepoint_targets *targets)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < targets->count; i++)
		if (targets->items[i].condition)
			targets->items[i].config.condition = n++;
	return n;
}

static struct bpf_map *tracepoint_map(struct bpfhost_instance *self, const char *name)
{
	return bpf_object__find_map_by_name(bpfhost_object(self), name);
}

static int tracepoint_set_maps(struct bpfhost_instance *self, struct tracepoint_targets *targets)
{
	uint32_t conditions = tracepoint_number_conditions(targets);
	int err = bpf_map__set_max_entries(tracepoint_map(self, "tracepoint_probes"),
					   targets->count ? targets->count : 1);

	if (!err)
		err = bpf_map__set_max_entries(tracepoint_map(self, "tracepoint_conditions"),
					       conditions ? conditions : 1);
	return err;
}

static int tracepoint_fill_maps(struct bpfhost_instance *self,
				const struct tracepoint_targets *targets)
{
	int probes = bpf_map__fd(tracepoint_map(self, "tracepoint_probes"));
	int conditions = bpf_map__fd(tracepoint_map(self, "tracepoint_conditions"));
	int err = 0;

	for (uint32_t i = 0; i < targets->count && !err; i++) {
		const struct tracepoint_target *target = &targets->items[i];

		err = bpf_map_update_elem(probes, &i, &target->config, BPF_ANY);
		if (!err && target->condition)
			err = bpf_map_update_elem(conditions, &target->config.condition,
						  target->condition, BPF_ANY);
	}
	if (err)
		return bpfhost_fail(self, err, "failed to fill the maps: %s", strerror(-err));
	return 0;
}

/* ---- the vtable -------------------------------------------------------------------------------- */

static int tracepoint_publish(struct bpfhost_instance *self,
			      const struct tracepoint_targets *targets)
{
	int err = 0;

	for (uint32_t i = 0; i < targets->count && !err; i++)
		err = bpfhost_publish(self, targets->items[i].schema);
	return err;
}

static int tracepoint_prepare(struct bpfhost_instance *self, struct tracepoint_targets *targets)
{
	int err = tracepoint_gather(self, targets);

	if (!err)
		err = bpfhost_open(self);
	if (!err)
		err = tracepoint_set_constants(self, targets);
	if (!err)
		err = tracepoint_set_programs(self, targets);
	if (!err)
		err = tracepoint_set_maps(self, targets);
	return err ? err : tracepoint_publish(self, targets);
}

static int tracepoint_load(struct bpfhost_instance *self)
{
	struct tracepoint_targets *targets = calloc(1, sizeof(*targets));
	int err;

	if (!targets)
		return -ENOMEM;
	self->state = targets;
	err = tracepoint_prepare(self, targets);
	if (!err)
		err = bpfhost_load(self);
	if (err || self->host->flags & BPFHOST_RUN_DRY)
		return err;
	return tracepoint_fill_maps(self, targets);
}

static int tracepoint_attach(struct bpfhost_instance *self)
{
	const struct tracepoint_targets *targets = self->state;

	for (uint32_t i = 0; i < targets->count; i++) {
		const struct tracepoint_target *target = &targets->items[i];

		bpfhost_attach_tracepoint(self, tracepoint_program(self, target->size_class),
					  target->category, target->name, i, target->probe);
	}
	return bpfhost_attached(self);
}

static int tracepoint_detach(struct bpfhost_instance *self)
{
	int err = bpfhost_close(self);

	if (self->state)
		tracepoint_targets_free(self->state);
	free(self->state);
	self->state = NULL;
	return err;
}

static const struct bpfhost_option tracepoint_options[] = {
	{
		.name = "probes",
		.type = BPFHOST_OPT_PROBE,
		.flags = BPFHOST_OPT_LIST,
		.help = "category:name[(field, ...)] [if EXPR]; * and ? in both names; without "
			"fields: all; default: starts and ends of programs",
	},
	{
		.name = "string_size",
		.type = BPFHOST_OPT_UINT,
		.default_text = "256",
		.min = 16,
		.max = 4096,
		.help = "bytes kept of a string whose length the tracepoint does not fix",
	},
	{ .name = NULL },
};

static const void *tracepoint_extension(const char *id)
{
	return strcmp(id, BPFHOST_EXT_PROBES) ? NULL : &tracepoint_ext_probes;
}

BPFHOST_PLUGIN(.name = "tracepoint", .version = "0.1.0", .license = "GPL-2.0-only OR BSD-2-Clause",
	       .description = "events of the kernel's tracepoints, with their fields by name",
	       .options = tracepoint_options, .extension = tracepoint_extension,
	       .vtable = {
		       .load = tracepoint_load,
		       .attach = tracepoint_attach,
		       .detach = tracepoint_detach,
	       });
