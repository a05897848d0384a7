/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Probes that are added while the programs run. What a record may hold is fixed when the programs are
 * loaded, so room is made for what any probe might need: one text, two strings, or eight of them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <bpfhost/arguments.h>

#define ROOM_MIDDLE 576U /* bytes behind the header in the middle class */

static uint32_t room_end(const struct bpfhost_argument_class *class)
{
	return class->place + class->capacity;
}

/* What the programs of a class take at least. */
static struct bpfhost_argument_class room_class(uint32_t index, uint32_t capacity)
{
	struct bpfhost_argument_class class = { .values = BPFHOST_ARGUMENTS_MAX };

	if (capacity < BPFHOST_ARGUMENT_TEXT_SIZE)
		capacity = BPFHOST_ARGUMENT_TEXT_SIZE;
	capacity = (capacity + 7) & ~7U;
	if (index == 0) {
		class.capacity = BPFHOST_ARGUMENT_TEXT_SIZE;
		class.place = BPFHOST_ARGUMENT_TEXT_SIZE;
	} else if (index == 1) {
		class.capacity = capacity < ROOM_MIDDLE / 2 ? capacity : ROOM_MIDDLE / 2;
		class.place = ROOM_MIDDLE - class.capacity;
	} else {
		class.capacity = capacity;
		class.place = 8 * BPFHOST_ARGUMENTS_MAX + (BPFHOST_ARGUMENT_EXTRAS - 1) * capacity;
	}
	class.record = (uint32_t)sizeof(struct bpfhost_event) + room_end(&class);
	return class;
}

static uint32_t room_most(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static void room_widen(struct bpfhost_argument_class *class,
		       const struct bpfhost_argument_class *wanted)
{
	class->values = room_most(class->values, wanted->values);
	class->place = room_most(class->place, wanted->place);
	class->capacity = room_most(class->capacity, wanted->capacity);
	class->record = room_most(class->record, wanted->record);
	class->record =
		room_most(class->record, (uint32_t)sizeof(struct bpfhost_event) + room_end(class));
}

static int room_load(struct bpfhost_instance *self, uint32_t index)
{
	char name[32];
	struct bpf_program *program;

	snprintf(name, sizeof(name), "bpfhost_hit_%u", index);
	program = bpf_object__find_program_by_name(bpfhost_object(self), name);
	return program ? bpf_program__set_autoload(program, true) : -ENOENT;
}

int bpfhost_arguments_make_room(struct bpfhost_instance *self, uint32_t layouts, uint32_t capacity)
{
	struct bpfhost_argument_class *classes =
		bpfhost_constant(self, "bpfhost_argument_classes",
				 BPFHOST_ARGUMENT_CLASSES * sizeof(*classes));
	struct bpf_map *map =
		bpf_object__find_map_by_name(bpfhost_object(self), "bpfhost_arguments");
	const struct bpfhost_stack_depth *depth =
		bpfhost_constant(self, "bpfhost_stack_depth", sizeof(*depth));
	int err = classes && map && depth ? 0 : -EINVAL;

	if (!err && (depth->user || depth->kernel))
		return bpfhost_fail(self, -EINVAL,
				    "failed to make room for later probes: there "
				    "are probes that take a stack");
	for (uint32_t i = 0; i < BPFHOST_ARGUMENT_CLASSES && !err; i++) {
		struct bpfhost_argument_class wanted = room_class(i, capacity);

		room_widen(&classes[i], &wanted);
		err = room_load(self, i);
	}
	if (!err)
		err = bpf_map__set_max_entries(map, layouts);
	return err ? bpfhost_fail(self, err, "failed to make room for later probes: %s",
				  strerror(-err))
		   : 0;
}

static bool room_fits(const struct bpfhost_argument_layout *layout,
		      const struct bpfhost_argument_class *class)
{
	const struct bpfhost_arguments *config = &layout->config;

	for (uint32_t i = 0; i < config->nextras; i++)
		if (config->extras[i].place > class->place ||
		    config->extras[i].capacity > class->capacity)
			return false;
	return !layout->is_call && !layout->condition && !layout->stack_place &&
	       config->nvalues <= class->values;
}

/* The smallest class that it fits in; -E2BIG: none. */
static int room_choose(const struct bpfhost_argument_layout *layout, uint32_t capacity)
{
	for (uint32_t i = 0; i < BPFHOST_ARGUMENT_CLASSES; i++) {
		struct bpfhost_argument_class class = room_class(i, capacity);

		if (room_fits(layout, &class))
			return (int)i;
	}
	return -E2BIG;
}

bool bpfhost_arguments_fit(const struct bpfhost_argument_layout *layout, uint32_t capacity)
{
	return room_choose(layout, capacity) >= 0;
}

static int room_take(struct bpfhost_instance *self, int map, uint32_t place,
		     struct bpfhost_argument_layout *layout, uint32_t capacity)
{
	int class = room_choose(layout, capacity), err = 0;

	if (class < 0)
		return class;
	layout->size_class = (uint32_t) class;
	if (layout->schema)
		err = bpfhost_publish(self, layout->schema);
	return err ? err : bpf_map_update_elem(map, &place, &layout->config, BPF_ANY);
}

int bpfhost_arguments_add(struct bpfhost_instance *self, struct bpfhost_argument_layout *layouts,
			  uint32_t first, uint32_t count, uint32_t capacity)
{
	int map = bpf_object__find_map_fd_by_name(bpfhost_object(self), "bpfhost_arguments");
	int err = 0;

	for (uint32_t i = 0; i < count && !err; i++)
		err = room_take(self, map, first + i, &layouts[i], capacity);
	return err;
}
