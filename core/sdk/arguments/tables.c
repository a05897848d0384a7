/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The programs' constants and maps, and which of the programs belongs to which probe. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <bpfhost/arguments.h>

#define TABLES_CALLS_BYTES (256U << 20) /* of the kernel's memory, for calls under way */

/* Records up to so many bytes share a program; the last takes the rest. */
static const uint32_t tables_classes[BPFHOST_ARGUMENT_CLASSES] = { 192, 640, UINT32_MAX };

static struct bpf_program *tables_program(struct bpfhost_instance *self, const char *name,
					  uint32_t class)
{
	char text[32];

	snprintf(text, sizeof(text), "bpfhost_%s_%u", name, class);
	return bpf_object__find_program_by_name(bpfhost_object(self), text);
}

static struct bpf_map *tables_map(struct bpfhost_instance *self, const char *name)
{
	return bpf_object__find_map_by_name(bpfhost_object(self), name);
}

/* ---- before loading -------------------------------------------------------------------------------- */

static uint32_t tables_values(const struct bpfhost_argument_layout *layout)
{
	return layout->config.nvalues + (layout->is_call ? 2U : 0);
}

static void tables_widen(struct bpfhost_argument_class *class,
			 const struct bpfhost_argument_layout *layout)
{
	const struct bpfhost_arguments *config = &layout->config;
	uint32_t end;

	if (tables_values(layout) > class->values)
		class->values = tables_values(layout);
	for (uint32_t i = 0; i < config->nextras + (uint32_t)config->nreturned; i++) {
		if (config->extras[i].place > class->place)
			class->place = config->extras[i].place;
		if (config->extras[i].capacity > class->capacity)
			class->capacity = config->extras[i].capacity;
	}
	end = class->place + class->capacity;
	if (class->values * 8 > end)
		end = class->values * 8;
	class->record = (uint32_t)((sizeof(struct bpfhost_event) + end + 7) & ~7U);
}

/* The stack lies behind all that any probe of the class has. */
static void tables_add_stacks(struct bpfhost_argument_class *classes,
			      const struct bpfhost_stack_depth *depth)
{
	const size_t size = sizeof(struct bpfhost_stack) +
			    depth->user * sizeof(struct bpfhost_stack_frame) +
			    depth->kernel * sizeof(uint64_t);

	if (!depth->user && !depth->kernel)
		return;
	for (uint32_t i = 0; i < BPFHOST_ARGUMENT_CLASSES; i++) {
		if (!classes[i].record)
			continue;
		classes[i].stack = classes[i].record - (uint32_t)sizeof(struct bpfhost_event);
		classes[i].record += (uint32_t)size;
	}
}

static int tables_load(struct bpfhost_instance *self, const char *name, const bool *used)
{
	for (uint32_t i = 0; i < BPFHOST_ARGUMENT_CLASSES; i++) {
		struct bpf_program *program = tables_program(self, name, i);

		if (!program || bpf_program__set_autoload(program, used[i]) < 0)
			return bpfhost_fail(self, -EINVAL, "failed to choose the program %s_%u",
					    name, i);
	}
	return 0;
}

static int tables_set_programs(struct bpfhost_instance *self,
			       const struct bpfhost_argument_layout *layouts, uint32_t count)
{
	bool hits[BPFHOST_ARGUMENT_CLASSES] = { false },
	     calls[BPFHOST_ARGUMENT_CLASSES] = { false };
	int err;

	for (uint32_t i = 0; i < count; i++)
		(layouts[i].is_call ? calls : hits)[layouts[i].size_class] = true;
	err = tables_load(self, "hit", hits);
	if (!err)
		err = tables_load(self, "enter", calls);
	return err ? err : tables_load(self, "return", calls);
}

static void tables_classify(struct bpfhost_argument_layout *layouts, uint32_t count,
			    struct bpfhost_argument_class *classes,
			    struct bpfhost_stack_depth *depth)
{
	for (uint32_t i = 0; i < count; i++) {
		struct bpfhost_argument_layout *layout = &layouts[i];

		layout->size_class = 0;
		while (layout->record_size > tables_classes[layout->size_class])
			layout->size_class++;
		tables_widen(&classes[layout->size_class], layout);
		if (layout->stack.user > depth->user)
			depth->user = layout->stack.user;
		if (layout->stack.kernel > depth->kernel)
			depth->kernel = layout->stack.kernel;
	}
	tables_add_stacks(classes, depth);
	for (uint32_t i = 0; i < count; i++) {
		layouts[i].stack = *depth;
		layouts[i].frames_place = (uint32_t)sizeof(struct bpfhost_event) +
					  classes[layouts[i].size_class].stack;
	}
}

static int tables_set_constants(struct bpfhost_instance *self,
				struct bpfhost_argument_layout *layouts, uint32_t count,
				uint32_t *ret_record)
{
	const size_t size = BPFHOST_ARGUMENT_CLASSES * sizeof(struct bpfhost_argument_class);
	struct bpfhost_argument_class *classes =
		bpfhost_constant(self, "bpfhost_argument_classes", size);
	bool *conditions = bpfhost_constant(self, "bpfhost_has_conditions", sizeof(bool));
	struct bpfhost_stack_depth *depth =
		bpfhost_constant(self, "bpfhost_stack_depth", sizeof(*depth));

	if (!classes || !conditions || !depth)
		return bpfhost_fail(self, -EINVAL, "failed to set the constants of the programs");
	tables_classify(layouts, count, classes, depth);
	for (uint32_t i = 0; i < count; i++)
		*conditions |= layouts[i].condition != NULL;
	for (uint32_t i = 0; i < BPFHOST_ARGUMENT_CLASSES; i++)
		if (classes[i].record > *ret_record)
			*ret_record = classes[i].record;
	return 0;
}

static uint32_t tables_number_conditions(struct bpfhost_argument_layout *layouts, uint32_t count)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (layouts[i].condition)
			layouts[i].config.condition = n++;
		else if (i && !layouts[i].schema)
			layouts[i].config.condition = layouts[i - 1].config.condition;
	}
	return n;
}

static int tables_sized(struct bpfhost_instance *self, int err)
{
	return err ? bpfhost_fail(self, err, "failed to size the maps: %s", strerror(-err)) : 0;
}

/* An element holds the longest record that any probe makes, in the place of its header. */
static int tables_set_calls(struct bpfhost_instance *self, uint32_t record, uint32_t calls)
{
	uint32_t size =
		(uint32_t)(sizeof(struct bpfhost_call) + record - sizeof(struct bpfhost_event));
	int err;

	/* The kernel takes all of it at once, when the map is made. */
	if ((uint64_t)size * calls > TABLES_CALLS_BYTES)
		return bpfhost_fail(self, -EINVAL,
				    "to follow %u calls with %u bytes each takes more than the %u "
				    "MiB that are allowed: lower \"calls\" to %u or keep less of "
				    "the strings",
				    calls, size, TABLES_CALLS_BYTES >> 20,
				    TABLES_CALLS_BYTES / size);
	err = bpf_map__set_value_size(tables_map(self, "bpfhost_calls"), size);
	if (!err)
		err = bpf_map__set_value_size(tables_map(self, "bpfhost_call_blank"), size);
	if (!err)
		err = bpf_map__set_max_entries(tables_map(self, "bpfhost_calls"), calls);
	return tables_sized(self, err);
}

static int tables_set_maps(struct bpfhost_instance *self, struct bpfhost_argument_layout *layouts,
			   uint32_t count, uint32_t record, uint32_t calls)
{
	uint32_t conditions = tables_number_conditions(layouts, count);
	bool any_call = false;
	int err =
		bpf_map__set_max_entries(tables_map(self, "bpfhost_arguments"), count ? count : 1);

	if (!err)
		err = bpf_map__set_max_entries(tables_map(self, "bpfhost_conditions"),
					       conditions ? conditions : 1);
	for (uint32_t i = 0; i < count; i++)
		any_call |= layouts[i].is_call;
	if (err)
		return tables_sized(self, err);
	return any_call ? tables_set_calls(self, record, calls) : 0;
}

int bpfhost_arguments_configure(struct bpfhost_instance *self,
				struct bpfhost_argument_layout *layouts, uint32_t count,
				uint32_t calls)
{
	uint32_t record = 0;
	int err = tables_set_constants(self, layouts, count, &record);

	if (!err)
		err = tables_set_programs(self, layouts, count);
	if (!err)
		err = tables_set_maps(self, layouts, count, record, calls);
	for (uint32_t i = 0; i < count && !err; i++) {
		if (layouts[i].schema)
			err = bpfhost_publish(self, layouts[i].schema);
		/* The host has it now, and with thousands of functions it is large. */
		free(layouts[i].schema);
		layouts[i].schema = NULL;
	}
	return err;
}

/* ---- after loading --------------------------------------------------------------------------------- */

int bpfhost_arguments_fill(struct bpfhost_instance *self,
			   const struct bpfhost_argument_layout *layouts, uint32_t count)
{
	int arguments = bpf_map__fd(tables_map(self, "bpfhost_arguments"));
	int conditions = bpf_map__fd(tables_map(self, "bpfhost_conditions"));
	int err = 0;

	if (self->host->flags & BPFHOST_RUN_DRY)
		return 0;
	for (uint32_t i = 0; i < count && !err; i++) {
		const struct bpfhost_argument_layout *layout = &layouts[i];

		err = bpf_map_update_elem(arguments, &i, &layout->config, BPF_ANY);
		if (!err && layout->condition)
			err = bpf_map_update_elem(conditions, &layout->config.condition,
						  layout->condition, BPF_ANY);
	}
	return err ? bpfhost_fail(self, err, "failed to fill the maps: %s", strerror(-err)) : 0;
}

/*
 * The file by its descriptor, so that it is the very one that was read. By its path it could be another by
 * now, in which the offsets lie anywhere; its owner might even wish so.
 */
int bpfhost_arguments_attach(struct bpfhost_instance *self,
			     const struct bpfhost_argument_layout *layout,
			     const struct bpfhost_target *target, uint32_t pid,
			     const struct bpfhost_uprobe *uprobes, uint32_t count)
{
	const char *entry = layout->is_call ? "enter" : "hit";
	struct bpf_program *returning =
		layout->is_call ? tables_program(self, "return", layout->size_class) : NULL;
	bool only_shown = self->host->flags & BPFHOST_RUN_DRY;
	char opened[32];

	snprintf(opened, sizeof(opened), "/proc/self/fd/%d", target->fd);
	return bpfhost_attach_uprobes(self, tables_program(self, entry, layout->size_class),
				      returning, only_shown ? target->address : opened, pid,
				      uprobes, count);
}

/* ---- calls ------------------------------------------------------------------------------------------ */

/* Each takes a system call, and the host waits for the end. */
#define TABLES_LEFT_MAX 65536U

static uint64_t tables_calls_left(struct bpfhost_instance *self)
{
	int fd = bpf_map__fd(tables_map(self, "bpfhost_calls"));
	struct bpfhost_call_key key, next;
	uint64_t left = 0;
	void *from = NULL;

	while (left < TABLES_LEFT_MAX && !bpf_map_get_next_key(fd, from, &next)) {
		key = next;
		from = &key;
		left++;
	}
	return left;
}

void bpfhost_calls_tell(struct bpfhost_instance *self)
{
	const struct bpfhost_call_counters *counters =
		bpfhost_variable(self, "bpfhost_call_counters", sizeof(*counters));
	uint64_t left;

	if (!counters)
		return;
	left = tables_calls_left(self);
	if (left + counters->replaced)
		bpfhost_info(self,
			     "%s%llu call%s had not returned, were left by other ways, or were "
			     "nested deeper than the kernel follows (64 in one thread)",
			     left == TABLES_LEFT_MAX ? "at least " : "",
			     (unsigned long long)(left + counters->replaced),
			     left + counters->replaced == 1 ? "" : "s");
	if (counters->full)
		bpfhost_warn(self,
			     "%llu calls were not followed: more were under way than option "
			     "\"calls\" allows",
			     (unsigned long long)counters->full);
	if (counters->unknown)
		bpfhost_debug(self, "%llu calls returned that had begun before",
			      (unsigned long long)counters->unknown);
}
